"""Run one step of moving data in its own process and print seconds, rows and peak megabytes.

Usage: `python -m bench.moving URL FOLDER STEP COUNT`. A step is one of STEPS. `probe`
writes small transactions until its input ends, and prints the longest wait in seconds.
"""

import sys
import threading
from pathlib import Path
from time import perf_counter, sleep

from sqlalchemy import select, text

from bench.exporting import peak_megabytes
from bench.sites import CAUSE
from bench.worker_app import create_worker_app
from campaign.accounts.models import Organizer
from campaign.accounts.operations import enrol
from campaign.accounts.permissions import ADMIN
from campaign.causes.queries import cause_in_any_state
from campaign.exports.models import SUBSCRIBERS
from campaign.exports.operations import request_export
from campaign.extensions import db, write
from campaign.files.scratch import scratch_folder
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.operations import (
    accept_import,
    check_import,
    note_file,
    open_import,
    undo_import,
)
from campaign.imports.subscribers.queries import key_for, list_files
from campaign.jobs.operations import take_lease
from campaign.jobs.registry import background_work
from campaign.jobs.worker import JobLoop, worker_context
from campaign.organisations.queries import host_organisation
from campaign.process.clock import utcnow
from campaign.security.sealed_files import Sealer
from campaign.text.email_addresses import parse_address

CONSENT = "I want to get news of this campaign by email until I unsubscribe."
PROBE_SECONDS = 0.02


def _store(app, count, *, asks):
    """Store a list of `count` people, and queue its check, and return the id of the import."""
    place = (
        {"cause_id": None, "organisation_id": host_organisation().id}
        if asks
        else {"cause_id": cause_in_any_state(CAUSE).id, "organisation_id": None}
    )
    header = ["email"] if asks else ["email", "consent_at", "consent_text"]
    values = {
        **place,
        "asks": asks,
        "columns": {name: name for name in header},
    }
    item = write(open_import, organizer_id=_organizer_id(), name="list", header=header, **values)
    path, size = scratch_folder(app.config) / item.file_name, 0
    with Sealer(path, key_for(item, app.config)) as sealer:
        for number in range(-1, count):
            cells = [f"reader{number}@{'asked' if asks else 'news'}.example", "2025-03-01", CONSENT]
            line = (",".join(cells[: len(header)] if number >= 0 else header) + "\n").encode()
            sealer.write(line)
            size += len(line)
        frames = sealer.finish()
    list_files(app.config).put(item.file_name, path)
    write(note_file, item.id, frames=frames, size=size)
    write(check_import, import_id=item.id, **values)
    return item.id


def _run(app, kind):
    begun = perf_counter()
    JobLoop(background_work(app).kinds[kind], worker_context(app, threading.Event())).run_next()
    return perf_counter() - begun


def _import(app, count, *, asks):
    item_id = _store(app, count, asks=asks)
    checked = _run(app, "subscriber_import")
    if wrong := db.session.get(SubscriberImport, item_id).counts.get("wrong"):
        raise ValueError(f"{wrong} rows are wrong")
    write(accept_import, import_id=item_id)
    imported = _run(app, "subscriber_import")
    print(f"checked in {checked:.1f} s", file=sys.stderr)
    return imported


def _undo(app, _count):
    item_id = db.session.scalar(text("select max(id) from subscriber_import"))
    write(undo_import, import_id=item_id)
    return _run(app, "subscriber_import")


def _export(app, _count):
    write(
        request_export,
        petition_id=None,
        cause_id=cause_in_any_state(CAUSE).id,
        organizer_id=_organizer_id(),
        kind="csv",
        aim=SUBSCRIBERS,
        purpose="",
        choice={},
        now=utcnow(),
    )
    return _run(app, "export")


def _command(app, *arguments):
    begun = perf_counter()
    result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
    if result.exit_code:
        raise RuntimeError(result.output)
    return perf_counter() - begun


def _archive(app, _count):
    slug = db.session.scalar(text("select slug from organisation where is_host"))
    file = Path(app.config["VAR_DIR"]) / "archive.zip"
    return _command(app, "organisations", "export", slug, "--output", file)


def _restore(app, _count):
    return _command(app, "organisations", "import", Path(app.config["VAR_DIR"]) / "archive.zip")


def _probe(_app, _count):
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    longest = 0.0
    while not stop.is_set():
        begun = perf_counter()
        write(take_lease, "bench", holder="probe", now=utcnow())
        longest = max(longest, perf_counter() - begun)
        sleep(PROBE_SECONDS)
    return longest


STEPS = {
    "import": lambda app, count: _import(app, count, asks=False),
    "ask": lambda app, count: _import(app, count, asks=True),
    "undo": _undo,
    "export": _export,
    "archive": _archive,
    "restore": _restore,
    "probe": _probe,
}


def _organizer_id():
    found = db.session.scalar(select(Organizer.id).limit(1))
    if found is None:
        address = parse_address("amalia@rosales.example")
        [granted, _link] = write(enrol, address=address, role=ADMIN, lang="en", now=utcnow())
        found = granted.organizer_id
    return found


def main():
    url, folder, step, count = sys.argv[1:]
    app = create_worker_app(url, folder)
    with app.app_context():
        seconds = STEPS[step](app, int(count))
    print(seconds, count, peak_megabytes())


if __name__ == "__main__":
    main()

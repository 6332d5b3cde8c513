"""What people wait for among millions of signatures, compared with the same among 10,000.

Work in the background is compared by its time per signature, which must stay the same.
"""

import os
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import select

from bench import sites
from bench.filling import catch_up, confirmed_rows
from bench.report import Row
from bench.rows.signing import Signing
from bench.settled import fill_settled
from bench.sites import CAUSE, SECRET, SLUG
from campaign import create_app
from campaign.demo.signers import add_rows
from campaign.exports.formats import JsonLines
from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.extensions import db, write
from campaign.organize.statistics.figures import make_figures
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.erasure import erase_one
from campaign.signatures.models import Signature
from campaign.signatures.moderation import bulk_decisions
from campaign.signatures.queries import differences
from campaign.signatures.search import queries as search_queries
from campaign.signatures.search.queries import Search, find
from tests import databases
from wsgi import spare_the_collector

# `--rows 6000000` sets more.
SIGNATURES = 1_000_000
FEW = 10_000
CLOSE = 1.1
# No person notices less: a screen shows a frame every 17 ms.
UNNOTICED_SECONDS = 0.01
ROUNDS = 100
BACKLOG = 5_000
_numbers = count(1)
_erased = count(100)
_forms = Signing(seed=300).forms(20_000)


@dataclass(frozen=True)
class Site:
    """A site of `signatures` signatures: the application of its web server, and its worker's."""

    app: object
    client: object
    worker_app: object
    signatures: int


def measure(_scale, folder, signatures=SIGNATURES):
    """Yield a row for each question and each work, on both databases."""
    # Otherwise objects of the bench make each collection slow.
    spare_the_collector()
    os.environ["PATH"] = databases.search_path()
    for kind in ("sqlite", "postgresql"):
        sites_by_size = [_site(kind, folder / f"{kind}-{size}", size) for size in (FEW, signatures)]
        for label, question in QUESTIONS.items():
            yield _waiting_row(f"{label}, {sites.DATABASES[kind]}", question, sites_by_size)
        for label, work in WORK.items():
            yield _work_row(f"{label}, {sites.DATABASES[kind]}", work, sites_by_size)
        for site in sites_by_size:
            for app in (site.app, site.worker_app):
                with app.app_context():
                    db.engine.dispose()


def _site(kind, folder, signatures):
    folder.mkdir()
    url = sites.database_url(kind, folder, f"growth_{kind}_{signatures}")
    fill_settled(url, folder, signatures)
    settings = {
        "SECRET_KEY": SECRET,
        "VAR_DIR": str(folder),
        "SQLALCHEMY_DATABASE_URI": url,
        "SIGN_LIMIT": "1000000 per minute",
    }
    app, worker_app = create_app({**settings, "SERVING": True}), create_app(settings)
    with worker_app.app_context():
        catch_up()
        db.session.remove()
    return Site(app, app.test_client(), worker_app, signatures)


def _waiting_row(label, question, sites_by_size):
    for site in sites_by_size:
        with site.worker_app.app_context():
            # The worker would have indexed the signatures of the questions before.
            catch_up()
    few, many = _medians(question, sites_by_size)
    is_close = many <= CLOSE * few or many - few < UNNOTICED_SECONDS
    return Row(
        f"{label}, among {sites_by_size[1].signatures:,}",
        f"{1000 * many:,.1f} ms",
        f"{1000 * few:,.1f} ms among {FEW:,}",
        f"≤ {CLOSE} ×, or {1000 * UNNOTICED_SECONDS:.0f} ms more",
        is_close,
        f"{many / few:.2f} ×",
    )


def _medians(question, sites_by_size):
    """Return the median seconds on each site, asked in turns."""
    seconds = [[] for _ in sites_by_size]
    for _ in range(ROUNDS):
        for site, times in zip(sites_by_size, seconds, strict=True):
            with site.app.app_context():
                question(site)
                begun = time.perf_counter()
                question(site)
                times.append(time.perf_counter() - begun)
                db.session.remove()
    return [median(times) for times in seconds]


def _work_row(label, work, sites_by_size):
    per_million = []
    for site in sites_by_size:
        with site.worker_app.app_context():
            seconds, done = work(site)
            per_million.append(1_000_000 * seconds / done)
            db.session.remove()
    few, many = per_million
    return Row(
        f"{label}, among {sites_by_size[1].signatures:,}",
        f"{many:,.1f} s per million",
        f"{few:,.1f} s per million among {FEW:,}",
        f"≤ {CLOSE} ×",
        many <= CLOSE * few,
        f"{many / few:.2f} ×",
    )


def _page(path):
    # The edge caches pages by their whole URL, so each question renders a new one.
    return lambda site: _answered(site.client.get(f"{path}?{next(_numbers)}"))


def _answered(response):
    if response.status_code >= 400:
        raise ValueError(f"answered {response.status}")


def _sign(site):
    lang, form = next(_forms)
    _answered(
        site.client.post(
            f"/{lang}/petitions/{SLUG}/signatures",
            data=form,
            content_type="application/x-www-form-urlencoded",
        )
    )


def _ids():
    return tuple(db.session.scalars(select(Petition.id).order_by(Petition.id)))


def _copy_of_one(_site):
    """Make the copy that a person may ask for."""
    signature = db.session.scalar(select(Signature).order_by(Signature.id).limit(1))
    selection = Selection(signature.petition_id, state="all")
    table = SignatureTable(selection, questions=list(signature.answers))
    _last, [columns] = table.after(signature.id - 1, signature.id, 1)
    JsonLines(table.header, table.kinds).add(columns)


def _erase(_site):
    write(erase_one, signature_id=next(_erased))


QUESTIONS = {
    "petition page": _page(f"/en/petitions/{SLUG}"),
    "cause page": _page(f"/en/causes/{CAUSE}"),
    "pulse": _page(f"/causes/{CAUSE}/pulse.json"),
    "montage picture": lambda site: _answered(site.client.get(f"/causes/{CAUSE}/montage.png")),
    "share card": lambda site: _answered(site.client.get(f"/petitions/{SLUG}/card.png")),
    "signing": _sign,
    "finding a name": lambda site: find(Search(_ids(), text="amalia")),
    "figures": lambda site: make_figures(_ids()),
    "held list": lambda site: search_queries.held_for_review(_ids()),
    "copy of a person's data": _copy_of_one,
    "erasing a person": _erase,
}


def _export(_site):
    table, done = SignatureTable(Selection(petition_by_slug(SLUG).id, state="all")), 0
    file_format, begun = JsonLines(table.header, table.kinds), time.perf_counter()
    for columns in table.stream():
        file_format.add(columns)
        done += len(columns[0])
    return time.perf_counter() - begun, done


def _hatch(_site):
    for rows in confirmed_rows(BACKLOG, seed=next(_numbers) + 100):
        write(add_rows, rows)
    begun = time.perf_counter()
    while write(hatch, holder="bench", now=utcnow()):
        pass
    return time.perf_counter() - begun, BACKLOG


def _preview(_site):
    begun = time.perf_counter()
    counts = bulk_decisions.preview(
        Search(_ids(), state="held"), bulk_decisions.take_snapshot(utcnow())
    )
    return time.perf_counter() - begun, sum(count.total for count in counts.values())


def _audit(site):
    begun = time.perf_counter()
    if differences():
        raise ValueError("the audit found differences")
    return time.perf_counter() - begun, site.signatures


def _backup(site):
    file = Path(site.worker_app.config["VAR_DIR"]) / "backup"
    begun = time.perf_counter()
    result = site.worker_app.test_cli_runner().invoke(args=["backup", str(file)])
    seconds = time.perf_counter() - begun
    if result.exit_code:
        raise ValueError(result.output)
    file.unlink()
    return seconds, site.signatures


WORK = {
    "export": _export,
    "hatching a backlog": _hatch,
    "preview of all that are held": _preview,
    "audit": _audit,
    "backup": _backup,
}

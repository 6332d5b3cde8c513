"""Tests of moving an organization between installations, on both databases."""

import json
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select, text

from campaign.actions.letters.editing import letter_settings, letter_texts_of
from campaign.actions.letters.queries import letter_counts
from campaign.answers.announcement_models import AnswerAnnouncement
from campaign.archive.ownership import is_not_seeded
from campaign.archive.tables import exported_tables
from campaign.extensions import db, write
from campaign.organisations.identity import forget_identities
from campaign.petitions.editing import change_wording
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.wording import wording_for
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.site.settings import forget_site_settings
from campaign.subscriptions.models import SuppressedAddress
from campaign.subscriptions.operations import suppress
from campaign.targets.queries import profile_by_id
from tests.factories import letter_actions, letter_rows
from tests.factories.announcements import begin_about, set_result, topic_of
from tests.factories.answers import make_answer
from tests.factories.kiosks import make_table, make_tablet
from tests.factories.letters import letters, make_letter_action, set_letter, write_letter
from tests.factories.organizers import make_organizer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, hatch_now, row, sign_and_hatch, withdraw
from tests.factories.subscriptions import digest, subscribe, subscriptions

OTHER_SECRET = "another-secret-for-tests-only-0123456789"


def run_in(app, *arguments):
    with app.app_context():
        db.session.rollback()
        forget_identities()
        forget_site_settings()
        return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def export(app, path, slug):
    result = run_in(app, "organisations", "export", slug, "--output", path)
    assert result.exit_code == 0, result.output
    return path


def manifest_of(path):
    with ZipFile(path) as archive:
        return json.loads(archive.read("manifest.json"))


def rows_of(path, table):
    with ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(f"{table}.jsonl").splitlines()]


def slug_of_host():
    return db.session.scalar(text("select slug from organisation where is_host"))


def fill(client):
    """Make signatures, a tablet, subscriptions, an organizer and a suppressed address."""
    event, petition = make_table()
    make_tablet(client, event)
    make_organizer("owner", event.cause_id)
    kept = sign_and_hatch(petition, AMALIA)
    gone = sign_and_hatch(petition, ODILE)
    withdraw(gone)
    hatch_now()
    subscribe(cause_id=event.cause_id)
    subscribe("teo")
    write(suppress, email_digest=digest("amalia"), reason="request", now=utcnow())
    write(suppress, email_digest=digest("nobody"), reason="complaint", now=utcnow())
    return kept


@pytest.mark.slow
@pytest.mark.both_databases
def test_archive_is_the_same_after_each_move(app, client, installation, tmp_path):
    fill(client)
    slug = slug_of_host()
    first = export(app, tmp_path / "first.zip", slug)
    for number, kind in enumerate(("postgresql", "sqlite")):
        other = installation(kind)
        imported = run_in(other, "organisations", "import", first, "--same-key")
        assert imported.exit_code == 0, imported.output
        assert run_in(other, "signatures", "audit").exit_code == 0
        again = export(other, tmp_path / f"again-{number}.zip", slug)
        before, after = manifest_of(first), manifest_of(again)
        # Imports and exports themselves are in the activity log.
        logs = [each["files"].pop("audit_entry.jsonl") for each in (before, after)]
        assert logs[1]["rows"] == logs[0]["rows"] + 2
        assert after["files"] == before["files"]
        first = again


@pytest.mark.slow
def test_archive_of_the_demonstration_is_the_same_after_a_move(
    app, run, few_signers, installation, tmp_path
):
    assert run("demo", "load").exit_code == 0
    slug = slug_of_host()
    first = export(app, tmp_path / "first.zip", slug)
    other = installation("postgresql")
    imported = run_in(other, "organisations", "import", first)
    assert imported.exit_code == 0, imported.output
    assert run_in(other, "signatures", "audit").exit_code == 0
    before, after = (
        manifest_of(path)["files"] for path in (first, export(other, tmp_path / "2.zip", slug))
    )
    del before["audit_entry.jsonl"], after["audit_entry.jsonl"]
    assert after == before
    with other.app_context():
        # Rows that are added later get new ids.
        ids = [row.id for row in subscriptions()]
        assert subscribe("new") > max(ids, default=0)
    client = other.test_client()
    assert client.get("/en/").status_code == 200


def test_letter_action_moves_with_its_texts_targets_and_letters(app, installation, tmp_path):
    action = letter_actions.make_letter_action()
    # Imports compare the counted signatures with the tally, so these are not counted.
    writer = {**letter_rows.WRITER, "state": "pending", "number": None, "hatched_at": None}
    letter_rows.make_letters(action, profile_by_id(action.targets[0].profile_id), 2, writer=writer)
    texts = {"es": {"thanks_text": "Gracias, {name}."}}
    wording = {"version": None, "texts": texts, "sends_thanks": False}
    write(change_wording, petition_id=action.id, **wording)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    other = installation("sqlite")
    imported = run_in(other, "organisations", "import", path)
    assert imported.exit_code == 0, imported.output
    with other.app_context():
        moved = petition_in_any_state("letters")
        assert letter_texts_of(moved) == letter_actions.LETTER_TEXTS
        assert (moved.action_kind, moved.questions) == ("letter", action.questions)
        assert letter_settings(moved.id).delivery_method == "individual"
        assert wording_for(moved, "es").thanks_text == "Gracias, {name}."
        assert not moved.sends_thanks
        assert profile_by_id(moved.targets[0].profile_id).usable_address == "vela@senate.example"
        # What waited must not leave from both sites.
        assert [target.stopped for target in letter_counts(moved.id, "en")] == [2]


def test_secrets_stay_behind(app, client, tmp_path):
    fill(client)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    [kiosk] = rows_of(path, "kiosk")
    assert (kiosk["secret_digest"], kiosk["key_id"]) == ("", None)
    assert kiosk["revoked_at"]
    for organizer in rows_of(path, "organizer"):
        assert organizer["password_hash"] is organizer["totp_secret"] is None
    assert {entry["address_digest"] for entry in rows_of(path, "signature")} == {None}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.both_databases
def test_letters_that_wait_do_not_leave_after_a_move(app, tmp_path):
    write_letter(make_letter_action(targets=2))
    sent, _waiting = letters()
    set_letter(sent.id, state="sent", sent_at=utcnow())
    path = export(app, tmp_path / "a.zip", slug_of_host())
    assert [letter["state"] for letter in rows_of(path, "letter")] == ["sent", "stopped"]
    assert [bool(letter["stopped_at"]) for letter in rows_of(path, "letter")] == [False, True]
    assert [letter.state for letter in letters()] == ["sent", "waiting"]
    [settings] = rows_of(path, "letter_settings")
    assert settings["way"] == "individual"


@pytest.mark.slow
@pytest.mark.both_databases
def test_nobody_is_told_from_two_sites_after_a_move(app, installation, tmp_path):
    petition = make_petition()
    answered = topic_of(make_answer(petition))
    for topic in (answered, set_result(petition, "won")):
        begin_about(topic)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    moved = installation("sqlite")
    assert run_in(moved, "organisations", "import", str(path)).exit_code == 0
    with moved.app_context():
        moved_id = petition_in_any_state(petition.slug).id
        rows = db.session.scalars(select(AnswerAnnouncement).order_by(AnswerAnnouncement.id)).all()
        told = [(row.petition_id, row.result, row.state) for row in rows]
        assert told == [(moved_id, "", "stopped"), (moved_id, "won", "stopped")]
        assert [bool(row.answer_id) for row in rows] == [True, False]


def test_other_key_makes_digests_again_and_says_what_is_lost(app, client, installation, tmp_path):
    kept = fill(client)
    slug = slug_of_host()
    path = export(app, tmp_path / "a.zip", slug)
    other = installation("sqlite", OTHER_SECRET)
    refused = run_in(other, "organisations", "import", path, "--same-key")
    assert refused.exit_code == 1
    imported = run_in(other, "organisations", "import", path)
    assert imported.exit_code == 0, imported.output
    with other.app_context():
        signature = row(kept)
        assert signature.email_digest == tokens.email_digest(AMALIA["email"])
        # The address is known from a subscription. That of the complaint is not.
        [entry] = db.session.scalars(select(SuppressedAddress))
        assert entry.digest == tokens.email_digest("amalia@rosales.example")
        db.session.remove()
    assert "suppressed_address" in imported.output


def test_only_rows_of_the_organization_are_exported(app, client, run, tmp_path):
    fill(client)
    run("organisations", "create", "keepers", "--name", "River Keepers")
    run("causes", "create", "river", "--organisation", "keepers", "--title", "River")
    path = export(app, tmp_path / "a.zip", "keepers")
    counts = {name: entry["rows"] for name, entry in manifest_of(path)["files"].items()}
    filled = {name: rows for name, rows in counts.items() if rows}
    assert filled == {
        "organisation.jsonl": 1,
        "organisation_text.jsonl": 1,
        "cause.jsonl": 1,
        "cause_text.jsonl": 1,
        "cause_tally.jsonl": 1,
        "audit_entry.jsonl": counts["audit_entry.jsonl"],
    }
    assert manifest_of(path)["left_out"] == {}


def test_installation_with_data_is_refused(app, client, tmp_path, run):
    fill(client)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    before = db.session.scalar(select(func.count()).select_from(Signature))
    result = run("organisations", "import", path)
    assert result.exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Signature)) == before


def _cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path):
    with ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda info: info.compress_size)
    data = bytearray(path.read_bytes())
    # In the middle of its content, because some bytes of the headers between files mean nothing.
    data[largest.header_offset + 30 + len(largest.filename) + largest.compress_size // 2] ^= 0xFF
    path.write_bytes(data)


def _text(path):
    path.write_text("not an archive")


def _rewrite(change):
    def damage(path):
        with ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        change(files)
        with ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)

    return damage


def _in_manifest(**columns):
    def change(files):
        files["manifest.json"] = json.dumps(
            {**json.loads(files["manifest.json"]), **columns}
        ).encode()

    return _rewrite(change)


def _change_row(files):
    files["signature.jsonl"] = files["signature.jsonl"].replace(b"Rosales", b"Rosaler")


def _drop_row(files):
    files["signature.jsonl"] = files["signature.jsonl"].partition(b"\n")[2]


DAMAGES = {
    "end cut off": _cut,
    "byte flipped": _flip,
    "no archive": _text,
    "other version": _in_manifest(format_version=2),
    "other format": _in_manifest(format="other"),
    "list of files": _in_manifest(files=[]),
    "version as text": _in_manifest(format_version="x"),
    "no manifest": _rewrite(lambda files: files.pop("manifest.json")),
    "no signatures": _rewrite(lambda files: files.pop("signature.jsonl")),
    "another file": _rewrite(lambda files: files.update({"more.jsonl": b""})),
    "broken manifest": _rewrite(lambda files: files.update({"manifest.json": b"{"})),
    "row changed": _rewrite(_change_row),
    "row missing": _rewrite(_drop_row),
}


def test_damaged_archive_imports_nothing(app, client, empty_installation, tmp_path):
    fill(client)
    path = export(app, tmp_path / "a.zip", slug_of_host())
    undamaged = path.read_bytes()
    for name, damage in DAMAGES.items():
        path.write_bytes(undamaged)
        damage(path)
        result = run_in(empty_installation, "organisations", "import", path)
        assert result.exit_code == 1, name
        assert result.output.startswith("Error: "), name
        with empty_installation.app_context():
            assert not any(
                db.session.scalar(
                    select(func.count()).select_from(table).where(is_not_seeded(table.name))
                )
                for table in exported_tables()
            ), name
            db.session.remove()

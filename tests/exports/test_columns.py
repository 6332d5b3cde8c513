"""Tests of the columns that say where a signature came from: a table, paper, or neither."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import event

from campaign.exports.queries import content_of
from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.extensions import db
from tests.exports.conftest import export
from tests.factories.kiosks import iso_time, long_ago, make_table, make_tablet
from tests.factories.paper import begin, bring, csv_of
from tests.factories.signatures import ODILE, sign

pytestmark = pytest.mark.both_databases

COLUMNS = ("evidence", "event", "kiosk", "tabler", "shift_began", "sheet", "sheet_row")


def test_export_has_event_tablet_tabler_and_shift_or_sheet_and_row(
    client, petition, requested, exporter
):
    event, law = make_table("law", cause_id=petition.cause_id)
    tablet, began = make_tablet(client, event, name="Blue table"), long_ago(30)
    shift = {
        "id": str(uuid4()),
        "tabler": "M. R.",
        "started_at": iso_time(began),
        "ended_at": None,
        "tally": 1,
    }
    assert tablet.receipts(tablet.seal("law", shift=shift["id"]), shifts=[shift]) == [
        ("stored", "")
    ]
    at_table = _lines(requested, exporter, law.id)
    assert at_table == [
        ["in_person", "fair", "Blue table", "M. R.", f"{began:%Y-%m-%dT%H:%M:%S}+00:00", None, None]
    ]

    bring(begin(petition, csv_of("Odile,Kwan,odile@kwan.example,CA,K1A 0B1,2026-11-20,S-7,12")))
    sign(petition, {**ODILE, "email": "another@kwan.example"})
    on_paper, by_mail = _lines(requested, exporter, petition.id)
    assert on_paper == ["paper", None, None, None, None, "S-7", "12"]
    assert by_mail == ["email", *[None] * 6]


def _lines(requested, exporter, petition_id):
    """Return what an export contains for each signature."""
    export_id = requested("jsonl", {"petition_id": petition_id, "columns": COLUMNS, "state": "all"})
    assert exporter.run_next()
    lines = b"".join(content_of(export(export_id))).decode().splitlines()
    return [[json.loads(line).get(name) for name in COLUMNS] for line in lines]


def test_each_row_of_an_export_reads_only_its_own_consents(petition):
    """SQLite once read all consents for each signature: a million would have taken weeks."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's planner chose the wrong order")
    sign(petition, ODILE)
    statements = []

    def note(_connection, _cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    list(SignatureTable(Selection(petition.id, state="all")).stream())
    event.remove(db.engine, "before_cursor_execute", note)
    statement, parameters = max(statements, key=lambda each: len(each[0]))
    connection = db.session.connection().connection.dbapi_connection
    plan = [row[3] for row in connection.execute(f"explain query plan {statement}", parameters)]
    steps = [step for step in plan if " consent " in step]
    assert steps
    assert all("subject_id=?" in step for step in steps), steps

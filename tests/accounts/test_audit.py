"""Tests of the activity log: written with the change it records, append-only, and searchable."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from campaign.accounts.audit import COMMAND, Actor, entries, record_audit_event
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from tests.factories.organizers import make_organizer


@pytest.fixture
def odile(app):
    return make_organizer()


@pytest.mark.parametrize(
    "change",
    [
        "update audit_entry set reason = 'another'",
        "delete from audit_entry",
        "update audit_entry set organizer_id = null where id = -1 or id > 0",
    ],
)
def test_database_refuses_to_change_the_log(app, odile, change):
    write(record_audit_event, Actor(odile.id), "people.invite", reason="why")
    with pytest.raises(DatabaseError, match="append-only"):
        write(lambda: db.session.execute(text(change)))
    db.session.rollback()
    assert [entry.reason for entry in entries()] == ["why"]


def test_log_entry_cannot_be_replaced(app, odile):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite knows this statement")
    entry = write(record_audit_event, Actor(odile.id), "people.invite", reason="why")
    forged = "insert or replace into audit_entry (id, at, channel, address, action, subject_kind, reason, details)"
    with pytest.raises(DatabaseError, match="append-only"):
        write(
            lambda: db.session.execute(
                text(
                    f"{forged} values ({entry.id}, '2026-01-01', 'web', '', 'forged', '', '', '{{}}')"
                )
            )
        )
    db.session.rollback()
    assert [entry.action for entry in entries()] == ["people.invite"]


def test_postgresql_refuses_to_truncate_the_log(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no truncate")
    with pytest.raises(DatabaseError, match="append-only"):
        write(lambda: db.session.execute(text("truncate audit_entry cascade")))


def test_failed_operation_leaves_no_log_entry(app, odile):
    def fail():
        record_audit_event(Actor(odile.id), "people.invite")
        raise LookupError

    with pytest.raises(LookupError):
        write(fail)
    assert entries() == []


def test_log_entry_says_who_did_what_when_why_and_from_where(app, odile):
    before = utcnow()
    who = Actor(odile.id, address="203.0.113.0/24")
    write(
        record_audit_event,
        who,
        "signatures.export",
        subject=("petition", 7),
        cause_id=3,
        reason=" for the Senate ",
        details={"rows": 2},
    )
    [entry] = entries()
    assert (entry.organizer.name, entry.action, entry.reason, entry.address, entry.channel) == (
        "Odile Kwan", "signatures.export", "for the Senate", "203.0.113.0/24", "web",
    )  # fmt: skip
    assert (entry.subject_kind, entry.subject_id, entry.cause_id, entry.details) == (
        "petition",
        7,
        3,
        {"rows": 2},
    )
    assert before <= entry.at <= utcnow()


def test_log_entries_are_found_by_each_of_their_fields(app, odile):
    write(
        record_audit_event,
        Actor(odile.id),
        "signatures.export",
        subject=("petition", 7),
        cause_id=3,
    )
    write(record_audit_event, COMMAND, "people.invite", cause_id=4)
    write(record_audit_event, COMMAND, "signatures_like.other")
    every = [entry.action for entry in entries()]
    assert every == ["signatures_like.other", "people.invite", "signatures.export"]

    def found(**asked):
        return [entry.action for entry in entries(**asked)]

    assert found(cause_ids={4}) == ["people.invite"]
    assert found(cause_ids=set()) == []
    assert found(organizer_id=odile.id) == ["signatures.export"]
    assert found(action="signatures") == ["signatures.export"]
    assert found(action="people.invite") == ["people.invite"]
    assert found(subject=("petition", 7)) == ["signatures.export"]
    assert found(since=utcnow() + timedelta(hours=1)) == []
    assert found(until=utcnow() - timedelta(hours=1)) == []
    assert found(before_id=entries()[0].id, limit=1) == ["people.invite"]

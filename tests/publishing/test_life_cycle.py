"""Tests of the life cycle that causes, petitions, events and updates share."""

from datetime import timedelta

import pytest

from campaign.accounts.audit import entries
from campaign.events.life_cycle import EventNotReady, event_life_cycle
from campaign.events.operations import change_event
from campaign.extensions import db, write
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition

pytestmark = pytest.mark.both_databases
LATER = timedelta(hours=1)
PLACES = {lang: {"place": ""} for lang in ("en", "es")}


def cause(app):
    return cause_life_cycle, make_cause(state="draft")


def petition(app):
    return petition_life_cycle, make_petition(state="draft")


def event(app):
    return event_life_cycle, make_event(cause_id=make_cause().id, draft=True)


def schedule(life_cycle, row):
    now = utcnow()
    planned = {"row_id": row.id, "at": now + LATER, "zone": "America/Toronto", "now": now}
    return write(life_cycle.schedule, **planned)


def present(row):
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


@pytest.fixture(params=[cause, petition, event])
def draft(request, app):
    """The life cycle of a kind, and a draft of that kind."""
    return request.param(app)


def test_scheduled_draft_is_published_once_at_its_time_and_logged(draft):
    life_cycle, row = draft
    schedule(life_cycle, row)
    assert write(life_cycle.publish_due, now=utcnow()) == 0
    assert write(life_cycle.publish_due, now=utcnow() + LATER) == 1
    assert write(life_cycle.publish_due, now=utcnow() + LATER) == 0
    row = present(row)
    assert (row.state, row.publish_at) == ("published", None)
    [entry] = entries(action=f"{life_cycle.subject}.publish")
    assert (entry.subject_kind, entry.subject_id) == (row.kind, row.id)


def test_unscheduled_draft_stays_a_draft(draft):
    life_cycle, row = draft
    schedule(life_cycle, row)
    write(life_cycle.unschedule, row_id=row.id, now=utcnow())
    assert write(life_cycle.publish_due, now=utcnow() + LATER) == 0


def test_archived_draft_is_not_scheduled(draft):
    life_cycle, row = draft
    schedule(life_cycle, row)
    write(life_cycle.archive, row_id=row.id, now=utcnow())
    schedule(life_cycle, row)
    row = present(row)
    assert row.is_archived and row.publish_at is None


def test_public_row_is_published_again_without_a_change(draft):
    life_cycle, row = draft
    for _ in range(2):
        write(life_cycle.publish, row_id=row.id, now=utcnow())
    write(life_cycle.close, row_id=row.id, now=utcnow())
    write(life_cycle.reopen, row_id=row.id, now=utcnow())
    row = present(row)
    assert row.state == "published" and not row.is_archived


def test_draft_that_is_not_ready_stays_a_draft_until_it_is(app):
    row = make_event(cause_id=make_cause().id, draft=True)
    schedule(event_life_cycle, row)
    write(change_event, row.id, now=utcnow(), town="", texts=PLACES)
    with pytest.raises(EventNotReady):
        write(event_life_cycle.publish, row_id=row.id, now=utcnow())
    assert write(event_life_cycle.publish_due, now=utcnow() + LATER) == 0
    write(change_event, row.id, now=utcnow(), town="Guelph")
    assert write(event_life_cycle.publish_due, now=utcnow() + LATER) == 1

"""Tests that scheduled changes enter the activity log once, with worker and planner."""

from datetime import UTC, datetime, timedelta

import pytest

from campaign.accounts.audit import entries
from campaign.events.life_cycle import event_life_cycle
from campaign.extensions import db, write
from campaign.petitions.jobs import record_transitions
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.process.clock import utcnow
from campaign.updates.jobs import note_published
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.updates import make_update
from tests.page_parts import alerts, tree

HOUR = datetime(2030, 1, 1, 15, 0, tzinfo=UTC)
THEN = {"publish_at": "2030-01-01T10:00", "time_zone": "America/Toronto"}
DATES = {"version": 1, "time_zone": "America/Toronto"}


def plan_cause(desk):
    desk.post("/organize/causes/hill/publish-later", THEN)
    return cause_life_cycle.publish_due, "causes.publish"


def plan_event(desk):
    make_event("talk", cause_id=desk.cause.id, draft=True)
    desk.post("/organize/events/talk/publish-later", THEN)
    return event_life_cycle.publish_due, "events.publish"


def plan_petition(desk):
    make_petition(cause_id=desk.cause.id, state="draft")
    desk.post("/organize/petitions/home/publish-later", THEN)
    return petition_life_cycle.publish_due, "petitions.publish"


def plan_update(desk):
    make_update(cause_id=desk.cause.id, draft=True)
    desk.post("/organize/updates/answer/publish", {**THEN, "when": "later"})
    return note_published, "updates.publish"


def plan_opening(desk):
    make_petition(cause_id=desk.cause.id, state="draft", opens_at=HOUR)
    desk.post("/organize/petitions/home/publish")
    return record_transitions, "petitions.open"


def plan_close(desk):
    make_petition(cause_id=desk.cause.id)
    desk.post("/organize/petitions/home/dates", {**DATES, "closes_at": "2030-01-01T10:00"})
    return record_transitions, "petitions.close"


@pytest.fixture
def desk(desk_of):
    cause = make_cause("hill", state="draft")
    desk = desk_of("owner", cause.id)
    desk.cause = cause
    return desk


def worker_actions():
    """Return (action, channel, who planned it) of what the worker did."""
    db.session.rollback()
    return [
        (entry.action, entry.details.get("planned_by"))
        for entry in entries(limit=500)
        if entry.channel == "worker"
    ]


@pytest.mark.parametrize(
    "plan", [plan_cause, plan_event, plan_petition, plan_update, plan_opening, plan_close]
)
def test_planned_change_is_logged_once_at_its_time(desk, plan):
    operation, action = plan(desk)
    assert write(operation, now=HOUR - timedelta(seconds=1)) == 0
    assert write(operation, now=HOUR) == 1
    assert write(operation, now=HOUR + timedelta(minutes=1)) == 0
    assert worker_actions() == [(action, desk.organizer.id)]
    [line] = tree(desk.get("/organize/audit/")).xpath(f"//p[@data-action='{action}' and bdi]")
    assert line.find("bdi").text == "Owner" and line.find("b").text != "Owner"


@pytest.mark.parametrize(
    "kind", ["causes/hill", "petitions/home", "events/talk", "updates/answer", "mail/news"]
)
def test_planning_for_an_ambiguous_time_says_which_one_is_meant(desk_of, kind):
    desk = desk_of("owner", make_cause("hill", state="draft").id)
    cause_id = desk.organizer.grants[0].cause_id
    make_petition(cause_id=cause_id, state="draft")
    make_event(cause_id=cause_id, draft=True)
    make_update(cause_id=cause_id, draft=True)
    make_update("news", cause_id=cause_id)
    hour = {
        "publish_at": "2030-11-03T01:30",
        "starts_at": "2030-11-03T01:30",
        "time_zone": "America/Toronto",
        "when": "later",
    }
    more = {"langs": ["en"], "kinds": ["subscribers"], "per_minute": "0"}
    path = {"updates": "/publish", "mail": ""}.get(kind.partition("/")[0], "/publish-later")
    answer = desk.post(f"/organize/{kind}{path}", {**hour, **more}, follow_redirects=True)
    assert answer.status_code == 200
    assert "waiting" in alerts(answer)


def test_immediate_change_is_logged_as_done_by_hand_only(desk):
    make_petition(cause_id=desk.cause.id, state="draft")
    make_update(cause_id=desk.cause.id, draft=True)
    desk.post("/organize/petitions/home/publish")
    desk.post("/organize/updates/answer/publish", {"when": "now"})
    for operation in (record_transitions, note_published):
        assert write(operation, now=utcnow()) == 0
    assert worker_actions() == []


def test_change_that_was_never_planned_in_the_workspace_is_not_logged(desk):
    make_petition(cause_id=desk.cause.id, closes_at=utcnow() + timedelta(hours=1))
    make_update(cause_id=desk.cause.id, days=1)
    for operation in (record_transitions, note_published):
        assert write(operation, now=utcnow() + timedelta(hours=2)) == 0

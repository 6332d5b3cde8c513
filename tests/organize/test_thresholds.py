"""Tests of the pages where organizers choose when to deliver again, and of the task about it."""

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import write
from campaign.petitions import thresholds
from campaign.petitions.deliveries import record_delivery
from campaign.process.clock import utcnow
from campaign.site.settings import local_day
from tests.factories.causes import make_cause
from tests.factories.letters import make_letter_action
from tests.factories.petitions import make_petition, reach
from tests.page_parts import links, tree, values, version_on, wrong_fields

HERE = "/organize/handovers/home"
EDIT = f"{HERE}/thresholds"


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.petition = make_petition(cause_id=cause.id)
    return desk


def save(desk, *rows, version=None, **more):
    version = version_on(desk.get(EDIT)) if version is None else version
    typed = {"version": version, **more}
    for number, (count, note) in enumerate(rows):
        typed |= {f"rows-{number}-count": count, f"rows-{number}-note": note}
    return desk.post(EDIT, typed)


def states(desk):
    rows = tree(desk.get(HERE)).xpath("//li[@data-threshold]")
    return [(int(row.get("data-threshold")), row.get("data-state")) for row in rows]


def tasks(desk):
    return [link for link in links(desk.get("/organize/")) if link == HERE]


def test_counts_are_saved_reached_done_and_undone(desk):
    assert save(desk, ("10,000", "Call the Senate"), ("20000", "")).status_code == 303
    assert states(desk) == [(10_000, "ahead"), (20_000, "ahead")]
    assert tasks(desk) == []
    reach(desk.petition, 10_000)
    assert states(desk) == [(10_000, "due"), (20_000, "ahead")]
    assert len(tasks(desk)) == 1
    [act] = tree(desk.get(HERE)).xpath("//form[contains(@action, '/done')]/@action")
    desk.post(act)
    assert states(desk)[0] == (10_000, "done") and tasks(desk) == []
    desk.post(act.replace("/done", "/undo"))
    assert states(desk)[0] == (10_000, "due") and len(tasks(desk)) == 1
    write(
        record_delivery,
        petition_id=desk.petition.id,
        day=local_day(utcnow()),
        received_by="Senate",
        signatures=1,
        note="",
    )
    assert states(desk)[0] == (10_000, "delivered") and tasks(desk) == []
    changed = entries(action="handovers.thresholds")[0].details["changes"]
    assert {"field": "count", "part": "0", "before": "", "after": "10000"} in changed
    assert [entry.action for entry in entries(action="handovers")][:2] == [
        "handovers.undo",
        "handovers.done",
    ]


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([("0", "")], "rows-0-count"),
        ([("ten", "")], "rows-0-count"),
        ([("", "a note")], "rows-0-count"),
        ([("20", ""), ("10", "")], "rows-1-count"),
        ([("20", ""), ("20", "")], "rows-1-count"),
        ([("99999999999", "")], "rows-0-count"),
        ([("20", "x" * 301)], "rows-0-note"),
    ],
)
def test_wrong_input_is_named_at_its_field_and_kept(desk, rows, wrong):
    answer = save(desk, *rows)
    assert answer.status_code == 422 and set(wrong_fields(answer)) == {wrong}
    assert states(desk) == []


def test_rows_are_added_up_to_ten_without_saving(desk):
    answer = save(desk, ("10", "first"), press="add")
    assert answer.status_code == 200
    assert len(tree(answer).xpath("//li[@class='row-panel']")) == 2
    assert thresholds.thresholds_of(desk.petition.id) == []
    full = save(desk, *((str(number), "") for number in range(1, 11)), press="add")
    assert len(tree(full).xpath("//li[@class='row-panel']")) == 10
    assert "add" not in tree(full).xpath("//button[@name='press']/@value")


def test_public_page_and_api_announce_only_the_next_one_if_chosen(desk, client):
    save(desk, ("10", "secret note"), ("20", ""))
    assert values(client.get("/en/petitions/home"), "data-next-delivery") == []
    assert client.get("/api/v1/petitions/home").json["next_delivery"] is None
    save(desk, ("10", "secret note"), ("20", ""), is_public="y")
    shown = client.get("/en/petitions/home")
    assert values(shown, "data-next-delivery")[:1] == ["10"] and "secret" not in shown.text
    assert client.get("/api/v1/petitions/home").json["next_delivery"] == 10


def test_second_editor_gets_a_conflict(desk):
    version = version_on(desk.get(EDIT))
    assert save(desk, ("10", ""), version=version).status_code == 303
    assert save(desk, ("20", ""), version=version).status_code == 409
    assert [row.count for row in thresholds.thresholds_of(desk.petition.id)] == [10]


@pytest.mark.parametrize(
    ("role", "edits", "sees"),
    [("editor", 403, 1), ("exporter", 403, 1), ("reviewer", 403, 0), ("tabler", 403, 0)],
)
def test_those_who_record_deliveries_see_the_task(desk, desk_of, role, edits, sees):
    save(desk, ("10", ""))
    reach(desk.petition, 10)
    other = desk_of(role, desk.petition.cause_id, email=f"{role}@kwan.example")
    assert other.get(EDIT).status_code == edits
    assert len(tasks(other)) == sees


def test_letters_by_email_have_none_and_those_by_hand_do(desk_of):
    action = make_letter_action(delivery_method="individual")
    desk = desk_of("owner", action.cause_id)
    address = f"/organize/handovers/{action.slug}/thresholds"
    assert desk.get(address).status_code == 404
    by_hand = make_letter_action("by-hand", cause_id=action.cause_id, delivery_method="in_person")
    assert desk.get(f"/organize/handovers/{by_hand.slug}/thresholds").status_code == 200


def test_threshold_of_another_petition_is_not_found(desk):
    save(desk, ("10", ""))
    [row] = thresholds.thresholds_of(desk.petition.id)
    make_petition("other", cause_id=desk.petition.cause_id)
    assert desk.post(f"/organize/handovers/other/thresholds/{row.id}/done").status_code == 404

"""Tests of bulk decisions: the preview, what it is bound to, and undoing from the list."""

import re

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures.moderation.bulk_decisions import carry_out_batch
from campaign.signatures.moderation.rules import create_rule
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import ODILE, hatch_now, row, sign, sign_and_hatch
from tests.page_parts import alerts, figures, is_empty, text_at


def hold(petition, count, reason="no_proof"):
    return [
        sign(petition, ODILE, email=f"{reason}{place}@kwan.example", held_reason=reason)
        for place in range(count)
    ]


def hidden_fields(page):
    return dict(re.findall(r'type="hidden" name="(upto|at)" value="([^"]+)"', page))


def decide(desk, filters, verb, reason=""):
    """Preview and confirm. Return the address of the result, once the worker has carried it out."""
    page = desk.get(f"/organize/bulk/new?{filters}").text
    answer = desk.post(
        f"/organize/bulk/?{filters}", {**hidden_fields(page), "verb": verb, "reason": reason}
    )
    work()
    return answer


def work():
    while write(carry_out_batch, holder="test", now=utcnow()):
        pass


def states(ids):
    return [(row(item).state, bool(row(item).rejected_at)) for item in ids]


@pytest.fixture
def desk(desk_of, petition):
    return desk_of("reviewer", petition.cause_id)


def test_preview_shows_and_counts_and_one_press_decides(desk, petition):
    ids = hold(petition, 25)
    other = hold(petition, 1, "hidden_field")
    held = desk.get("/organize/held/?held_for=no_proof").text
    assert figures(
        text_at(held, "//a[contains(@href, '/bulk/new') and contains(@href, 'held_for=no_proof')]")
    ) == [25]
    page = desk.get("/organize/bulk/new?on=held&held_for=no_proof").text
    assert figures(text_at(page, "//h1")) == [25] and page.count("signature_id") == 0
    assert len(re.findall(r'href="/organize/signatures/\d+"', page)) == 20
    late = hold(petition, 27)[-2:]
    answer = desk.post(
        "/organize/bulk/?on=held&held_for=no_proof",
        {**hidden_fields(page), "verb": "reject", "reason": "A flood"},
    )
    work()
    assert states([*ids, *other, *late]) == [("held", True)] * 25 + [("held", False)] * 3
    page_shown = desk.get(answer.location).text
    assert figures(text_at(page_shown, "//h1")) == [25] and "/undo" in page_shown
    [noted] = entries(action="bulk.reject")
    assert noted.reason == "A flood"
    assert noted.details == {
        "signatures": 25,
        "counted": 0,
        "filter": {"petition_ids": [petition.id], "state": "held", "held_reason": "no_proof"},
    }


def test_rejecting_asks_for_a_reason_and_keeps_the_preview(desk, petition):
    ids = hold(petition, 2)
    page = desk.get("/organize/bulk/new?on=held").text
    refused = desk.post(
        "/organize/bulk/?on=held", {**hidden_fields(page), "verb": "reject", "reason": " "}
    )
    assert refused.status_code == 422
    assert hidden_fields(refused.text) == hidden_fields(page)
    assert states(ids) == [("held", False)] * 2
    assert (
        desk.post(
            "/organize/bulk/?on=held",
            {"verb": "reject", "reason": "x", "upto": "9" * 30, "at": "now"},
        ).status_code
        == 422
    )
    assert (
        desk.post("/organize/bulk/?on=held", {**hidden_fields(page), "verb": "show"}).status_code
        == 422
    )
    assert desk.get("/organize/bulk/new?on=nothing").status_code == 404


def test_undoing_from_the_list_restores_every_signature(desk, desk_of, petition):
    ids = hold(petition, 3)
    decide(desk, "on=held", "reject", "A flood")
    colleague = desk_of("owner", petition.cause_id)
    [address] = re.findall(
        r'action="(/organize/bulk/\d+/undo)"', colleague.get("/organize/bulk/").text
    )
    assert address.removesuffix("/undo") in colleague.get("/organize/audit/").text
    answer = colleague.post(address)
    assert colleague.get(f"{answer.location}?progress=1").json["state"] == "working"
    assert "refresh" in colleague.get(answer.location).text
    work()
    assert colleague.get(f"{answer.location}?progress=1").json["state"] == "ready"
    assert states(ids) == [("held", False)] * 3
    assert figures(text_at(colleague.get(answer.location), "//p[@class='lead']")) == [3]
    assert alerts(colleague.post(address, follow_redirects=True))[-1] == "waiting"
    assert len(entries(action="bulk.undo")) == 1


def test_search_results_are_decided_and_the_searched_name_is_not_kept(desk, petition):
    mine = [sign_and_hatch(petition, ODILE, email=f"o{n}@kwan.example") for n in range(2)]
    other = sign_and_hatch(petition)
    page = desk.get("/organize/signatures/?words=odile").text
    assert "/organize/bulk/new?on=signatures&amp;words=odile" in page
    assert figures(
        text_at(desk.get("/organize/bulk/new?on=signatures&words=odile"), "//p[@class='lead']")
    ) == [2]
    decide(desk, "on=signatures&words=odile", "reject", "One person twice")
    hatch_now()
    assert [row(item).number for item in [*mine, other]] == [None, None, 3]
    assert "odile" not in str([entry.details for entry in entries(action="bulk")])


def test_comments_can_be_listed_searched_and_reversed(desk, petition):
    ids = [
        sign_and_hatch(petition, ODILE, email=f"c{n}@kwan.example", comment=f"{word} for all")
        for n, word in enumerate(("Water", "Wine"))
    ]
    decide(desk, "on=comments&words=water", "show")
    assert [row(item).comment_shown for item in ids] == [True, False]
    for tab, is_there in (("shown", True), ("hidden", False), ("waiting", False)):
        assert ("Water for all" in desk.get(f"/organize/comments/?tab={tab}").text) is is_there
    page = desk.get("/organize/comments/?tab=shown&words=wat").text
    fields = dict(re.findall(r'name="(version-\d+|shown|tab|words)" value="([^"]*)"', page))
    answer = desk.post("/organize/comments/", {**fields, f"decision-{ids[0]}": "hide"})
    assert "tab=shown" in answer.location and "words=wat" in answer.location
    assert "Water for all" in desk.get("/organize/comments/?tab=hidden").text


def test_each_cause_has_its_own_decision_and_outsiders_see_none(desk_of, petition):
    elsewhere = make_petition("hill", cause_id=make_cause("hill").id)
    ids = [*hold(petition, 2), *hold(elsewhere, 2)]
    stranger = desk_of("reviewer", elsewhere.cause_id, email="stranger@kwan.example")
    decide(desk_of("reviewer", petition.cause_id), "on=held", "reject", "Mine")
    assert states(ids) == [("held", True)] * 2 + [("held", False)] * 2
    assert (
        stranger.get("/organize/bulk/1").status_code
        == stranger.post("/organize/bulk/1/undo").status_code
        == 404
    )
    assert "Mine" not in stranger.get("/organize/bulk/").text
    hold(petition, 4)
    assert decide(desk_of(), "on=held", "approve").location.endswith("/organize/bulk/")
    assert {entry.cause_id for entry in entries(action="bulk.approve")} == {
        petition.cause_id,
        elsewhere.cause_id,
    }


def test_rule_pattern_of_another_cause_is_not_shown(desk_of, petition):
    elsewhere = make_cause("hill")
    rule = write(
        create_rule, cause_id=elsewhere.id, petition_id=None, kind="words", pattern="quetzalli"
    )
    page = (
        desk_of("reviewer", petition.cause_id)
        .get(f"/organize/bulk/new?on=held&held_for={rule.reason}")
        .text
    )
    assert "quetzalli" not in page
    assert "quetzalli" in desk_of().get(f"/organize/bulk/new?on=held&held_for={rule.reason}").text


def test_page_says_when_nothing_is_left_to_decide(desk, petition):
    hold(petition, 2)
    page = desk.get("/organize/bulk/new?on=held").text
    decide(desk, "on=held", "reject", "A flood")
    answer = desk.post(
        "/organize/bulk/?on=held", {**hidden_fields(page), "verb": "approve"}, follow_redirects=True
    )
    assert alerts(answer)[-1] == "waiting" and entries(action="bulk.approve") == []
    assert is_empty(desk.get("/organize/bulk/new?on=held"))

"""Tests of the suppression list in the workspace: addresses that we never email."""

from urllib.parse import urlsplit

import pytest

from campaign.extensions import write
from campaign.mail.operations import refusal_of, refuse_address
from campaign.process.clock import utcnow
from campaign.signatures.tokens import email_digest
from campaign.subscriptions.operations import suppress
from campaign.subscriptions.queries import is_suppressed, suppression_of
from tests.factories.causes import make_cause
from tests.factories.organizers import trail
from tests.factories.subscriptions import subscribe, subscription
from tests.organize.organisations import make_organisation
from tests.page_parts import alerts, sends_to, tree, values, wrong_fields

PAGE = "/organize/suppressions"
AMALIA = "amalia@rosales.example"


@pytest.fixture
def owner(desk_of):
    return desk_of("owner", make_cause().id)


def entry_of(email):
    return f"{PAGE}/{email_digest(email).hex()}"


def listed(email, reason="request"):
    write(suppress, email_digest=email_digest(email), reason=reason, now=utcnow())


def test_address_added_by_hand_gets_no_more_news(owner, app):
    reader = subscribe("amalia")
    assert wrong_fields(owner.post(f"{PAGE}/add", {"email": AMALIA, "reason": " "})).keys() == {
        "reason"
    }
    answer = owner.post(
        f"{PAGE}/add", {"email": "Amalia@Rosales.example", "reason": "Asked by telephone"}
    )
    assert urlsplit(answer.location).path == entry_of(AMALIA)
    assert subscription(reader).state == "ended" and is_suppressed(email_digest(AMALIA))
    page = owner.get(f"{PAGE}/").text
    assert "Asked by telephone" in page and AMALIA not in page
    assert trail()[-1][0] == "suppressions.add"


def test_email_address_is_looked_up_without_appearing_in_url_or_log(owner):
    listed(AMALIA)
    answer = owner.post(f"{PAGE}/find", {"find-email": AMALIA})
    assert answer.status_code == 303 and AMALIA not in answer.location
    page = owner.get(answer.location)
    assert values(page, "data-reason") == [
        "request"
    ] and f"{entry_of(AMALIA)}/lift" not in sends_to(page)
    unlisted = owner.post(
        f"{PAGE}/find", {"find-email": "nobody@rosales.example"}, follow_redirects=True
    )
    assert alerts(unlisted) == ["success"] and unlisted.request.path == f"{PAGE}/"
    assert wrong_fields(owner.post(f"{PAGE}/find", {})).keys() == {"find-email"}
    assert [action for action, _, _ in trail()][-2:] == ["suppressions.see"] * 2


@pytest.mark.parametrize("reason", ["request", "complaint"])
def test_supporters_own_request_for_no_news_cannot_be_lifted(desk_of, reason):
    listed(AMALIA, "organizer")
    listed(AMALIA, reason)
    admin = desk_of()
    assert f"{entry_of(AMALIA)}/lift" not in sends_to(admin.get(entry_of(AMALIA)))
    assert alerts(
        admin.post(f"{entry_of(AMALIA)}/lift", {"reason": "A slip"}, follow_redirects=True)
    ) == ["danger"]
    assert suppression_of(email_digest(AMALIA)).reason == reason
    listed(AMALIA, "organizer")
    assert suppression_of(email_digest(AMALIA)).reason == reason


def test_admin_lifts_what_an_organizer_added_and_gives_a_reason(owner, desk_of):
    listed(AMALIA, "organizer")
    assert f"{entry_of(AMALIA)}/lift" not in sends_to(owner.get(entry_of(AMALIA)))
    assert owner.post(f"{entry_of(AMALIA)}/lift", {"reason": "A slip"}).status_code == 403
    admin = desk_of()
    assert f"{entry_of(AMALIA)}/lift" in sends_to(admin.get(entry_of(AMALIA)))
    assert admin.post(f"{entry_of(AMALIA)}/lift", {"reason": ""}).status_code == 422
    assert admin.post(f"{entry_of(AMALIA)}/lift", {"reason": "A slip"}).status_code == 303
    assert (
        not is_suppressed(email_digest(AMALIA)) and admin.get(entry_of(AMALIA)).status_code == 404
    )


def test_bounced_address_can_be_tried_again(owner):
    digest = email_digest(AMALIA)
    write(refuse_address, digest, reason="5.1.1 no such user", now=utcnow())
    answer = owner.post(f"{PAGE}/find", {"find-email": AMALIA})
    assert "5.1.1 no such user" in owner.get(answer.location).text
    owner.post(f"{entry_of(AMALIA)}/retry")
    assert not refusal_of(digest) and trail()[-1][0] == "suppressions.retry"


def test_list_has_pages_and_says_when_it_ends(owner):
    for place in range(51):
        listed(f"reader{place}@rosales.example")
    assert values(owner.get(f"{PAGE}/"), "data-reason") == ["request"] * 50
    assert values(owner.get(f"{PAGE}/?page=2"), "data-reason") == ["request"]
    assert tree(owner.get(f"{PAGE}/?page=9")).find_class("empty-page")
    for nonsense in ("zz", "abcd", "a" * 33):
        assert owner.get(f"{PAGE}/{nonsense}").status_code == 404


def test_owner_lists_only_addresses_of_their_cause(owner, desk_of):
    stranger = {"email": "stranger@rosales.example", "reason": "Asked by telephone"}
    answer = owner.post(f"{PAGE}/add", stranger)
    assert answer.status_code == 422
    assert stranger["email"] in answer.text
    subscribe("odile", cause_id=make_cause("hill").id)
    assert (
        owner.post(f"{PAGE}/add", {**stranger, "email": "odile@rosales.example"}).status_code == 422
    )
    assert not is_suppressed(email_digest("odile@rosales.example"))
    assert desk_of().post(f"{PAGE}/add", stranger).status_code == 303
    assert is_suppressed(email_digest(stranger["email"]))


def test_owner_looks_up_only_people_of_their_causes_among_organizations(desk_of):
    own, foreign = make_organisation("own"), make_organisation("foreign")
    cause = make_cause(organisation_id=own.id)
    hill = make_cause("hill", organisation_id=foreign.id)
    subscribe("amalia", cause_id=cause.id)
    subscribe("odile", cause_id=hill.id)
    for name in ("amalia", "odile"):
        email = f"{name}@rosales.example"
        write(
            suppress,
            email_digest=email_digest(email),
            reason="organizer",
            note=f"{name} asked",
            now=utcnow(),
        )
    owner = desk_of("owner", cause.id)
    assert values(owner.get(f"{PAGE}/"), "data-reason") == []
    assert "asked" not in owner.get(f"{PAGE}/").text
    assert owner.get(entry_of(AMALIA)).status_code == 200
    foreign_entry = entry_of("odile@rosales.example")
    assert owner.get(foreign_entry).status_code == 404
    assert owner.post(f"{foreign_entry}/retry").status_code == 404
    answer = owner.post(f"{PAGE}/find", {"find-email": "odile@rosales.example"})
    assert wrong_fields(answer).keys() == {"find-email"}
    assert len(values(desk_of().get(f"{PAGE}/"), "data-reason")) == 2

"""Tests of the one thing that the thank-you email asks to do next."""

from datetime import timedelta

import pytest

from campaign.events.operations import cancel
from campaign.extensions import write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.signatures.one_press.tokens import claim_of
from campaign.thanks.next_step import next_step_of, note_signed
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, TEO, row, sign, sign_and_hatch, withdraw


def step_of(app, signature_id, lang="en"):
    """Return the next step as one pass of the worker finds it."""
    signature = row(signature_id)
    with app.app_context():
        return next_step_of(signature, lang)


@pytest.fixture
def cause(app):
    return make_cause()


@pytest.fixture
def first(cause):
    return make_petition("first", cause_id=cause.id)


def test_open_action_comes_before_an_event_before_sharing(app, cause, first):
    signature_id = sign_and_hatch(first)
    assert step_of(app, signature_id).kind == "share"
    make_event(cause_id=cause.id)
    assert step_of(app, signature_id).kind == "event"
    make_petition("second", cause_id=cause.id)
    step = step_of(app, signature_id, "es")
    assert step.kind == "action"
    # One press signs it.
    assert step.url.startswith("http://localhost/es/signatures/next/")
    assert (step.title, step.lang) == ("Que vuelvan", "es")


@pytest.mark.parametrize("is_confirmed", [True, False])
@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_only_the_mailbox_decides_what_is_asked_for(app, cause, first, is_confirmed, is_withdrawn):
    second = make_petition("second", cause_id=cause.id)
    signature_id = sign_and_hatch(first)
    other = sign_and_hatch(second) if is_confirmed else sign(second)
    if is_withdrawn:
        withdraw(other)
    is_asked = not is_confirmed and not is_withdrawn
    assert step_of(app, signature_id).kind == ("action" if is_asked else "share")
    assert step_of(app, sign_and_hatch(first, ODILE)).kind == "action"


def test_other_spelling_of_the_address_changes_nothing(app, cause, first):
    second = make_petition("second", cause_id=cause.id)
    signature_id = sign_and_hatch(first, email="amalia.r@gmail.com")
    sign_and_hatch(second, email="amaliar@gmail.com")
    assert step_of(app, signature_id).kind == "action"


def test_addresses_that_are_read_at_once_are_kept_apart(app, cause, first):
    second = make_petition("second", cause_id=cause.id)
    signatures = [
        row(sign_and_hatch(petition, email=email))
        for petition, email in (
            (first, "amalia.r@gmail.com"),
            (second, "amaliar@gmail.com"),
            (first, "odile@kwan.example"),
        )
    ]
    with app.app_context():
        note_signed([signature.email_digest for signature in signatures])
        urls = [next_step_of(signature, "en").url for signature in signatures]
    codes = [url.rpartition("/")[2].partition("?")[0] for url in urls]
    assert [claim_of(code).petition_id for code in codes] == [second.id, first.id, second.id]


def test_second_person_at_an_address_is_not_asked_for_what_the_first_signed(app, cause):
    both = make_petition("both", cause_id=cause.id, two_per_address=True)
    second = make_petition("second", cause_id=cause.id)
    sign_and_hatch(both, AMALIA)
    sign_and_hatch(second, AMALIA)
    assert step_of(app, sign_and_hatch(both, TEO)).kind == "share"


@pytest.mark.parametrize(
    "settings",
    [
        {"state": "draft"},
        {"closes_at": utcnow() - timedelta(days=1)},
        {"opens_at": utcnow() + timedelta(days=1)},
        {"archived_at": utcnow()},
    ],
)
def test_action_that_is_not_open_is_not_offered(app, cause, first, settings):
    make_petition("second", cause_id=cause.id, **settings)
    assert step_of(app, sign_and_hatch(first)).kind == "share"


def test_action_of_another_cause_is_not_offered(app, first):
    make_petition("elsewhere", cause_id=make_cause("elsewhere").id)
    assert step_of(app, sign_and_hatch(first)).kind == "share"


def test_event_that_is_over_a_draft_or_cancelled_is_not_offered(app, cause, first):
    make_event("over", cause_id=cause.id, days=-2)
    make_event("draft", cause_id=cause.id, draft=True)
    cancelled = make_event("cancelled", cause_id=cause.id, days=1)
    write(cancel, cancelled.id, now=utcnow())
    signature_id = sign_and_hatch(first)
    assert step_of(app, signature_id).kind == "share"
    make_event("later", cause_id=cause.id, days=9)
    make_event("next", cause_id=cause.id, days=3)
    step = step_of(app, signature_id)
    assert step.url == "http://localhost/en/events/next"
    assert "Larch Library" in step.details


def test_no_one_is_asked_to_share_a_quiet_petition(app, cause):
    quiet = make_petition("quiet", cause_id=cause.id, is_quiet=True)
    assert step_of(app, sign_and_hatch(quiet)) is None


def test_archived_later_is_no_longer_offered(app, cause, first):
    second = make_petition("second", cause_id=cause.id)
    signature_id = sign_and_hatch(first)
    write(petition_life_cycle.close, row_id=second.id, now=utcnow())
    assert step_of(app, signature_id).kind == "share"

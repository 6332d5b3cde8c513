"""Tests that only a confirmed signature with the box selected subscribes, and only once."""

import pytest

from campaign.accounts.audit import WORKER
from campaign.causes.presenters import news_consent
from campaign.causes.queries import cause_by_id
from campaign.extensions import write
from campaign.notices.news_texts import SIGNATURE
from campaign.notices.queries import consents_of
from campaign.process.clock import utcnow
from campaign.signatures.erasure import anonymise, erase_one
from campaign.signatures.moderation import decisions
from campaign.subscriptions.operations import confirm as confirm_subscription
from campaign.subscriptions.operations import end, suppress
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    TEO,
    change,
    confirm,
    hatch_now,
    restore,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.factories.subscriptions import (
    WEEK,
    digest,
    email_states,
    subscribe,
    subscriptions,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition(two_per_address=True)


def states():
    return [(subscription.state, subscription.source) for subscription in subscriptions()]


def test_confirmed_signature_is_the_consent_and_hatching_twice_adds_nothing(petition):
    unconfirmed = sign(petition, AMALIA, subscribe=True, lang="es")
    hatch_now()
    assert subscriptions() == []
    confirm(unconfirmed)
    hatch_now()
    hatch_now()
    [made] = subscriptions()
    assert (made.state, made.source, made.lang, made.cause_id) == (
        "active",
        "signature",
        "es",
        petition.cause_id,
    )
    assert (made.signature_id, made.email) == (unconfirmed, AMALIA["email"])
    [consent] = consents_of("subscription", [made.id])
    assert (consent.purpose, consent.channel) == ("news", "web")
    assert consent.shown_text.version == SIGNATURE
    cause = cause_by_id(petition.cause_id)
    assert consent.shown_text.text == news_consent(cause, "es") != news_consent(cause, "en")
    assert consent.given_at == row(unconfirmed).created_at


def test_unselected_box_does_not_subscribe_and_two_of_one_address_are_one(petition):
    sign_and_hatch(petition, {**AMALIA, "email": "no@rosales.example"})
    both = [sign(petition, AMALIA, subscribe=True), sign(petition, TEO, subscribe=True)]
    for item in both:
        confirm(item)
    hatch_now()
    assert len(subscriptions()) == 1


def test_withdrawn_signature_ends_its_subscription_and_its_return_restores_it(petition):
    signature_id = sign_and_hatch(petition, subscribe=True)
    withdraw(signature_id)
    hatch_now()
    assert states() == [("ended", "signature")]
    restore(signature_id)
    hatch_now()
    assert states() == [("active", "signature")]


def test_unsubscribed_supporter_stays_so_when_a_withdrawal_is_undone(petition):
    signature_id = sign_and_hatch(petition, subscribe=True)
    [made] = subscriptions()
    write(
        end, subscription_id=made.id, email_digest=made.email_digest, email=made.email, now=utcnow()
    )
    withdraw(signature_id)
    hatch_now()
    restore(signature_id)
    hatch_now()
    assert states() == [("ended", "signature")]


def test_new_signature_with_the_box_selected_is_a_new_consent(petition):
    sign_and_hatch(petition, subscribe=True)
    [made] = subscriptions()
    write(
        end, subscription_id=made.id, email_digest=made.email_digest, email=made.email, now=utcnow()
    )
    sign_and_hatch(make_petition("second", cause_id=petition.cause_id), subscribe=True)
    assert states() == [("active", "signature")]
    first, second = consents_of("subscription", [made.id])
    assert first.withdrawn_at is not None
    assert second.withdrawn_at is None


def test_other_subscription_outlives_the_signature(petition):
    subscribe("amalia", cause_id=petition.cause_id)
    signature_id = sign_and_hatch(petition, subscribe=True)
    write(decisions.withdraw, ids=[signature_id], cause_ids=None, now=utcnow())
    hatch_now()
    assert states() == [("active", "form")]


def test_suppression_overrides_the_box(petition):
    write(suppress, email_digest=digest("amalia"), reason="complaint", now=utcnow())
    sign_and_hatch(petition, subscribe=True)
    assert subscriptions() == []


def test_erasure_on_request_deletes_everything_and_retention_keeps_the_consent(petition):
    erased = sign_and_hatch(petition, subscribe=True)
    anonymised = sign_and_hatch(
        petition, {**AMALIA, "email": "teo@rosales.example"}, subscribe=True
    )
    write(erase_one, signature_id=erased)
    write(anonymise, petition_id=petition.id, actor=WORKER, now=utcnow())
    assert row(anonymised).state == "erased"
    first, second = subscriptions()
    assert (first.state, first.email, first.email_digest) == ("ended", None, None)
    assert (second.state, second.email) == ("active", "teo@rosales.example")
    assert consents_of("subscription", [second.id])


@pytest.mark.parametrize(("evidence", "source"), [("in_person", "kiosk"), ("paper", "paper")])
def test_address_from_a_table_or_a_sheet_is_asked_first(petition, evidence, source):
    signature_id = sign(petition, subscribe=True)
    change(signature_id, evidence=evidence, state="confirmed", confirmed_at=utcnow())
    hatch_now()
    hatch_now()
    assert states() == [("pending", source)]
    assert email_states("subscription_confirmation") == ["owed"]
    [pending] = subscriptions()
    write(confirm_subscription, subscription_id=pending.id, now=utcnow(), good_for=WEEK)
    assert states() == [("active", source)]
    withdraw(signature_id)
    hatch_now()
    assert states() == [("ended", source)]

"""Tests of subscribing to news, confirming, changing and ending it."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from campaign.causes.presenters import form_consent
from campaign.extensions import db, write
from campaign.i18n.long_dates import long_date
from campaign.mail.renderers import renderers_of
from campaign.notices.news_texts import CAUSE_FORM, FORM, form_text
from campaign.notices.queries import consents_of, notice_by_id
from campaign.process.clock import utcnow
from campaign.subscriptions.jobs import forget
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.operations import send_again, suppress
from campaign.subscriptions.queries import is_suppressed
from tests.factories.causes import make_cause
from tests.factories.signatures import JSON, queued_emails
from tests.factories.subscriptions import (
    ask_for_news,
    digest,
    email_states,
    link,
    subscribe,
    subscription,
    subscriptions,
)

AMALIA = {"email": "Amalia@rosales.example"}
PATH = "/en/causes/valley/subscriptions"


@pytest.fixture
def cause(app):
    return make_cause()


def email_of(app, subscription_id):
    """Return the Message that the worker would send about a subscription."""
    row = subscription(subscription_id)
    kind = "subscription_confirmation"
    return renderers_of(app)[kind](
        type("Owed", (), {"kind": kind, "subject_id": row.id, "lang": row.lang})
    )


@pytest.mark.parametrize(("path", "of_cause"), [(PATH, True), ("/fr/subscriptions", False)])
def test_form_sends_an_email_and_its_button_confirms(client, cause, path, of_cause):
    answer = client.post(path, data={**AMALIA, "frequency": "weekly"})
    assert (answer.status_code, "/subscriptions/thanks" in answer.location) == (303, True)
    assert client.get(answer.location).status_code == 200
    [row] = subscriptions()
    assert (row.state, row.frequency, row.cause_id) == (
        "pending",
        "weekly",
        cause.id if of_cause else None,
    )
    assert queued_emails() == [("subscription_confirmation", row.id, row.lang)]
    address = link("confirm", row.id)
    assert client.get(address).status_code == 200
    assert subscription(row.id).state == "pending"
    for _ in range(2):
        answer = client.post(address)
        assert (
            answer.status_code == 303
            and "token" not in answer.location
            and client.get(answer.location).status_code == 200
        )
    row = subscription(row.id)
    assert (row.state, row.evidence, row.source) == ("active", "email", "form")
    [consent] = consents_of("subscription", [row.id])
    version, text = (
        (CAUSE_FORM, form_consent(cause, "en")) if of_cause else (FORM, form_text(None, "fr"))
    )
    assert (consent.shown_text.version, consent.channel) == (version, "web")
    assert consent.shown_text.text == text
    assert notice_by_id(row.notice_id).is_recorded


def test_answer_is_the_same_for_existing_subscribers_and_they_are_told(client, app, cause):
    first = client.post(PATH, data=AMALIA)
    [row] = subscriptions()
    asking = email_of(app, row.id)
    client.post(link("confirm", row.id))
    write(
        lambda: db.session.execute(
            update(Subscription).values(mailed_at=utcnow() - timedelta(hours=1))
        )
    )
    again = client.post(PATH, data={"email": "amalia@ROSALES.example", "frequency": "weekly"})
    assert (first.status_code, first.location, first.data) == (
        again.status_code,
        again.location,
        again.data,
    )
    [row] = subscriptions()
    assert (row.state, row.frequency) == ("active", "each")
    assert len(queued_emails()) == 2
    repeat = email_of(app, row.id)
    assert repeat.subject != asking.subject
    assert link("confirm", row.id) in asking.text and link("confirm", row.id) not in repeat.text


def test_api_clients_are_answered_in_json(client, cause):
    answer = client.post(PATH, data=AMALIA, headers=JSON)
    assert (answer.status_code, answer.json) == (201, {"status": "pending"})
    refused = client.post(PATH, data={"email": "amalia"}, headers=JSON)
    assert refused.status_code == 422 and refused.json["errors"]["email"]
    assert (
        client.post("/en/causes/nowhere/subscriptions", data=AMALIA, headers=JSON).status_code
        == 404
    )


def test_mistake_is_explained_at_the_field_and_input_is_kept(client, cause):
    answer = client.post(PATH, data={"email": "amalia@correo", "frequency": "weekly"})
    assert answer.status_code == 422
    assert 'value="amalia@correo"' in answer.text and 'id="subscribe-email-error"' in answer.text
    assert re.search(r'value="weekly" checked', answer.text)
    assert subscriptions() == []


def test_honeypot_field_gets_the_same_answer_and_no_email(client, cause):
    normal = client.post(PATH, data={"email": "teo@rosales.example"})
    trapped = client.post(PATH, data={**AMALIA, "website": "https://spam.example"})
    assert (normal.status_code, normal.location) == (trapped.status_code, trapped.location)
    assert len(queued_emails()) == 1
    [normal_row] = [row for row in subscriptions() if row.email == "teo@rosales.example"]
    client.post(PATH, data={"email": "teo@rosales.example", "website": "x"})
    assert subscription(normal_row.id).held_reason == ""


def test_at_most_five_emails_are_sent_and_not_two_at_once(client, cause):
    start = utcnow()
    for minute in range(8):
        ask_for_news(cause_id=cause.id, now=start + timedelta(minutes=minute))
        ask_for_news(cause_id=cause.id, now=start + timedelta(minutes=minute, seconds=1))
    assert len(queued_emails()) == 5
    ask_for_news(cause_id=cause.id, now=start + timedelta(days=8))
    assert len(queued_emails()) == 6


def test_expired_email_offers_a_new_one(client, cause):
    subscription_id = ask_for_news(now=utcnow() - timedelta(days=8))
    address = link("confirm", subscription_id)
    assert client.get(address).status_code == 410
    assert client.post(address).status_code == 303
    assert subscription(subscription_id).state == "pending"
    client.post(address, data={"again": "1"})
    assert len(queued_emails()) == 2
    client.post(address)
    assert subscription(subscription_id).state == "active"


def test_link_opens_only_what_it_was_made_for(client, cause):
    one, two = subscribe("amalia"), subscribe("teo")
    confirming = link("confirm", one).rpartition("/")[2]
    assert client.get(f"/en/subscriptions/{confirming}").status_code == 404
    assert client.post(f"{link('preferences', one)}/{two}/end").status_code == 404
    assert client.get("/en/subscriptions/1.aaaaaaaaaaaaaaaaaaaa/end").status_code == 404
    assert subscription(two).state == "active"


def test_subscriber_sees_all_of_their_address_and_changes_language_and_frequency(client, cause):
    one, two = subscribe(cause_id=cause.id), subscribe()
    page = client.get(link("preferences", one)).text
    assert "Butterflies for the Valley" in page and "amalia@" not in page
    assert all(f'{link("preferences", one)}/{item}"' in page for item in (one, two))
    client.post(f"{link('preferences', one)}/{two}", data={"frequency": "weekly", "lang": "es"})
    assert (subscription(two).frequency, subscription(two).lang) == ("weekly", "es")
    wrong = client.post(
        f"{link('preferences', one)}/{two}", data={"frequency": "hourly", "lang": "de"}
    )
    assert wrong.status_code == 422


def test_one_click_unsubscribes_without_cookie_or_token_and_get_does_not(client, cause):
    subscription_id = subscribe(cause_id=cause.id)
    address = link("end", subscription_id)
    assert client.get(f"{address}?mailing=7").status_code == 200
    assert subscription(subscription_id).state == "active"
    for _ in range(2):
        # Email programs that unsubscribe must not be redirected.
        assert (
            client.post(f"{address}?mailing=7", data={"List-Unsubscribe": "One-Click"}).status_code
            == 200
        )
    answer = client.post(address)
    assert (answer.status_code, answer.location) == (303, "/en/subscriptions/stopped")
    row = subscription(subscription_id)
    assert (row.state, row.ended_reason, row.ended_mailing_id) == ("ended", "owner", 7)
    page = client.get(answer.location)
    assert page.status_code == 200 and page.headers["Cache-Control"].startswith("public")


def test_suppression_list_overrides_everything(client, app, cause):
    one = subscribe(cause_id=cause.id)
    client.post(f"{link('preferences', one)}/never")
    assert subscription(one).state == "ended"
    assert is_suppressed(digest("amalia"))
    answer = client.post(PATH, data=AMALIA)
    assert answer.status_code == 303
    assert email_of(app, one) is None
    assert client.get(link("preferences", one)).status_code == 200
    client.post(f"{link('preferences', one)}/again")
    assert email_of(app, one) is not None


def test_address_suppressed_for_a_complaint_is_not_resubscribed_by_a_link(client, cause):
    one = subscribe(cause_id=cause.id)
    write(suppress, email_digest=digest("amalia"), reason="complaint", now=utcnow())
    client.post(f"{link('preferences', one)}/again")
    db.session.rollback()
    assert is_suppressed(digest("amalia"))


def test_unconfirmed_subscription_is_erased_and_an_ended_one_keeps_no_address(app):
    now = utcnow()
    old = now - timedelta(days=20)
    ask_for_news("waits", now=old)
    active_id = subscribe("stays", now=old)
    ended = subscribe("went", now=old)
    write(suppress, email_digest=digest("went"), reason="request", now=old)
    assert write(forget, now=now, days=14) == 2
    assert [(row.id, row.state, row.email is None) for row in subscriptions()] == [
        (active_id, "active", False),
        (ended, "ended", True),
    ]


def test_email_names_its_list_and_how_to_unsubscribe(app, cause):
    subscription_id = ask_for_news(cause_id=cause.id, lang="es")
    email = email_of(app, subscription_id)
    assert email.list_id == "valley.localhost"
    assert email.list_unsubscribe == "http://localhost" + link("end", subscription_id, "es")
    assert "Mariposas para el valle" in email.subject
    assert "http://localhost" + link("confirm", subscription_id, "es") in email.text
    assert email_states("subscription_confirmation") == ["owed"]


def test_email_sent_again_names_no_date_after_the_erasure(app, cause):
    now = utcnow()
    subscription_id = ask_for_news(cause_id=cause.id, now=now - timedelta(days=10))
    write(send_again, subscription_id=subscription_id, now=now, good_for=timedelta(days=7))
    erased_on = (now + timedelta(days=4)).astimezone(ZoneInfo(app.config["BABEL_DEFAULT_TIMEZONE"]))
    assert long_date(erased_on, "en_CA") in email_of(app, subscription_id).text

"""Tests of the links in news emails.

Links to preferences need the exact address and expire. The link to unsubscribe always works.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token
from campaign.signatures.owner.operations import OWN_LINK
from campaign.signatures.queries import signature_by_id
from campaign.signatures.tokens import email_digest
from campaign.subscriptions import operations, tokens
from campaign.subscriptions.models import Subscription
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.signatures import link as signature_link
from tests.factories.signatures import queued_emails, sign_and_hatch
from tests.factories.subscriptions import ask_for_news, digest, link, subscribe, subscription

VERA, VERA_X9 = "vera@yahoo.com", "vera-x9@yahoo.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def cause(app):
    return make_cause()


def readdress(subscription_id, email):
    """Change the address of a subscription to `email`."""
    values = {"email": email, "email_digest": email_digest(email)}
    write(
        lambda: db.session.execute(
            update(Subscription).where(Subscription.id == subscription_id).values(**values)
        )
    )
    return subscription_id


def ended_links(row, today):
    """Expired links to the preferences: an old one, and one of an older version without a date."""
    old = make_token(
        secret_key(), "subscription", row.id, f"{row.cause_id or 0}:".encode() + row.email_digest
    )
    return [
        f"/en/subscriptions/{token}"
        for token in (tokens.preferences_token(row, today - timedelta(days=3)), old)
    ]


def compose_email(app):
    """Compose the newest email of the outbox, which has a personal link."""
    kind, subject_id, lang = queued_emails()[-1]
    assert kind == OWN_LINK
    return renderers_of(app)[kind](SimpleNamespace(kind=kind, subject_id=subject_id, lang=lang))


def paths_in(message, part):
    return [item.removeprefix("http://localhost") for item in message.text.split() if part in item]


def test_preferences_link_expires_and_offers_a_new_link(client, still_clock, cause):
    subscription_id = subscribe(cause_id=cause.id)
    for path in ended_links(subscription(subscription_id), still_clock.date()):
        page = client.get(path)
        assert (page.status_code, page.headers["Cache-Control"]) == (410, "no-store")
        assert 'action="/en/mine"' in page.text
        assert "Valley" not in page.text.partition("<main")[2].partition("</main>")[0]
        for action, data in (
            (f"/{subscription_id}", {"frequency": "weekly", "lang": "es"}),
            (f"/{subscription_id}/end", {}),
            ("/never", {}),
            ("/again", {}),
        ):
            assert client.post(f"{path}{action}", data=data).status_code == 410
    row = subscription(subscription_id)
    assert (row.state, row.frequency) == ("active", "each")


@pytest.mark.parametrize(("days", "status"), [(-3, 410), (-1, 200), (0, 200), (30, 200)])
def test_preferences_open_through_their_last_day_everywhere(
    client, still_clock, cause, days, status
):
    row = subscription(subscribe(cause_id=cause.id))
    token = tokens.preferences_token(row, still_clock.date() + timedelta(days=days))
    assert client.get(f"/en/subscriptions/{token}").status_code == status


def test_email_links_to_preferences_last_as_long_as_other_personal_links(app, still_clock, cause):
    token = tokens.token_for(tokens.PREFERENCES, subscription(subscribe(cause_id=cause.id)))
    assert last_day_of(token) - still_clock.date() in (
        timedelta(days=app.config["OWN_LINK_DAYS"] + day) for day in (0, 1)
    )


def test_lifetime_of_a_preferences_link_cannot_be_forged(client, cause):
    token = tokens.token_for(tokens.PREFERENCES, subscription(subscribe(cause_id=cause.id)))
    head, _, day = token.rpartition(".")
    for forged in (
        f"{head}.{int(day) + 1}",
        f"{head}.999999",
        f"{head}.{'9' * 30}",
        f"{head}.-1",
        head,
        "nonsense",
    ):
        page = client.get(f"/en/subscriptions/{forged}")
        assert page.status_code == 404
        assert 'action="/en/mine"' in page.text


def test_preferences_show_and_change_only_the_exact_address(client, cause):
    mine = readdress(subscribe("vera", cause_id=cause.id), VERA)
    other = readdress(subscribe("vera", cause_id=make_cause("river").id), VERA_X9)
    page = client.get(link("preferences", mine)).text
    assert f"/{mine}/end" in page and f"/{other}/end" not in page
    for action in (f"/{other}/end", f"/{other}"):
        assert (
            client.post(
                f"{link('preferences', mine)}{action}", data={"frequency": "weekly", "lang": "es"}
            ).status_code
            == 404
        )
    row = subscription(other)
    assert (row.state, row.frequency) == ("active", "each")


@pytest.mark.parametrize(("view", "action"), [("preferences", "/never"), ("confirm", "")])
def test_link_does_not_open_a_subscription_moved_to_another_address(client, cause, view, action):
    subscription_id = readdress(ask_for_news("vera", cause_id=cause.id), VERA)
    path = link(view, subscription_id)
    assert client.get(path).status_code == 200
    readdress(subscription_id, VERA_X9)
    assert client.get(path).status_code == client.post(f"{path}{action}").status_code == 404
    assert subscription(subscription_id).state == "pending"


def test_upper_and_lower_case_make_no_difference(client, cause):
    subscription_id = subscribe(cause_id=cause.id)
    path = link("preferences", subscription_id)
    readdress(subscription_id, "AMALIA@rosales.example")
    assert f"/{subscription_id}/end" in client.get(path).text


def test_one_click_unsubscribe_of_an_old_email_always_works(client, cause):
    row = subscription(subscribe(cause_id=cause.id))
    _ended, old = ended_links(row, utcnow().date())
    readdress(row.id, "AMALIA@rosales.example")
    answer = client.post(f"{old}/end?mailing=7", data=ONE_CLICK)
    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    row = subscription(row.id)
    assert (row.state, row.ended_mailing_id) == ("ended", 7)


def test_unsubscribe_link_opens_and_reveals_nothing(client, cause):
    subscription_id = subscribe(cause_id=cause.id)
    path = link("end", subscription_id)
    before = client.get(path).text
    assert (
        "rosales" not in before
        and "Valley" not in before.partition("<main")[2].partition("</main>")[0]
    )
    assert f'href="{path.removesuffix("/end")}"' not in before
    client.post(path)
    assert client.get(path).text == before
    assert client.get(path.removesuffix("/end")).status_code == 410


def test_unsubscribe_link_of_a_deleted_subscription_offers_to_stop_all_news(client, cause):
    subscription_id = subscribe(cause_id=cause.id)
    path = link("end", subscription_id)
    write(operations.suppress, email_digest=digest("amalia"), reason="request", now=utcnow())
    write(lambda: db.session.execute(update(Subscription).values(email=None, email_digest=None)))
    page = client.get(path)
    assert page.status_code == 404
    assert 'action="/en/mine"' in page.text


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_new_link_to_preferences_is_sent_on_request(app, client, cause, lang):
    subscription_id = subscribe(cause_id=cause.id)
    assert (
        client.post(f"/{lang}/mine", data={"email": "Amalia@rosales.example"}).location
        == f"/{lang}/mine?sent=1"
    )
    message = compose_email(app)
    assert (message.to, message.lang) == ("amalia@rosales.example", lang)
    [path] = paths_in(message, "/subscriptions/")
    assert path == link("preferences", subscription_id, lang)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "email", ["vera-x9@yahoo.com", "vera-other@yahoo.com", "nobody@kwan.example"]
)
def test_no_link_is_sent_to_another_spelling_of_the_address(app, client, cause, email):
    readdress(subscribe("vera", cause_id=cause.id), VERA)
    assert client.post("/en/mine", data={"email": email}).status_code == 303
    assert compose_email(app) is None


@pytest.mark.parametrize("state", ["pending", "ended"])
def test_no_link_is_sent_to_an_address_without_news(app, client, cause, state):
    subscription_id = ask_for_news(cause_id=cause.id)
    if state == "ended":
        client.post(link("confirm", subscription_id))
        client.post(link("end", subscription_id))
    client.post("/en/mine", data={"email": "amalia@rosales.example"})
    assert compose_email(app) is None


def test_supporter_reaches_the_news_from_their_own_page_until_the_same_day(app, client):
    petition = make_petition()
    signature_id = sign_and_hatch(petition)
    email = signature_by_id(signature_id).email
    subscription_id = readdress(subscribe("amalia", cause_id=petition.cause_id), email)
    client.post("/en/mine", data={"email": email})
    [path] = paths_in(compose_email(app), "/signatures/mine/")
    page = client.get(path)
    row = subscription(subscription_id)
    token = tokens.preferences_token(row, last_day_of(path.rpartition("/")[2]))
    assert f'href="/en/subscriptions/{token}"' in page.text
    assert path == signature_link("mine", signature_id)

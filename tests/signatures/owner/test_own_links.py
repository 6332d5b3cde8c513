"""Tests of the link to "What I signed": equal answers for everyone, valid for some days."""

from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest

from campaign.extensions import db, write
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.security.tokens import make_token
from campaign.signatures import tokens
from campaign.signatures.models import OwnLinkRequest
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.owner.operations import (
    MAX_LINKS_PER_ADDRESS_PER_DAY,
    OWN_LINK,
    forget_link_requests,
)
from campaign.signatures.signing.abuse_limits import LINK_REQUESTS
from tests.conftest import SECRET
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    link,
    queued_emails,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.factories.subscriptions import subscribe

DAY = timedelta(days=1)


def ask(client, email, *, lang="en", **options):
    return client.post(f"/{lang}/mine", data={"email": email}, **options)


def compose_link(app, position=-1):
    """Compose the newest email of the outbox, as the worker does."""
    kind, subject_id, lang = queued_emails()[position]
    assert kind == OWN_LINK
    return renderers_of(app)[kind](SimpleNamespace(kind=kind, subject_id=subject_id, lang=lang))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_link_is_in_the_language_of_the_page_and_opens_everything_signed(
    app, client, petition, lang
):
    sign_and_hatch(petition)
    sign(make_petition("law", cause_id=petition.cause_id))
    assert ask(client, AMALIA["email"], lang=lang).location == f"/{lang}/mine?sent=1"
    message = compose_link(app)
    assert (message.to, message.lang) == (AMALIA["email"], lang)
    [path] = [
        line.removeprefix("http://localhost")
        for line in message.text.split()
        if "/signatures/mine/" in line
    ]
    page = client.get(path)
    assert page.status_code == 200
    assert page.text.count('class="mine-one"') == 2


def test_email_mentions_updates_only_to_those_who_get_them(app, client, petition):
    sign_and_hatch(petition)
    ask(client, AMALIA["email"])
    message = compose_link(app)
    assert "email updates" not in message.text + message.html
    subscribe(cause_id=petition.cause_id)
    ask(client, AMALIA["email"])
    message = compose_link(app)
    assert "email updates" in message.text and "email updates" in message.html


def test_everyone_gets_the_same_answer_and_the_same_statements(client, petition, statements):
    sign_and_hatch(petition)
    withdraw(sign(petition, ODILE))
    answers, counts = set(), set()
    # The first request of a process also reads the settings of the site.
    client.get("/en/mine")
    for email in (AMALIA["email"], ODILE["email"], "nobody@kwan.example", AMALIA["email"]):
        statements.clear()
        answer = ask(client, email)
        counts.add(len(statements))
        answers.add(
            (
                answer.status_code,
                answer.location,
                answer.text,
                tuple(name for name, _ in answer.headers),
            )
        )
    assert len(answers) == len(counts) == 1


def test_address_that_signed_nothing_gets_no_email(app, client, petition):
    sign(petition)
    ask(client, "nobody@kwan.example")
    assert compose_link(app) is None


def test_link_opens_only_what_was_signed_with_exactly_that_address(app, client, petition):
    law = make_petition("law", cause_id=petition.cause_id)
    sign(petition, email="vera@yahoo.com")
    sign(law, ODILE, email="vera-x9@yahoo.com")
    ask(client, "vera-x9@yahoo.com")
    message = compose_link(app)
    assert message.to == "vera-x9@yahoo.com"
    [path] = [
        line.removeprefix("http://localhost")
        for line in message.text.split()
        if "/signatures/mine/" in line
    ]
    page = client.get(path).text
    assert page.count('class="mine-one"') == 1
    assert "Odile" in page
    assert "Amalia" not in page
    assert "Amalia" not in client.get(f"{path}/download.json").text
    ask(client, "vera-other@yahoo.com")
    assert compose_link(app) is None


def test_subject_and_first_line_do_not_reveal_what_the_email_is_about(app, client, petition):
    sign(petition)
    ask(client, AMALIA["email"])
    message = compose_link(app)
    assert "sign" not in message.subject.lower()
    assert (
        "sign"
        not in message.html.partition("overflow:hidden;mso-hide:all")[2]
        .partition("</div>")[0]
        .lower()
    )


def test_address_gets_at_most_three_links_a_day(app, client, petition):
    sign(petition)
    for _ in range(MAX_LINKS_PER_ADDRESS_PER_DAY + 2):
        assert ask(client, AMALIA["email"]).status_code == 303
    sent = [
        compose_link(app, place)
        for place, item in enumerate(queued_emails())
        if item[0] == OWN_LINK
    ]
    assert [message is not None for message in sent] == [True] * MAX_LINKS_PER_ADDRESS_PER_DAY + [
        False
    ] * 2


def test_links_are_sent_again_a_day_later(app, petition):
    sign(petition)
    arguments = {"email": AMALIA["email"], "normalized": AMALIA["email"], "lang": "en"}
    for _ in range(5):
        write(owner_operations.request_own_link, now=utcnow() - 2 * DAY, **arguments)
    write(owner_operations.request_own_link, now=utcnow(), **arguments)
    assert compose_link(app) is not None


def test_requests_are_deleted_after_a_day(client, petition):
    ask(client, AMALIA["email"])
    assert write(forget_link_requests, now=utcnow()) == 0
    assert write(forget_link_requests, now=utcnow() + DAY) == 1
    db.session.rollback()
    assert db.session.scalars(db.select(OwnLinkRequest)).all() == []


def test_no_address_is_stored(client, petition):
    ask(client, AMALIA["email"])
    db.session.rollback()
    [request] = db.session.scalars(db.select(OwnLinkRequest))
    stored = [getattr(request, column.name) for column in OwnLinkRequest.__table__.c]
    assert not any("amalia" in str(value) for value in stored)


@pytest.mark.parametrize("email", ["", "amalia", "a@b@c.example", "x" * 400])
def test_invalid_address_is_explained_at_its_field_and_kept(client, app, email):
    answer = ask(client, email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert f'value="{email}"' in answer.text
    assert queued_emails() == []


def test_requests_of_one_network_are_limited(client, app):
    network = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
    for place in range(LINK_REQUESTS.amount):
        assert ask(client, f"n{place}@kwan.example", **network).status_code == 303
    assert ask(client, "one.more@kwan.example", **network).status_code == 429
    assert (
        ask(
            client, "other@kwan.example", environ_overrides={"REMOTE_ADDR": "198.51.100.7"}
        ).status_code
        == 303
    )


def test_networks_of_one_owner_share_a_limit(client, app):
    limit = 16 * LINK_REQUESTS.amount
    limiter = app.extensions["rate_limiter"]
    for place in range(limit):
        limiter.hit_network(LINK_REQUESTS, f"2001:db8:0:{place:x}::1", "link request")
    network = {"environ_overrides": {"REMOTE_ADDR": "2001:db8:0:ffff::1"}}
    answer = ask(client, "one.more@kwan.example", **network)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= LINK_REQUESTS.get_expiry()


def test_page_of_another_site_cannot_request_a_link(client, app):
    assert (
        ask(client, AMALIA["email"], headers={"Origin": "https://evil.example"}).status_code == 403
    )
    assert (
        ask(
            client, AMALIA["email"], headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"}
        ).status_code
        == 403
    )
    assert queued_emails() == []


def test_form_is_public_and_linked_from_every_page(client, app):
    page = client.get("/en/mine")
    assert page.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in page.headers
    assert 'href="/en/mine"' in client.get("/en/privacy").text.partition('class="footer"')[0]
    assert 'href="/es/mine"' in client.get("/es/accessibility").text


def ended_links(signature, today):
    """Links that no longer open the page: one from an older version, and an expired one."""
    old = make_token(
        SECRET.encode(),
        tokens.MINE,
        signature.id,
        tokens.seal(signature.petition_id, signature.email_digest),
    )
    return [old, tokens.own_token(signature, today - timedelta(days=3))]


def test_expired_link_opens_nothing_and_offers_a_new_one(client, still_clock, petition):
    signature_id = sign_and_hatch(petition)
    for token in ended_links(row(signature_id), still_clock.date()):
        path = f"/en/signatures/mine/{token}"
        page = client.get(path)
        assert page.status_code == 410
        assert page.headers["Cache-Control"] == "no-store"
        assert 'action="/en/mine"' in page.text
        assert "Rosales" not in page.text
        assert client.get(f"{path}/download.json").status_code == 410
        assert client.post(f"{path}/{signature_id}/withdraw").status_code == 410
    assert row(signature_id).state == "counted"


def test_link_works_through_its_last_day_everywhere_on_earth(client, still_clock, petition):
    signature = row(sign(petition))
    for days, status in ((-1, 200), (0, 200), (5, 200)):
        token = tokens.own_token(signature, still_clock.date() + timedelta(days=days))
        assert client.get(f"/en/signatures/mine/{token}").status_code == status


def test_lifetime_of_a_link_cannot_be_forged(client, petition):
    signature = row(sign(petition))
    head, _, day = tokens.token_for(tokens.MINE, signature).rpartition(".")
    for forged in (
        f"{head}.{int(day) + 1}",
        f"{head}.999999",
        f"{head}.{'9' * 30}",
        f"{head}.-1",
        f"{head}.٣",
        head,
    ):
        assert client.get(f"/en/signatures/mine/{forged}").status_code == 404


def test_garbled_link_offers_a_new_one_too(client, app):
    page = client.get("/en/signatures/mine/nonsense")
    assert page.status_code == 404
    assert 'action="/en/mine"' in page.text


def test_pending_signature_can_be_confirmed_from_the_page(client, petition):
    signature_id = sign(petition)
    assert f'href="{link("confirm", signature_id)}"' in client.get(link("mine", signature_id)).text
    client.post(link("confirm", signature_id))
    assert "/signatures/confirm/" not in client.get(link("mine", signature_id)).text


def test_page_says_until_when_its_link_works(client, still_clock, petition):
    signature = row(sign(petition))
    token = tokens.own_token(signature, still_clock.date().replace(day=1) + timedelta(days=60))
    day = last_day_of(token)
    assert long_date(day, locale_of("en")) in client.get(f"/en/signatures/mine/{token}").text


def test_stranger_cannot_fill_an_inbox_and_supporter_still_reaches_their_form(
    app, client, petition, tmp_path, monkeypatch
):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    petitions = [
        petition,
        *(make_petition(f"more-{place}", cause_id=petition.cause_id) for place in range(4)),
    ]
    for item in petitions:
        for place in range(5):
            sign(item, AMALIA, comment=f"Forged {place}")
    worker = make_outbox_worker(app, write)
    while worker.deliver_due(now=utcnow()):
        pass
    delivered = tmp_path / "mail"
    assert len(list(delivered.glob("*.eml"))) == app.config["MAX_EMAILS_PER_ADDRESS_PER_DAY"]
    ask(client, AMALIA["email"])
    while worker.deliver_due(now=utcnow()):
        pass
    text = (
        message_from_bytes(max(delivered.glob("*.eml")).read_bytes(), policy=policy.default)
        .get_body(("plain",))
        .get_content()
    )
    [path] = [
        url.removeprefix("http://localhost") for url in text.split() if "/signatures/mine/" in url
    ]
    assert client.get(path).text.count("/signatures/confirm/") == 5 * len(petitions)

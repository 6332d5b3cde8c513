"""Tests of the emails that ask to confirm: their link, how long it works, and when none is sent."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from campaign.extensions import write
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.process.clock import utcnow
from campaign.signatures.confirmation_emails import LAST_REMINDER, REMINDER
from campaign.signatures.owner.operations import erase
from campaign.signatures.signing.repeats import CONFIRMATION
from campaign.text.whitespace import in_one_line
from tests.factories.signatures import (
    AMALIA,
    change,
    hatch_now,
    link,
    post_signature,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

ASKING = (CONFIRMATION, REMINDER, LAST_REMINDER)


def day(moment):
    """Return a date as an English email writes it."""
    return long_date(moment.astimezone(ZoneInfo("America/Toronto")), locale_of("en"))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("kind", ASKING)
def test_confirmation_email_links_to_the_button_in_its_language(petition, composed, kind, lang):
    signature_id = sign(petition, lang=lang)
    message = composed(kind, signature_id, lang)
    assert f"http://localhost{link('confirm', signature_id, lang)}" in message.text.split()
    assert f"http://localhost{link('confirm', signature_id, lang)}" in message.html
    assert "Amalia" in message.subject
    assert message.lang == lang


def test_email_promises_no_more_days_than_the_signature_has(petition, composed):
    signed = utcnow() - timedelta(days=3)
    signature_id = sign(petition, now=signed)
    assert day(signed + timedelta(days=7)) in in_one_line(composed(CONFIRMATION, signature_id).text)
    now = utcnow()
    change(signature_id, mailed_at=now, created_at=now - timedelta(days=10))
    assert day(now + timedelta(days=4)) in in_one_line(composed(CONFIRMATION, signature_id).text)


def test_email_whose_link_has_expired_is_not_sent(petition, composed):
    assert composed(CONFIRMATION, sign(petition, now=utcnow() - timedelta(days=8))) is None


@pytest.mark.parametrize("kind", ASKING)
def test_held_signature_is_asked_like_any_other(petition, composed, kind):
    assert composed(kind, sign(petition, held_reason="hidden_field")).subject


@pytest.mark.parametrize("kind", ASKING)
def test_no_one_is_asked_after_confirming_withdrawing_or_erasure(petition, composed, kind):
    done = sign_and_hatch(petition)
    assert composed(kind, done) is None
    withdraw(done)
    assert composed(kind, done) is None
    hatch_now()
    write(erase, [done])
    assert composed(kind, done) is None
    assert composed(kind, 10**6) is None


def test_from_the_form_to_the_number_by_email_alone(app, client, petition, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    post_signature(
        client, petition, {**AMALIA, "given_name": "Zoë", "name_display": "full"}, lang="es"
    )
    assert make_outbox_worker(app, write).deliver_due(now=utcnow()) == 1
    [path] = (tmp_path / "mail").glob("*.eml")
    email = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert email["To"].addresses[0].addr_spec == "amalia@rosales.example"
    text = email.get_body(("plain",)).get_content()
    [address] = set(re.findall(r"http://localhost(/es/signatures/confirm/\S+)", text))
    assert client.get(address).status_code == 200
    number_page = client.post(address).location
    hatch_now()
    assert "1" in client.get(number_page).text
    assert "Zoë Rosales" in client.get("/es/petitions/home").text
    assert rows()[0].state == "counted"

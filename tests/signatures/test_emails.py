"""Tests of the emails that signatures cause: recipients, obsolete emails, and links."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from campaign.extensions import write
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.delivery import make_outbox_worker
from campaign.mail.renderers import renderers_of
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures import emails
from campaign.signatures.emails import LAST_REMINDER, REMINDER
from campaign.signatures.owner.operations import erase
from campaign.signatures.signing.repeats import CONFIRMATION, REPEAT
from campaign.text.whitespace import in_one_line
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    change,
    confirm,
    hatch_now,
    link,
    post_signature,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

ASKING = (CONFIRMATION, REMINDER, LAST_REMINDER)


def day(moment):
    """Return a date as an English email writes it."""
    return long_date(moment.astimezone(ZoneInfo("America/Toronto")), locale_of("en"))


@pytest.fixture
def composed(app):
    """Compose an email of a kind about a signature, as the postman requests it."""

    def compose_one(kind, signature_id, lang="en"):
        queued = SimpleNamespace(subject_id=signature_id, lang=lang)
        row(signature_id)
        return renderers_of(app)[kind](queued)

    return compose_one


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


def test_email_goes_to_the_address_as_typed_with_the_digest_of_the_mailbox(petition, composed):
    signature_id = sign(petition, email="Amalia.Rosales+petition@Gmail.com")
    message = composed(CONFIRMATION, signature_id)
    assert (message.to, message.to_name) == ("Amalia.Rosales+petition@Gmail.com", "Amalia Rosales")
    assert message.digest == row(signature_id).email_digest


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


def test_confirmed_supporter_is_told_of_a_repeat_with_a_link_to_everything(petition, composed):
    signature_id = sign_and_hatch(petition)
    message = composed(REPEAT, signature_id)
    assert f"http://localhost{link('mine', signature_id)}" in message.text.split()
    assert "/confirm/" not in message.text
    change(signature_id, state="held", held_reason="reviewed")
    assert composed(REPEAT, signature_id).subject == message.subject


def test_unconfirmed_or_withdrawn_supporter_is_not_told_of_a_repeat(petition, composed):
    assert composed(REPEAT, sign(petition)) is None
    gone = sign_and_hatch(petition, email="gone@rosales.example")
    withdraw(gone)
    assert composed(REPEAT, gone) is None


def test_repeat_cannot_put_text_into_the_supporters_email(petition, composed):
    signature_id = sign_and_hatch(petition)
    sign(petition, given_name="Mallory", family_name="Grin", comment="Come to my shop")
    text = composed(REPEAT, signature_id).text
    assert "Amalia" in text
    assert "Mallory" not in text
    assert "shop" not in text


def test_markup_in_names_is_text_in_the_html_of_an_email(petition, composed):
    message = composed(CONFIRMATION, sign(petition, given_name="<b>Ama</b>", family_name="&lia"))
    assert "<b>Ama" not in message.html
    assert "&lt;b&gt;Ama" in message.html
    assert "<b>Ama</b>" in message.text


def test_email_about_a_petition_in_another_language_uses_the_original_text(app, composed):
    petition = make_petition(original_lang="es")
    assert "Bring them home" in composed(CONFIRMATION, sign(petition), "en").text
    assert (
        "Que vuelvan"
        in composed(CONFIRMATION, sign(petition, email="b@rosales.example"), "fr").text
    )


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


def test_obsolete_email_is_dropped_by_the_postman(app, petition, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    confirm(sign(petition))
    assert make_outbox_worker(app, write).deliver_due(now=utcnow()) == 1
    assert not list(tmp_path.rglob("*.eml"))


def test_emails_of_one_pass_load_their_petition_once(app, petition, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    for number in range(3):
        sign(petition, {**AMALIA, "email": f"amalia.{number}@example.org"})
    read = []
    monkeypatch.setattr(
        emails, "petition_by_id", lambda key: read.append(key) or petition_by_id(key)
    )
    assert make_outbox_worker(app, write).deliver_due(now=utcnow()) == 3
    assert read == [petition.id]

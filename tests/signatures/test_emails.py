"""Tests of what the emails to people who signed share: recipients, texts, obsolete emails."""

from campaign.extensions import write
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures import emails
from campaign.signatures.signing.repeats import CONFIRMATION
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, confirm, row, sign


def test_email_goes_to_the_address_as_typed_with_the_digest_of_the_mailbox(petition, composed):
    signature_id = sign(petition, email="Amalia.Rosales+petition@Gmail.com")
    message = composed(CONFIRMATION, signature_id)
    assert (message.to, message.to_name) == ("Amalia.Rosales+petition@Gmail.com", "Amalia Rosales")
    assert message.digest == row(signature_id).email_digest


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


def test_obsolete_email_is_dropped_by_the_worker(app, petition, tmp_path, monkeypatch):
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

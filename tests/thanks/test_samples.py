"""Tests of the emails around signing as they are with organizers' wording, sent and as samples."""

from types import SimpleNamespace

import pytest

from campaign.extensions import db, write
from campaign.mail.renderers import renderers_of
from campaign.petitions.editing import change_wording
from campaign.petitions.queries import petition_by_id
from campaign.petitions.wording import STANDARD, Wording
from campaign.signatures.confirmation_emails import LAST_REMINDER, REMINDER
from campaign.signatures.signing.repeats import CONFIRMATION, FORM_CONFIRMATION
from campaign.thanks.samples import EMAILS, sample_message, standard_texts
from tests.factories.letters import make_letter_action, write_unconfirmed
from tests.factories.petitions import make_petition
from tests.factories.signatures import forms, link, sign

HOSTILE = '</p><script>alert(1)</script>"><img src=x onerror=alert(1)> & {name}'
ESCAPED = "&lt;/p&gt;&lt;script&gt;"
OWN = {
    "en": {
        "confirm_subject": "{name}, say yes 🦋",
        "reminder_subject": "{name}, did you get our email?",
        "confirm_opening": "Dear {name}, you are almost there.",
        "reminder_opening": "We miss you, {name}.",
    },
    "es": {"confirm_subject": "{name}, di que sí", "confirm_opening": "Ya casi, {name}."},
}


def change(petition, texts):
    write(change_wording, petition_id=petition.id, version=None, texts=texts, sends_thanks=True)


@pytest.fixture
def rendered(app):
    """Render an email about a subject, as the worker does."""

    def render(kind, subject_id, lang="en"):
        db.session.rollback()
        with app.app_context():
            return renderers_of(app)[kind](SimpleNamespace(subject_id=subject_id, lang=lang))

    return render


def test_confirmation_and_reminders_have_the_own_wording_and_all_the_facts(petition, rendered):
    change(petition, OWN)
    signature_id = sign(petition)
    confirmation = rendered(CONFIRMATION, signature_id)
    assert confirmation.subject == "Amalia, say yes 🦋"
    assert "Dear Amalia, you are almost there." in confirmation.text
    assert "Dear Amalia, you are almost there." in confirmation.html
    for kind in (REMINDER, LAST_REMINDER):
        message = rendered(kind, signature_id)
        assert "We miss you, Amalia." in message.text
        assert "almost there" not in message.text
        assert message.subject == "Amalia, did you get our email?"
    for kind in (CONFIRMATION, REMINDER, LAST_REMINDER):
        message = rendered(kind, signature_id)
        assert "Bring them home" in message.text
        assert link("confirm", signature_id) in message.text
        for fact in ("not-me", "why", "expires"):
            assert fact == "expires" or f'class="{fact}' in message.html


@pytest.mark.parametrize(("lang", "subject"), [("es", "Amalia, di que sí"), ("fr", None)])
def test_language_without_own_wording_has_the_standard(petition, rendered, lang, subject):
    signature_id = sign(petition)
    standard = rendered(CONFIRMATION, signature_id, lang)
    change(petition, OWN)
    own = rendered(CONFIRMATION, signature_id, lang)
    assert own.subject == (subject or standard.subject)
    assert (own.text == standard.text) is (subject is None)


def test_form_sent_again_has_the_own_wording(petition, rendered):
    change(petition, OWN)
    sign(petition)
    sign(petition, comment="Another")
    message = rendered(FORM_CONFIRMATION, forms()[0].id)
    assert message.subject == "Amalia, say yes 🦋"


def test_letter_has_the_own_wording(app, rendered):
    action = make_letter_action()
    change(action, OWN)
    message = rendered(CONFIRMATION, write_unconfirmed(action))
    assert message.subject == "Amalia, say yes 🦋"
    assert "you are almost there" in message.text


def test_neutral_email_keeps_its_subject(rendered):
    petition = make_petition(neutral_emails=True)
    signature_id = sign(petition)
    standard = rendered(CONFIRMATION, signature_id)
    change(petition, OWN)
    own = rendered(CONFIRMATION, signature_id)
    assert own.subject == standard.subject
    assert not own.has_sender_name


@pytest.mark.parametrize("email", EMAILS)
def test_hostile_text_and_names_stay_text(app, email):
    petition = petition_by_id(make_petition().id)
    wording = Wording(
        confirm_subject=HOSTILE,
        reminder_subject=HOSTILE,
        confirm_opening=HOSTILE,
        reminder_opening=HOSTILE,
        thanks_subject=HOSTILE,
        thanks_text=f"{HOSTILE}\n\n{HOSTILE}",
    )
    message = sample_message(
        petition, email, "en", name="<b>Eve</b>\r\nBcc: x", address="e@x.example", wording=wording
    )
    assert "<script" not in message.html
    assert "<img" not in message.html
    assert ESCAPED in message.html
    assert "<b>Eve" not in message.html
    assert "\n" not in message.subject


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("email", EMAILS)
@pytest.mark.parametrize("kind", ["petition", "letter"])
def test_sample_of_a_draft_has_no_personal_link(app, kind, email, lang):
    made = make_petition(state="draft") if kind == "petition" else make_letter_action(state="draft")
    message = sample_message(
        petition_by_id(made.id), email, lang, name="Odile", address="odile@kwan.example"
    )
    assert "Odile" in message.subject
    for part in ("/confirm/", "/mine/", "?by="):
        assert part not in message.text + message.html
    assert "/preview" in message.text


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_standard_texts_are_those_of_the_email_without_wording(app, lang):
    petition = petition_by_id(make_petition().id)
    texts = standard_texts(petition, lang)
    sample = {"name": "Odile", "address": "odile@kwan.example", "wording": STANDARD}
    confirmation = sample_message(petition, "confirmation", lang, **sample)
    reminder = sample_message(petition, "reminder", lang, **sample)
    thanks = sample_message(petition, "thanks", lang, **sample)
    assert texts["reminder_subject"].replace("{name}", "Odile") == reminder.subject
    assert texts["confirm_subject"].replace("{name}", "Odile") == confirmation.subject
    assert texts["thanks_subject"].replace("{name}", "Odile") == thanks.subject
    assert texts["confirm_opening"] in confirmation.html
    assert texts["thanks_text"] in thanks.html.replace("&#39;", "’")


def test_long_right_to_left_text_and_emoji_are_whole(app):
    petition = petition_by_id(make_petition().id)
    text = "🦋 شكرا لك على توقيعك " * 40
    wording = Wording(thanks_text=text.strip())
    message = sample_message(
        petition, "thanks", "en", name="Odile", address="o@kwan.example", wording=wording
    )
    assert text.strip() in message.html
    assert " ".join(message.text.split()).count("🦋") == 40

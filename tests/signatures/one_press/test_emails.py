"""Tests of the email about a signature with one press, by which a misuse is noticed."""

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import bound_kinds, renderers_of
from campaign.petitions.models import Petition
from campaign.signatures.operations import THANKS
from campaign.signatures.signing.repeats import PRESSED
from tests.factories.one_press import press, press_path
from tests.factories.petitions import make_petition
from tests.factories.signatures import change, rows, withdraw


def email_about(app, signature_id, lang="en"):
    with app.app_context():
        return renderers_of(app)[PRESSED](SimpleNamespace(subject_id=signature_id, lang=lang))


def thank_nobody(petition):
    """Let no email of thanks follow, so that this email has to tell."""
    write(lambda: setattr(db.session.get(Petition, petition.id), "sends_thanks", False))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_email_names_the_petition_and_opens_the_page_to_withdraw(
    app, client, following, path, lang
):
    thank_nobody(following)
    press(client, path)
    email = email_about(app, rows()[-1].id, lang)
    assert email.to == "amalia@rosales.example"
    assert f"http://localhost/{lang}/petitions/{following.slug}" in email.text
    assert f"http://localhost/{lang}/signatures/mine/" in email.text
    assert "/signatures/confirm/" not in email.text + email.html


def test_email_of_thanks_takes_its_place_once_the_signature_counts(app, client, path):
    press(client, path)
    made = rows()[-1].id
    assert email_about(app, made) is None
    press(client, path)
    thanks = (OutboxMessage.kind == THANKS, OutboxMessage.subject_id == made)
    assert db.session.scalar(select(func.count()).where(*thanks)) == 1


def test_email_about_a_withdrawn_signature_is_not_sent(app, client, following, path):
    thank_nobody(following)
    press(client, path)
    withdraw(rows()[-1].id)
    assert email_about(app, rows()[-1].id) is None


def test_email_about_a_held_signature_says_the_same(app, client, following, path):
    press(client, path)
    made = rows()[-1].id
    change(made, state="held", held_reason="hidden_field")
    held = email_about(app, made)
    thank_nobody(following)
    change(made, state="confirmed")
    assert email_about(app, made).subject == held.subject


def test_neutral_petition_reveals_nothing_in_subject_and_sender(app, client, petition, signed):
    neutral = make_petition(
        "quiet", cause_id=petition.cause_id, neutral_emails=True, sends_thanks=False
    )
    press(client, press_path(signed, neutral))
    email = email_about(app, rows()[-1].id)
    assert "one press" not in email.subject
    assert "Amalia" not in email.subject
    assert not email.has_sender_name


def test_only_the_mailbox_itself_causes_it(app):
    assert PRESSED not in bound_kinds(app)

"""Tests of the email about a signature with one press, by which a misuse is noticed."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.mail.models import BULK, PERSONAL, OutboxMessage
from campaign.mail.renderers import NotNow, bound_kinds, renderers_of
from campaign.petitions.editing import change_wording
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.operations import THANKS
from campaign.signatures.signing.repeats import PRESSED
from tests.factories.one_press import press, press_path
from tests.factories.petitions import make_petition
from tests.factories.signatures import change, hatch_now, rows, withdraw
from tests.page_parts import tree


def email_about(app, signature_id, lang="en"):
    with app.app_context():
        return renderers_of(app)[PRESSED](
            SimpleNamespace(subject_id=signature_id, lang=lang, created_at=utcnow())
        )


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


def queued():
    """Return (kind, priority) of the emails about the newest signature."""
    made = OutboxMessage.subject_id == rows()[-1].id
    query = select(OutboxMessage.kind, OutboxMessage.priority).where(made)
    return [tuple(item) for item in db.session.execute(query.order_by(OutboxMessage.id))]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_one_email_thanks_and_tells_how_to_withdraw(app, client, following, path, lang):
    own = {lang: {"thanks_subject": "Hello", "thanks_text": "Well done"}}
    write(change_wording, petition_id=following.id, version=None, texts=own, sends_thanks=True)
    press(client, path)
    press(client, path)
    assert queued() == [(PRESSED, PERSONAL)]
    made = rows()[-1].id
    with pytest.raises(NotNow):
        email_about(app, made, lang)
    hatch_now()
    email = email_about(app, made, lang)
    assert (email.subject, "Well done" in email.text) == ("Hello", True)
    assert f"montage?n={rows()[-1].number}" in email.text
    thanks = renderers_of(app)[THANKS]
    with app.app_context():
        ordinary = thanks(SimpleNamespace(subject_id=made, lang=lang, created_at=utcnow()))
    [not_me] = tree(email.html).find_class("not-me")
    assert " ".join(not_me.text_content().split()) in " ".join(email.text.split())
    assert not tree(ordinary.html).find_class("not-me")
    for part in ("counted", "why"):
        said, ordinarily = (tree(item.html).find_class(part) for item in (email, ordinary))
        assert said[0].text_content() != ordinarily[0].text_content()
    assert f"http://localhost/{lang}/signatures/mine/" in email.text


def test_held_signature_is_told_at_once_and_thanked_after_the_review(app, client, path):
    press(client, path, website="https://spam.example")
    assert queued() == [(PRESSED, PERSONAL), (THANKS, BULK)]
    assert email_about(app, rows()[-1].id)


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

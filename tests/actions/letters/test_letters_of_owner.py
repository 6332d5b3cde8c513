"""Tests of what writers see of their letters, are told about them, and can do."""

import json
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from campaign.actions.letters.models import Letter, LetterBatch
from campaign.actions.letters.operations import GATHERING, NOT_DELIVERED, note_undelivered
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from campaign.text.whitespace import in_one_line
from tests.factories.letters import (
    STORY,
    add_target,
    letters,
    make_letter_action,
    set_letter,
    write_letter,
)
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    hatch_now,
    link,
    queued_emails,
    row,
    withdraw,
)
from tests.page_parts import alerts, tree, values

REASONS = ("no_address", "removed", "own_address", "refused", "closed")


@pytest.fixture
def action(app):
    return make_letter_action(targets=2)


@pytest.fixture
def own(action):
    """The id of Amalia's counted response."""
    return write_letter(action)


def press(client, signature_id, letter_id, verb):
    return client.post(f"{link('mine', signature_id)}/letters/{letter_id}/{verb}")


def undeliver(*letter_ids, reason="bounced", now=None):
    return write(note_undelivered, letter_ids=letter_ids, reason=reason, now=now or utcnow())


def told():
    return [subject for kind, subject, _lang in queued_emails() if kind == NOT_DELIVERED]


def email_about(app, signature_id, lang="en"):
    row(signature_id)
    return renderers_of(app)[NOT_DELIVERED](SimpleNamespace(subject_id=signature_id, lang=lang))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_page_shows_each_letter_with_its_status_and_text(client, own, lang):
    first, second = letters()
    set_letter(first.id, state="sent", sent_at=utcnow())
    page = client.get(link("mine", own, lang))
    assert page.status_code == 200
    assert values(page, "data-status") == ["sent", "waiting"]
    assert page.text.count(STORY) >= 2
    assert len(tree(page).xpath("//form[contains(@action, '/stop')]")) == 1
    assert second.state == "waiting"


@pytest.mark.parametrize("reason", REASONS)
def test_page_says_why_and_offers_another_way(client, own, reason):
    first, _second = letters()
    undeliver(first.id, reason=reason)
    page = client.get(link("mine", own))
    assert values(page, "data-reason") == [reason, ""]
    assert len(tree(page).xpath("//*[@data-compose]")) == (0 if reason == "own_address" else 1)


def test_letter_sent_by_oneself_is_opened_in_a_mail_program_and_noted(client, app):
    own = write_letter(make_letter_action(delivery_method="self"))
    [letter] = letters()
    page = client.get(link("mine", own))
    opened = tree(page).xpath("//*[@data-compose]//@href")
    assert opened[0].startswith("mailto:o.fenn@valley-council.example?")
    assert [urlsplit(url).scheme for url in opened] == ["mailto", "https", "https", "https"]
    assert press(client, own, letter.id, "sent").status_code == 303
    [letter] = letters()
    assert (letter.state, letter.sent_at is not None) == ("done", True)
    noted = letter.sent_at
    press(client, own, letter.id, "sent")
    assert letters()[0].sent_at == noted


def test_writer_stops_a_letter_before_it_leaves(client, own):
    first, second = letters()
    set_letter(second.id, state="sent", sent_at=utcnow())
    for letter in (first, second):
        assert press(client, own, letter.id, "stop").status_code == 303
    first, second = letters()
    assert (first.state, first.reason) == ("stopped", "withdrawn")
    assert (second.state, second.reason) == ("sent", "")
    assert told() == []


@pytest.mark.both_databases
@pytest.mark.parametrize("is_gathered", [False, True])
def test_letter_in_the_hands_of_the_mail_server_cannot_be_stopped(client, action, own, is_gathered):
    kind = "letter_batch" if is_gathered else "letter"
    first, second = (letter.id for letter in letters())

    def queue(letter_id, **columns):
        email = OutboxMessage(kind=kind, subject_id=letter_id, lang="en", **columns)
        db.session.add(email)
        db.session.flush()
        letter = db.session.get_one(Letter, letter_id)
        letter.state = "queued"
        if is_gathered:
            batch = LetterBatch(
                petition_id=action.id, lang="en", address="x@y.example", email_id=email.id
            )
            db.session.add(batch)
            db.session.flush()
            letter.batch_id = batch.id
        else:
            letter.email_id = email.id

    write(lambda: queue(first, locked_until=utcnow() + timedelta(minutes=1)))
    write(lambda: queue(second))
    late = press(client, own, first, "stop")
    assert [letter.state for letter in letters()] == ["queued", "queued"]
    assert alerts(client.get(late.location)) == ["waiting"]
    press(client, own, second, "stop")
    assert [letter.state for letter in letters()] == ["queued", "stopped"]


@pytest.mark.parametrize("verb", ["stop", "sent"])
def test_nobody_changes_the_letters_of_others(client, action, own, verb):
    write_letter(action, ODILE)
    theirs = letters()[-1]
    press(client, own, theirs.id, verb)
    client.post(f"/en/signatures/mine/nonsense/letters/{theirs.id}/{verb}")
    assert (letters()[-1].state, letters()[-1].sent_at) == ("waiting", None)


def test_letters_of_a_withdrawn_response_are_paused(client, own):
    withdraw(own)
    page = client.get(link("mine", own))
    assert values(page, "data-status") == ["paused", "paused"]


def test_corrected_name_does_not_change_letters(client, own):
    before = [letter.body for letter in letters()]
    corrected = {**AMALIA, "given_name": "Amalia María", "name_display": "full"}
    del corrected["email"]
    assert client.post(f"{link('mine', own)}/{own}/correct", data=corrected).status_code == 303
    assert row(own).given_name == "Amalia María"
    assert [letter.body for letter in letters()] == before


def test_copy_of_ones_data_has_the_letters(client, own):
    data = json.loads(client.get(f"{link('mine', own)}/download.json").text)
    [signature] = data["signatures"]
    assert [letter["state"] for letter in signature["letters"]] == ["waiting", "waiting"]
    assert STORY in signature["letters"][0]["body"]
    assert len(signature["kind_data"]["targets"]) == 2


def test_copy_of_a_petition_signature_has_no_letters(client, petition):
    signature_id = write_letter(petition)
    data = json.loads(client.get(f"{link('mine', signature_id)}/download.json").text)
    assert "letters" not in data["signatures"][0]
    assert letters() == []


@pytest.mark.both_databases
def test_undelivered_letters_are_noted_once_and_told_in_one_email(own):
    first, second = letters()
    set_letter(first.id, state="sent", sent_at=utcnow())
    assert undeliver(first.id) == 1
    assert undeliver(first.id) == 0
    assert undeliver(second.id, reason="refused") == 1
    first, second = letters()
    assert (first.state, first.reason, first.stopped_at) == ("bounced", "bounced", None)
    assert (second.state, second.reason, second.bounced_at) == ("stopped", "refused", None)
    assert first.bounced_at is not None and second.stopped_at is not None
    assert told() == [own]


@pytest.mark.both_databases
def test_letter_that_comes_back_later_is_told_again(own):
    first, second = letters()
    undeliver(first.id)
    undeliver(second.id, now=utcnow() + 2 * GATHERING)
    assert told() == [own, own]


def test_sent_letter_cannot_be_stopped_by_a_refusal(own):
    first, _second = letters()
    set_letter(first.id, state="sent", sent_at=utcnow())
    assert undeliver(first.id, reason="refused") == 0
    assert letters()[0].state == "sent"


def test_writer_without_an_address_is_not_emailed(own):
    change(own, email=None)
    assert undeliver(letters()[0].id) == 1
    assert told() == []


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_email_names_the_targets_and_has_the_text(app, own, lang):
    undeliver(*[letter.id for letter in letters()])
    message = email_about(app, own, lang)
    assert message.to == AMALIA["email"]
    for part in (message.text, message.html):
        assert part.count("Orla Fenn") >= 2
        assert "/signatures/mine/" in part
        assert STORY in in_one_line(part)
    assert "\n" not in message.subject


def test_neutral_email_has_no_text_of_the_letter(app):
    own = write_letter(make_letter_action(neutral_emails=True))
    undeliver(letters()[0].id)
    message = email_about(app, own)
    assert STORY not in message.text + message.html
    assert "/signatures/mine/" in message.text
    assert "letter" not in message.subject.lower()
    assert not message.has_sender_name


def test_no_email_once_there_is_nothing_to_tell(app, own):
    assert email_about(app, own) is None
    undeliver(letters()[0].id)
    hatch_now()
    write(erase_one, signature_id=own)
    assert email_about(app, own) is None


def test_email_of_a_hostile_name_stays_one_message(app):
    action = make_letter_action(targets=0)
    add_target(action, address="", names={"en": "Orla\r\nBcc: all@victims.example <b>x"})
    own = write_letter(action)
    message = email_about(app, own)
    assert "<b>" not in message.html
    assert "\nBcc:" not in message.text

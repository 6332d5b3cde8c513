"""Tests that the texts of letters are erased with their response, and some time after delivery."""

from datetime import timedelta

import pytest

from campaign.accounts.audit import WORKER
from campaign.actions.letters.erasure import TEXT_LIFETIME, erase_old_texts
from campaign.extensions import db, write
from campaign.petitions.models import Delivery
from campaign.process.clock import utcnow
from campaign.signatures.erasure import anonymise, erase_one
from campaign.site.settings import local_day
from tests.factories.letters import STORY, letters, make_letter_action, set_letter, write_letter
from tests.factories.signatures import ODILE, row

pytestmark = pytest.mark.both_databases
LONG_AGO = timedelta(days=61)


def is_erased(letter):
    return (letter.body, letter.subject, letter.lang) == ("", "", "")


def erase(now=None):
    return write(erase_old_texts, now=now or utcnow())


def age(letter_id, **columns):
    """Make a letter older than the lifetime of texts, with these columns."""
    set_letter(letter_id, created_at=utcnow() - LONG_AGO - timedelta(days=30), **columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "sent", "sent_at": utcnow() - LONG_AGO},
        {"state": "bounced", "reason": "bounced", "bounced_at": utcnow() - LONG_AGO},
        {"state": "stopped", "reason": "removed", "stopped_at": utcnow() - LONG_AGO},
        {"state": "done", "delivery_method": "self"},
    ],
    ids=["sent", "bounced", "stopped", "self"],
)
def test_text_and_answers_are_erased_after_delivery(app, columns):
    own = write_letter(make_letter_action(), answers={"age": "40"})
    age(letters()[0].id, **columns)
    assert erase() == 1
    [letter] = letters()
    assert is_erased(letter)
    assert letter.erased_at is not None
    assert (letter.target_name, letter.state) == ("Orla Fenn", columns["state"])
    assert letter.personal_percent > 0
    assert row(own).answers == {"age": "40"}
    assert erase() == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "waiting"},
        {"state": "queued"},
        {"state": "sent", "sent_at": utcnow() - TEXT_LIFETIME + timedelta(days=1)},
        {"state": "done", "delivery_method": "in_person"},
    ],
    ids=["waiting", "queued", "recently", "in person"],
)
def test_text_that_is_still_needed_stays(app, columns):
    own = write_letter(make_letter_action())
    age(letters()[0].id, **columns)
    assert erase() == 0
    assert STORY in letters()[0].body
    assert row(own).answers["answer_1"] == STORY


def test_answers_stay_until_the_last_letter_is_erased(app):
    own = write_letter(make_letter_action(targets=2))
    first, second = letters()
    age(first.id, state="sent", sent_at=utcnow() - LONG_AGO)
    assert erase() == 1
    assert row(own).answers["answer_1"] == STORY
    age(second.id, state="sent", sent_at=utcnow() - LONG_AGO)
    assert erase() == 1
    assert "answer_1" not in row(own).answers


def test_letters_delivered_in_person_are_erased_after_the_delivery(app):
    action = make_letter_action(delivery_method="in_person")
    write_letter(action)
    age(letters()[0].id)
    day = local_day(utcnow() - LONG_AGO)
    write(
        lambda: db.session.add(
            Delivery(petition_id=action.id, day=day, received_by="Orla Fenn", signatures=1)
        )
    )
    assert erase() == 1


def test_supporter_who_erases_their_data_erases_the_letters_too(app):
    action = make_letter_action(targets=2)
    own = write_letter(action, is_shared=True)
    write_letter(action, ODILE)
    set_letter(letters()[0].id, state="sent", sent_at=utcnow())
    write(erase_one, signature_id=own)
    sent, waiting, *others = letters()
    assert is_erased(sent) and is_erased(waiting)
    assert (sent.state, sent.reason) == ("sent", "")
    assert (waiting.state, waiting.reason) == ("stopped", "withdrawn")
    assert not sent.shares_address
    assert row(own).kind_data is None
    assert all(STORY in letter.body and letter.state == "waiting" for letter in others)


def test_retention_of_the_action_erases_its_letters(app):
    action = make_letter_action()
    write_letter(action)
    write(anonymise, petition_id=action.id, actor=WORKER, now=utcnow())
    assert is_erased(letters()[0])

"""Tests of the letters that come to be when responses are counted."""

from datetime import timedelta

import pytest

from campaign.actions.letters.form.preview import preview
from campaign.actions.letters.operations import NOT_DELIVERED
from campaign.actions.letters.writing import note_counted
from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.site.settings import local_day
from campaign.targets.models import TargetProfile
from tests.factories.letters import (
    ADDRESS,
    KIND_TEXTS,
    STORY,
    add_target,
    letters,
    make_letter_action,
    response,
    target_ids,
    write_letter,
    write_unconfirmed,
)
from tests.factories.petitions import new_version
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    accept,
    confirm,
    hatch_now,
    queued_emails,
    restore,
    row,
    signature_command,
    withdraw,
)

DAY = timedelta(days=1)


@pytest.fixture
def action(app):
    return make_letter_action()


def told():
    """Return the ids of the responses whose writers are told of undelivered letters."""
    return [subject for kind, subject, _lang in queued_emails() if kind == NOT_DELIVERED]


def facts():
    """Return (state, reason, address) of each letter."""
    return [(letter.state, letter.reason, letter.address) for letter in letters()]


def change_profile(profile_id, **columns):
    def change():
        for name, value in columns.items():
            setattr(db.session.get_one(TargetProfile, profile_id), name, value)

    write(change)


def test_nothing_is_written_before_the_response_is_counted(action):
    signature_id = write_unconfirmed(action)
    confirm(signature_id)
    assert letters() == []
    hatch_now()
    assert len(letters()) == 1


def test_letter_to_each_chosen_target(app):
    action = make_letter_action(targets=3)
    first, _second, third = target_ids(action)
    signature_id = write_letter(action, targets=[first, third], is_shared=True)
    assert [(letter.profile_id, letter.signature_id) for letter in letters()] == [
        (first, signature_id),
        (third, signature_id),
    ]
    [letter, _other] = letters()
    assert (letter.state, letter.reason, letter.address) == ("waiting", "", ADDRESS)
    assert (letter.target_name, letter.subject) == ("Orla Fenn", KIND_TEXTS["en"]["subject"])
    assert letter.shares_address
    assert STORY in letter.body
    assert letter.body.endswith("Amalia Rosales\nCanada")


def test_postal_code_is_told_only_where_the_action_asks_for_it(app):
    action = make_letter_action(required_fields=["postal_code"])
    write_letter(action)
    [letter] = letters()
    assert letter.body.endswith("M5V 2T6, Canada")


def test_letter_is_in_the_language_of_its_writer_and_of_the_version_signed(action):
    signature_id = write_unconfirmed(action, lang="es")
    new_version(action)
    confirm(signature_id)
    hatch_now()
    [letter] = letters()
    assert letter.lang == "es"
    assert KIND_TEXTS["es"]["opening"] in letter.body
    assert letter.subject == KIND_TEXTS["es"]["subject"]


@pytest.mark.parametrize(
    ("delivery_method", "answer", "expected"),
    [
        ("individual", STORY, ("individual", "waiting")),
        ("individual", "", ("gathered", "waiting")),
        ("individual", "Act now!", ("gathered", "waiting")),
        ("gathered", STORY, ("gathered", "waiting")),
        ("self", STORY, ("self", "done")),
        ("in_person", STORY, ("in_person", "done")),
    ],
)
def test_way_follows_settings_and_likeness(app, delivery_method, answer, expected):
    write_letter(make_letter_action(delivery_method=delivery_method), answers={"answer_1": answer})
    [letter] = letters()
    assert (letter.delivery_method, letter.state) == expected


def test_copied_letter_is_gathered_and_the_first_one_is_not(action):
    write_letter(action)
    write_letter(action, ODILE)
    assert [letter.delivery_method for letter in letters()] == ["individual", "gathered"]


def test_letters_of_one_batch_are_compared_with_each_other(action):
    for person in (AMALIA, ODILE):
        confirm(write_unconfirmed(action, person))
    hatch_now()
    assert [letter.delivery_method for letter in letters()] == ["individual", "gathered"]
    assert [letter.personal_percent > 50 for letter in letters()] == [True, False]


def test_preview_says_what_the_letter_will_be(action):
    entered = {
        "petition_id": action.id,
        "version_id": action.current_version.id,
        "lang": "en",
        "target_ids": target_ids(action),
        "given_name": "Amalia",
        "family_name": "Rosales",
        "country": "CA",
        "postal_code": "M5V 2T6",
        "now": utcnow(),
    }
    shown = preview(answers={"answer_1": STORY}, **entered)
    assert (shown.delivery_method, shown.becomes_gathered) == ("individual", False)
    template = preview(answers={}, **entered)
    assert (template.delivery_method, template.becomes_gathered) == ("gathered", True)
    signature_id = write_letter(action)
    [letter] = letters()
    assert shown.letters[0].body == letter.body
    again = preview(answers={"answer_1": STORY}, **entered)
    assert again.delivery_method == "gathered"
    own = preview(answers={"answer_1": STORY}, signature_id=signature_id, **entered)
    assert own.delivery_method == "individual"


def test_target_without_an_address_is_noted_and_told(app):
    action = make_letter_action(targets=0)
    add_target(action, address="")
    signature_id = write_letter(action)
    assert facts() == [("stopped", "no_address", "")]
    assert told() == [signature_id]
    assert STORY in letters()[0].body


@pytest.mark.parametrize(
    ("status", "reason"), [("bounced", "no_address"), ("asked_not", "refused")]
)
def test_address_that_cannot_be_used_is_no_address(app, status, reason):
    action = make_letter_action(targets=0)
    add_target(action, status=status)
    write_letter(action)
    assert facts() == [("stopped", reason, "")]


def test_target_removed_between_writing_and_counting(action):
    [profile_id] = target_ids(action)
    signature_id = write_unconfirmed(action)
    confirm(signature_id)
    change_profile(profile_id, removed_at=utcnow())
    hatch_now()
    assert facts() == [("stopped", "removed", "")]
    assert told() == [signature_id]


@pytest.mark.parametrize("days", [-1, 1])
def test_target_that_is_not_in_office_today(action, days):
    [profile_id] = target_ids(action)
    day = local_day(utcnow() + days * DAY)
    name = "valid_until" if days < 0 else "valid_from"
    change_profile(profile_id, **{name: day})
    write_letter(action)
    assert facts() == [("stopped", "removed", "")]


def test_target_of_today_is_valid_on_its_first_and_last_day(still_clock, action):
    [profile_id] = target_ids(action)
    today = local_day(still_clock)
    change_profile(profile_id, valid_from=today, valid_until=today)
    write_letter(action)
    assert facts() == [("waiting", "", ADDRESS)]


def test_foreign_target_and_one_that_no_longer_exists(action):
    foreign = add_target(action, address="x@other.example", is_target=False)
    signature_id = write_letter(action, targets=[foreign, 987_654, 987_655])
    assert facts() == [("stopped", "removed", "")] * 2
    assert [letter.profile_id for letter in letters()] == [foreign, None]
    assert told() == [signature_id]
    write(note_counted, signature_ids=[signature_id], now=utcnow())
    assert len(letters()) == 2


def test_writer_who_is_the_target_gets_no_letter_from_us(app):
    action = make_letter_action(targets=0)
    add_target(action, address="Amalia@Rosales.example")
    write_letter(action)
    assert facts() == [("stopped", "own_address", "")]


def test_response_confirmed_after_the_end_is_kept_but_not_sent(action):
    signature_id = write_unconfirmed(action)

    def close():
        petition = db.session.get_one(Petition, action.id)
        petition.state, petition.closed_at = "closed", utcnow()

    write(close)
    confirm(signature_id, now=utcnow() + timedelta(minutes=1))
    hatch_now(now=utcnow() + timedelta(minutes=2))
    assert row(signature_id).state == "counted"
    assert facts() == [("stopped", "closed", "")]
    assert told() == [signature_id]


def test_response_confirmed_before_the_end_leaves(action):
    confirm(write_unconfirmed(action))

    def close():
        petition = db.session.get_one(Petition, action.id)
        petition.state, petition.closed_at = "closed", utcnow() + timedelta(minutes=1)

    write(close)
    hatch_now(now=utcnow() + timedelta(minutes=2))
    assert facts() == [("waiting", "", ADDRESS)]


def test_counting_again_writes_no_second_letter(action):
    signature_id = write_letter(action)
    write(note_counted, signature_ids=[signature_id], now=utcnow())
    withdraw(signature_id)
    hatch_now()
    restore(signature_id)
    hatch_now()
    assert row(signature_id).state == "counted"
    assert len(letters()) == 1


@pytest.mark.parametrize(
    "kind_data",
    [None, {}, {"targets": None}, {"targets": "7"}, {"targets": [None, "x", True, {}, []]}],
)
def test_odd_data_of_a_response_never_stops_counting(action, kind_data):
    signature_id = write_letter(action)
    write_letter(action, ODILE, kind_data=kind_data)
    assert [letter.signature_id for letter in letters()] == [signature_id]
    assert row(signature_id).state == "counted"


def test_one_email_lists_all_letters(app):
    action = make_letter_action(targets=0)
    for _place in range(3):
        add_target(action, address="")
    signature_id = write_letter(action)
    assert len(facts()) == 3
    assert told() == [signature_id]


def test_large_batch_needs_few_statements(app, statements):
    action = make_letter_action(targets=2)

    def statements_for(count, first):
        people = [{**ODILE, "email": f"o{first + place}@kwan.example"} for place in range(count)]
        commands = [signature_command(**response(action, person)) for person in people]
        ids = [result.signature_id for result in accept(*commands)]
        statements.clear()
        write(note_counted, signature_ids=ids, now=utcnow())
        return len(statements)

    few, many = statements_for(2, 0), statements_for(200, 10)
    assert len(letters()) == 404
    # Two hundred letters are inserted at once.
    assert many <= few + 2

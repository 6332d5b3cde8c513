"""Tests of letters that are written on a tablet: what it is sent, and what becomes of a record."""

import pytest

from campaign.events.models import EventPetition
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.models import MAX_PROMPT_LENGTH
from campaign.targets.operations import remove_profile
from tests.factories.causes import make_cause
from tests.factories.kiosks import AMALIA, records
from tests.factories.letters import STORY, add_target, letters, make_letter_action, target_ids
from tests.factories.organisations import make_organisation
from tests.factories.signatures import confirm, hatch_now, queued_emails, rows

WRITER = {**AMALIA, "email": "amalia@rosales.example"}


@pytest.fixture
def action(event, petition):
    """A letter action of the table, which asks whom to write to."""
    return at_table(event, make_letter_action(cause_id=petition.cause_id, targets=2))


def at_table(event, action):
    """Let people write at the table of an event."""
    write(
        lambda: db.session.add(
            EventPetition(event_id=event.id, petition_id=action.id, position=action.id)
        )
    )
    return action


def record_of(action, *, targets=None, answers=None, **changes):
    """Return the arguments of a record as `Tablet.sign` takes them."""
    return {
        "petition": action.slug,
        "fields": WRITER,
        "answers": {"answer_1": STORY, "answer_2": "", "age": "", **(answers or {})},
        "kind_data": {
            "targets": target_ids(action)[:1] if targets is None else targets,
            "shares_address": True,
        },
        **changes,
    }


def test_tablet_gets_letters_apart_from_petitions(tablet, action):
    bundle = tablet.campaign().json
    assert [item["slug"] for item in bundle["petitions"]] == ["home"]
    [letter] = bundle["actions"]
    assert (letter["slug"], letter["kind"], letter["email"]) == ("river", "letter", "required")
    assert letter["confirmation"] == "email"
    form = letter["form"]["es"]
    assert form["opening"] == "Le escribo por el río. Nadie ha dicho qué hay en su agua."
    assert [prompt["name"] for prompt in form["prompts"]] == ["answer_1", "answer_2"]
    assert [target["id"] for target in form["targets"]] == target_ids(action)
    assert form["delivery"] and letter["form"]["en"]["delivery"] != form["delivery"]
    assert set(bundle["consent"]["actions"]) == {"en", "es", "fr"}


def test_letter_of_a_table_waits_for_its_writer_and_then_is_written(tablet, action):
    assert tablet.sign(**record_of(action, witnessed=True)) == ("stored", "")
    [response] = rows()
    assert (response.state, response.evidence) == ("pending", "in_person")
    assert response.kind_data == {"targets": target_ids(action)[:1], "shares_address": True}
    assert [kind for kind, *_rest in queued_emails()] == ["signature_confirmation"]
    hatch_now()
    assert letters() == []
    confirm(response.id)
    hatch_now()
    [letter] = letters()
    assert (letter.profile_id, letter.state, letter.lang) == (
        target_ids(action)[0],
        "waiting",
        "es",
    )
    assert STORY in letter.body and letter.shares_address


def test_target_removed_since_it_was_chosen_does_not_stop_the_record(tablet, action):
    first, second = target_ids(action)
    record = tablet.seal(**record_of(action, targets=[first, second]))
    write(remove_profile, profile_id=first, now=utcnow())
    assert tablet.receipts(record) == [("stored", "")]
    [response] = rows()
    confirm(response.id)
    hatch_now()
    assert {letter.profile_id: (letter.state, letter.reason) for letter in letters()} == {
        first: ("stopped", "removed"),
        second: ("waiting", ""),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": []},
        {"targets": [987654]},
        {"answers": {"answer_1": "x" * (MAX_PROMPT_LENGTH + 1)}},
        {"fields": AMALIA},
        {"kind_data": "everyone"},
        {"kind_data": {"targets": [{"id": 1}]}},
    ],
)
def test_invalid_letter_waits_for_review(tablet, action, changes):
    assert tablet.sign(**record_of(action, **changes)) == ("review", "invalid")
    assert rows() == []


def test_only_target_need_not_be_named(tablet, event, petition):
    action = at_table(event, make_letter_action(cause_id=petition.cause_id))
    assert tablet.sign(**record_of(action, targets=[])) == ("stored", "")
    assert rows()[0].kind_data["targets"] == target_ids(action)


def test_target_of_another_organisation_is_not_accepted(tablet, action):
    other = make_letter_action(
        "elsewhere",
        cause_id=make_cause("elsewhere", organisation_id=make_organisation("other").id).id,
    )
    stranger = add_target(other)
    assert tablet.sign(**record_of(action, targets=[stranger])) == ("review", "invalid")


def test_record_of_an_app_that_knows_only_petitions_is_stored(tablet, action):
    assert tablet.sign() == ("stored", "")
    assert rows()[0].kind_data is None
    assert records()[0].status == "stored"

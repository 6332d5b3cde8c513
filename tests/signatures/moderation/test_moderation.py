"""Tests that tally, ledger and numbers stay correct whatever organizers decide."""

import pytest

from campaign.db.versioned import content_version
from campaign.errors import EditConflict
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures.moderation import decisions
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    hatch_now,
    row,
    sign,
    sign_and_hatch,
    sign_many,
    withdraw,
)

pytestmark = pytest.mark.both_databases


def decide(operation, ids, **more):
    named = {
        "ids": ids,
        "cause_ids": None,
        **({"now": utcnow()} if operation is not decisions.restore_withdrawn else {}),
    }
    done = write(operation, **named, **more)
    hatch_now()
    assert differences() == []
    return done


def test_rejected_signature_leaves_and_returns_with_the_lowest_free_number(petition):
    first, second = sign_and_hatch(petition), sign_and_hatch(petition, ODILE)
    assert decide(decisions.reject, [first]) == [first]
    assert (row(first).state, row(first).number, row(first).held_reason) == (
        "held",
        None,
        "rejected",
    )
    assert row(second).number == 2
    assert decide(decisions.approve, [first]) == [first]
    assert (row(first).state, row(first).number, row(first).rejected_at) == ("counted", 1, None)


def test_approved_signature_without_confirmation_waits_for_its_supporter(petition):
    signature = sign(petition, held_reason="hidden_field")
    decide(decisions.approve, [signature])
    assert (row(signature).state, row(signature).held_reason) == ("pending", "")
    confirm(signature)
    hatch_now()
    assert row(signature).state == "counted"


def test_approved_signature_is_not_held_again_for_its_network(petition):
    ids = sign_many(petition, 3, network_digest=b"a" * 16)
    for item in ids:
        confirm(item)
    hatch_now(max_per_address=2)
    assert [row(item).state for item in ids] == ["counted", "counted", "held"]
    write(decisions.approve, ids=ids, cause_ids=None, now=utcnow())
    hatch_now(max_per_address=2)
    assert row(ids[2]).state == "counted"
    assert differences() == []


def test_withdrawal_by_an_organizer_is_undone_to_the_former_state(petition):
    counted, held = sign_and_hatch(petition), sign(petition, ODILE, held_reason="no_proof")
    decide(decisions.withdraw, [counted, held])
    assert {row(counted).state, row(held).state} == {"withdrawn"}
    decide(decisions.restore_withdrawn, [counted, held])
    assert (row(counted).state, row(held).state) == ("counted", "held")


def test_signatures_of_other_causes_are_left_alone(petition):
    signature = sign_and_hatch(petition)
    assert (
        write(
            decisions.reject,
            ids=[signature],
            cause_ids=frozenset({petition.cause_id + 1}),
            now=utcnow(),
        )
        == []
    )
    assert row(signature).state == "counted"


def test_comment_that_changed_since_it_was_read_is_not_shown(petition):
    signature = sign_and_hatch(petition, comment="For my brother")
    versions = {signature: content_version("For my brother")}
    change(signature, comment="Buy now")
    assert (
        write(
            decisions.decide_comments, versions=versions, shown=True, cause_ids=None, now=utcnow()
        )
        == []
    )
    assert not row(signature).comment_shown
    versions = {signature: content_version("Buy now")}
    assert write(
        decisions.decide_comments, versions=versions, shown=False, cause_ids=None, now=utcnow()
    ) == [signature]
    assert row(signature).comment_read_at


def test_two_signatures_of_one_person_are_merged_and_can_be_separated(petition):
    kept = sign_and_hatch(petition, {**AMALIA, "postal_code": ""})
    other = sign_and_hatch(petition, {**AMALIA, "email": "a.rosales@work.example"})
    write(decisions.merge, kept_id=kept, other_id=other, now=utcnow())
    hatch_now()
    assert (row(kept).postal_code, row(other).state, row(other).held_reason) == (
        "M5V 2T6",
        "held",
        f"merged:{kept}",
    )
    assert differences() == []
    decide(decisions.approve, [other])
    assert row(other).number == 2


@pytest.mark.parametrize("code", ["one", "petition", "gone", "unconfirmed"])
def test_incompatible_signatures_are_not_merged(petition, code):
    kept, other = sign_and_hatch(petition), sign_and_hatch(petition, ODILE)
    if code == "one":
        other = kept
    elif code == "petition":
        other = sign_and_hatch(make_petition("law", cause_id=petition.cause_id), ODILE)
    elif code == "gone":
        withdraw(other)
    else:
        kept = sign(petition, ODILE, email="third@kwan.example")
    with pytest.raises(decisions.CannotMerge) as refusal:
        write(decisions.merge, kept_id=kept, other_id=other, now=utcnow())
    assert refusal.value.code == code


def test_correction_of_text_that_changed_in_between_is_refused(petition):
    signature = sign_and_hatch(petition)
    version = decisions.version_of(row(signature))
    assert write(
        decisions.correct,
        signature_id=signature,
        version=version,
        now=utcnow(),
        given_name="Amália",
    ) == ["given_name"]
    with pytest.raises(EditConflict):
        write(
            decisions.correct,
            signature_id=signature,
            version=version,
            now=utcnow(),
            given_name="Amélie",
        )
    assert row(signature).given_name == "Amália"

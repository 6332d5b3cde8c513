"""Tests of supporters' operations on their own signatures: correct, withdraw, restore, erase."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.owner.operations import SignatureNotYours
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    hatch_now,
    owned,
    restore,
    row,
    sign,
    sign_and_hatch,
    sign_many,
    withdraw,
)

pytestmark = pytest.mark.both_databases


def numbers(*ids):
    return [row(signature_id).number for signature_id in ids]


def correct(signature_id, **columns):
    return write(owner_operations.correct, **owned(signature_id), now=utcnow(), **columns)


@pytest.fixture
def three(petition):
    """The ids of three hatched signatures, with the numbers 1, 2 and 3."""
    ids = sign_many(petition, 3)
    for signature_id in ids:
        confirm(signature_id)
    hatch_now()
    assert numbers(*ids) == [1, 2, 3]
    return ids


@pytest.mark.parametrize(
    "act", [partial(owner_operations.correct, now=utcnow()), owner_operations.restore]
)
def test_strangers_signature_cannot_be_changed(petition, act):
    own, foreign = sign(petition, AMALIA), sign(petition, ODILE)
    with pytest.raises(SignatureNotYours):
        write(act, **{**owned(own), "signature_id": foreign})


@pytest.mark.parametrize("forged", [0, -1, 10**6, 10**30])
def test_unknown_signature_id_is_not_found(petition, forged):
    own = owned(sign(petition))
    with pytest.raises(SignatureNotYours):
        write(owner_operations.withdraw, **{**own, "signature_id": forged}, now=utcnow())


def test_another_spelling_of_the_address_opens_nothing(petition):
    signature_id = sign(petition, email="vera@yahoo.com")
    other = owned(
        sign_and_hatch(make_petition("law", cause_id=petition.cause_id), email="vera-x9@yahoo.com")
    )
    assert other["email_digest"] == row(signature_id).email_digest
    with pytest.raises(SignatureNotYours):
        write(owner_operations.withdraw, **{**other, "signature_id": signature_id}, now=utcnow())


def test_erased_signature_is_not_found(petition):
    signature_id = sign(petition)
    write(owner_operations.erase, [signature_id])
    with pytest.raises(SignatureNotYours):
        write(owner_operations.restore, signature_id=signature_id, email_digest=None, email=None)


def test_signature_erased_between_check_and_change_is_not_found(app, petition, monkeypatch):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("writers take turns there")
    signature_id = sign_and_hatch(petition)
    own = owned(signature_id)
    looked = owner_operations.load_own

    def look_then_lose(*arguments):
        signature = looked(*arguments)
        with db.engine.begin() as other:
            other.execute(
                update(Signature)
                .where(Signature.id == signature_id)
                .values(**owner_operations.ERASED)
            )
        return signature

    monkeypatch.setattr(owner_operations, "load_own", look_then_lose)
    db.session.rollback()
    with pytest.raises(SignatureNotYours):
        write(owner_operations.withdraw, **own, now=utcnow())
    assert row(signature_id).state == "erased"


def test_changed_comment_waits_for_review_again_and_an_unchanged_one_does_not(petition):
    signature_id = sign(petition, comment="Kind words")
    change(signature_id, comment_shown=True)
    correct(signature_id, comment="Kind words", family_name="Rosales-Kwan")
    assert (row(signature_id).comment_shown, row(signature_id).full_name) == (
        True,
        "Amalia Rosales-Kwan",
    )
    correct(signature_id, comment="Less kind words")
    assert not row(signature_id).comment_shown


def test_hiding_a_name_does_not_change_the_count(petition):
    signature_id = sign_and_hatch(petition, name_display="full")
    correct(signature_id, name_display="counted")
    assert (row(signature_id).state, row(signature_id).shown_name) == ("counted", "")
    assert differences() == []


def test_withdrawn_number_is_freed_and_the_next_signature_gets_the_lowest(three, petition):
    withdraw(three[2])
    withdraw(three[0])
    hatch_now()
    assert numbers(*three) == [None, 2, None]
    assert differences() == []
    assert row(sign_and_hatch(petition, AMALIA)).number == 1
    late = [
        sign_and_hatch(petition, AMALIA, email=f"late{place}@rosales.example") for place in range(2)
    ]
    assert numbers(*late) == [3, 4]
    assert differences() == []


def test_change_of_mind_before_the_release_keeps_the_number(three):
    withdraw(three[1])
    assert row(three[1]).number == 2
    restore(three[1])
    hatch_now()
    assert (row(three[1]).state, row(three[1]).number) == ("counted", 2)
    assert differences() == []


def test_change_of_mind_after_the_release_gets_the_lowest_free_number(three):
    for signature_id in (three[1], three[0]):
        withdraw(signature_id)
        hatch_now()
    restore(three[1])
    hatch_now()
    assert numbers(*three) == [None, 1, 3]
    assert differences() == []


def test_withdrawing_or_restoring_twice_is_harmless(three):
    first = utcnow() - timedelta(hours=1)
    withdraw(three[0], now=first)
    withdraw(three[0])
    assert row(three[0]).withdrawn_at == first
    hatch_now()
    for _ in range(2):
        restore(three[0])
        hatch_now()
    assert (row(three[0]).state, row(three[0]).number) == ("counted", 1)
    assert differences() == []


def test_restored_signature_waits_for_what_it_waited_for_before(petition):
    pending = sign(petition, AMALIA)
    held = sign(petition, ODILE, held_reason="hidden_field")
    confirm(held)
    for signature_id in (pending, held):
        withdraw(signature_id)
        restore(signature_id)
    assert (row(pending).state, row(held).state) == ("pending", "held")
    hatch_now()
    assert numbers(pending, held) == [None, None]


def test_restoring_a_signature_that_was_not_withdrawn_changes_nothing(three):
    restore(three[0])
    assert (row(three[0]).state, row(three[0]).number) == ("counted", 1)


def test_erasing_leaves_no_personal_data_and_does_not_change_the_tally(three):
    withdraw(three[0])
    hatch_now()
    before = differences()
    write(owner_operations.erase, [three[0]])
    erased = row(three[0])
    for column in (
        "given_name",
        "family_name",
        "email",
        "email_digest",
        "person_digest",
        "address_digest",
    ):
        assert getattr(erased, column) is None, column
    for column in ("postal_code", "comment", "answers", "subscribe", "comment_shown"):
        assert not getattr(erased, column), column
    assert before == differences() == []
    db.session.rollback()

"""Tests of queries about signatures: recent signatures, and the audit."""

import pytest
from sqlalchemy import delete, update

from campaign.causes.models import CauseTally, FreeNumber
from campaign.extensions import db, write
from campaign.petitions.models import PetitionTally
from campaign.signatures import tokens
from campaign.signatures.models import LedgerEntry
from campaign.signatures.queries import (
    counted_only_since,
    differences,
    newest_signers,
    signature_by_id,
    signatures_of_address,
)
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    change,
    hatch_now,
    sign,
    sign_and_hatch,
    withdraw,
)

pytestmark = pytest.mark.both_databases


def run(statement):
    write(lambda: db.session.execute(statement))


def find_differences():
    db.session.rollback()
    return differences()


@pytest.fixture
def hatched(petition):
    """The ids of three counted signatures. A fourth was withdrawn, so the number 2 is free."""
    ids = [sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example") for place in range(4)]
    withdraw(ids[1])
    hatch_now()
    assert find_differences() == []
    return ids


PLANTED = {
    "petition 1: tally says 4, signatures say 3": update(PetitionTally).values(count=4),
    "petition 1: ledger says 13, signatures say 3": update(LedgerEntry)
    .where(LedgerEntry.reason == "hatched")
    .values(change=14),
    "petition 1: tally says 0, signatures say 3": delete(PetitionTally),
    "cause 1: tally says 2, signatures say 3": update(CauseTally).values(count=2),
    "cause 1: 2 numbers are missing, 1 are free": update(CauseTally).values(last_number=5),
    "cause 1: number 4 is given, the last should be 3": update(CauseTally).values(last_number=3),
    "cause 1: 1 numbers are missing, 0 are free": delete(FreeNumber),
    "cause 1: number 3 is free and given": update(FreeNumber).values(number=3),
    "cause 1: number 9 is free, the last should be 4": update(FreeNumber).values(number=9),
}


@pytest.mark.parametrize("sentence", PLANTED)
def test_every_kind_of_difference_is_found_and_reported(hatched, sentence):
    run(PLANTED[sentence])
    assert sentence in find_differences()


def test_signature_that_lost_its_number_is_reported(hatched):
    change(hatched[0], state="confirmed", number=None, hatched_at=None)
    assert len(find_differences()) == 4


def test_missing_tally_of_a_cause_is_reported(hatched):
    run(delete(CauseTally))
    assert find_differences()


def test_ledger_of_a_petition_without_signatures_is_reported(hatched, petition):
    other = make_petition("law", cause_id=petition.cause_id)
    run(update(LedgerEntry).where(LedgerEntry.reason == "withdrawn").values(petition_id=other.id))
    assert len(find_differences()) == 2


def test_empty_site_has_no_differences(app):
    assert find_differences() == []


def test_everything_signed_with_an_address_is_found_in_upper_or_lower_case(petition):
    law = make_petition("law", cause_id=petition.cause_id)
    ids = [sign(petition, AMALIA), sign(law, TEO, email="AMALIA@Rosales.example")]
    sign(petition, ODILE)
    db.session.rollback()
    email = "amalia@ROSALES.example"
    assert [
        signature.id for signature in signatures_of_address(tokens.email_digest(email), email)
    ] == ids


def test_signatures_with_another_spelling_of_the_address_are_not_found(petition):
    law = make_petition("law", cause_id=petition.cause_id)
    signature_id = sign(petition, AMALIA, email="vera@yahoo.com")
    sign(law, AMALIA, email="vera-x9@yahoo.com")
    db.session.rollback()
    email = "vera@yahoo.com"
    assert [
        signature.id for signature in signatures_of_address(tokens.email_digest(email), email)
    ] == [signature_id]


def test_recent_signatures_are_those_that_may_be_shown(petition):
    shown = sign_and_hatch(petition, AMALIA, name_display="full")
    sign_and_hatch(petition, ODILE, name_display="counted")
    newest = sign_and_hatch(petition, ODILE, email="o2@kwan.example", name_display="initials")
    sign(petition, ODILE, email="o3@kwan.example", name_display="full")
    db.session.rollback()
    assert [signer.id for signer in newest_signers(petition.id)] == [newest, shown]
    assert [signer.id for signer in newest_signers(petition.id, limit=1)] == [newest]
    assert counted_only_since(petition.cause_id, petition.id, 1) == 1
    assert counted_only_since(petition.cause_id, petition.id, 3) == 0


def test_unknown_signature_is_none(app):
    assert signature_by_id(404) is None

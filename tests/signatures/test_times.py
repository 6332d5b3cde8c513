"""Tests, to the second over a clock change, of when data is erased and supporters are told."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.signatures import erasure
from campaign.signatures.jobs import forget
from tests.factories.organizers import make_organizer
from tests.factories.signatures import (
    confirm,
    hatch_now,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

pytestmark = pytest.mark.usefixtures("awkward_time")

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
UNCONFIRMED_DAYS, ADDRESS_DAYS = 30, 14


@pytest.fixture
def petition(awkward_time, petition):
    """A petition that was opened long before the clock change."""
    write(
        lambda: db.session.execute(
            update(Petition).values(
                opens_at=awkward_time - 99 * DAY, opened_at=awkward_time - 99 * DAY
            )
        )
    )
    return petition


def forgotten(now):
    return write(forget, now=now, unconfirmed_days=UNCONFIRMED_DAYS, address_days=ADDRESS_DAYS)


def test_supporters_are_told_two_weeks_before_and_data_is_erased_to_the_second(
    awkward_time, petition
):
    make_organizer("owner", petition.cause_id)
    sign_and_hatch(petition)
    days = 30
    ended = awkward_time - days * DAY + erasure.NOTICE_PERIOD
    write(lambda: db.session.execute(update(Petition).values(closes_at=ended)))
    write(erasure.set_retention, petition_id=petition.id, days=days)
    assert write(erasure.warn_of_erasure, now=awkward_time - SECOND) == 0
    assert write(erasure.warn_of_erasure, now=awkward_time) == 1
    assert [kind for kind, *_ in queued_emails()].count(erasure.NOTICE_EMAIL) == 1
    assert write(erasure.anonymise_due, now=awkward_time + erasure.NOTICE_PERIOD - SECOND) == 0
    assert write(erasure.anonymise_due, now=awkward_time + erasure.NOTICE_PERIOD) == 1
    assert [row.state for row in rows()] == ["erased"]


def test_petition_closed_right_now_is_stored_for_its_days(awkward_time, petition):
    make_organizer("owner", petition.cause_id)
    sign_and_hatch(petition)
    write(
        lambda: db.session.execute(update(Petition).values(state="closed", closed_at=awkward_time))
    )
    write(erasure.set_retention, petition_id=petition.id, days=14)
    assert write(erasure.warn_of_erasure, now=awkward_time) == 1
    assert write(erasure.anonymise_due, now=awkward_time + 14 * DAY - SECOND) == 0
    assert write(erasure.anonymise_due, now=awkward_time + 14 * DAY) == 1


def test_unconfirmed_signature_is_deleted_after_its_days(awkward_time, petition):
    sign(petition, now=awkward_time - UNCONFIRMED_DAYS * DAY)
    assert forgotten(awkward_time - SECOND) == 0
    assert forgotten(awkward_time) == 1
    assert rows() == []


def test_data_of_a_withdrawn_signature_is_erased_as_many_days_later(awkward_time, petition):
    signature = sign(petition)
    confirm(signature)
    hatch_now()
    withdraw(signature, now=awkward_time)
    hatch_now()
    assert forgotten(awkward_time + UNCONFIRMED_DAYS * DAY - SECOND) == 0
    assert forgotten(awkward_time + UNCONFIRMED_DAYS * DAY) == 1
    assert row(signature).state == "erased"

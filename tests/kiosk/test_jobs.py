"""Tests that tablet records are deleted once nobody needs them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.kiosk.jobs import forget
from campaign.kiosk.review.decisions import reject
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from tests.factories.kiosks import records
from tests.factories.signatures import hatch_now, rows

pytestmark = pytest.mark.both_databases

DAYS = 14


def forgotten(*, later=timedelta()):
    return write(forget, now=utcnow() + later, days=DAYS)


def test_refused_record_is_deleted_after_some_days_and_waiting_ones_stay(tablet):
    for _ in range(3):
        tablet.sign()
    write(reject, record_ids=[records()[1].id], now=utcnow())
    assert forgotten(later=timedelta(days=DAYS - 1)) == 0
    assert forgotten(later=timedelta(days=DAYS + 1)) == 1
    assert [record.sealed is None for record in records()] == [True, True, False]
    # The receipt that the tablet got is still there.
    assert [record.reason for record in records()] == ["", "duplicate", "duplicate"]


def test_waiting_record_is_deleted_with_its_petitions_personal_data(tablet, petition):
    tablet.sign()
    tablet.sign()
    done = update(Petition).where(Petition.id == petition.id).values(retention_done_at=utcnow())
    write(lambda: db.session.execute(done))
    assert forgotten() == 1
    assert all(record.sealed is None for record in records())


def test_drawn_signature_is_deleted_with_the_signature(tablet):
    tablet.sign(drawn="M 1,1 L 2,2")
    hatch_now()
    assert forgotten() == 0
    write(erase_one, signature_id=rows()[0].id)
    assert (records()[0].drawing, records()[0].signature_id) == ("", None)
    assert forgotten() == 0

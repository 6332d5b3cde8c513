"""What tablets sent is forgotten once nobody needs it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.kiosk.review_decisions import reject
from campaign.kiosk.tasks import forget
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from tests.factories.kiosks import records
from tests.factories.signatures import hatch_now, rows

pytestmark = pytest.mark.both_databases

DAYS = 14


def forgotten(*, later=timedelta()):
    return write(forget, now=utcnow() + later, days=DAYS)


def test_what_was_turned_away_goes_after_some_days_and_what_waits_stays(tablet):
    for _ in range(3):
        tablet.sign()
    write(reject, record_ids=[records()[1].id], now=utcnow())
    assert forgotten(later=timedelta(days=DAYS - 1)) == 0
    assert forgotten(later=timedelta(days=DAYS + 1)) == 1
    assert [record.sealed is None for record in records()] == [True, True, False]
    # It still has the receipt that the tablet was given.
    assert [record.reason for record in records()] == ["", "duplicate", "duplicate"]


def test_what_waits_goes_with_the_personal_data_of_its_petition(tablet, petition):
    tablet.sign()
    tablet.sign()
    done = update(Petition).where(Petition.id == petition.id).values(retention_done_at=utcnow())
    write(lambda: db.session.execute(done))
    assert forgotten() == 1
    assert all(record.sealed is None for record in records())


def test_a_drawn_signature_goes_with_the_signature(tablet):
    tablet.sign(drawn="M 1,1 L 2,2")
    hatch_now()
    assert forgotten() == 0
    write(erase_one, signature_id=rows()[0].id)
    assert (records()[0].drawn, records()[0].signature_id) == ("", None)
    assert forgotten() == 0

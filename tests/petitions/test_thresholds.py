"""Tests of the counts at which a petition delivers again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.petitions import thresholds
from campaign.petitions.deliveries import record_delivery, remove_delivery
from campaign.petitions.models import DeliveryThreshold, PetitionTally
from campaign.petitions.operations import clone_petition
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.site.settings import local_day
from tests.factories.petitions import make_petition, reach

pytestmark = pytest.mark.both_databases


@pytest.fixture
def petition(app):
    return make_petition()


def change(petition, *counts, version=None, is_public=False):
    return write(
        thresholds.change_thresholds,
        petition_id=petition.id,
        version=version,
        thresholds=[(count, f"note {count}") for count in counts],
        is_public=is_public,
        now=utcnow(),
    )


def due(petition):
    db.session.rollback()
    row = thresholds.due_thresholds([petition.id]).get(petition.id)
    return row.count if row else None


def deliver(petition, day=None):
    return write(
        record_delivery,
        petition_id=petition.id,
        day=day or local_day(utcnow()),
        received_by="Senate",
        signatures=1,
        note="",
    )


def row_of(petition, count):
    db.session.rollback()
    return next(row for row in thresholds.thresholds_of(petition.id) if row.count == count)


def test_threshold_is_due_from_its_count_on_until_a_delivery(petition):
    change(petition, 10, 20)
    reach(petition, 9)
    assert due(petition) is None
    reach(petition, 10)
    assert due(petition) == 10
    reach(petition, 3)
    assert due(petition) == 10, "the count may fall again"
    delivery = deliver(petition)
    assert due(petition) is None
    reach(petition, 25)
    assert due(petition) == 20
    second = deliver(petition)
    assert due(petition) is None
    for each in (second, delivery):
        write(remove_delivery, petition_id=petition.id, delivery_id=each.id)
    assert due(petition) == 20, "the highest of both"


def test_delivery_before_the_count_does_not_count(petition):
    change(petition, 10)
    deliver(petition)
    reach(petition, 10)
    assert due(petition) == 10


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_delivery_recorded_late_counts_from_the_day_of_the_count_on(
    app, monkeypatch, petition, zone
):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_TIMEZONE", zone)
    change(petition, 10)
    reach(petition, 10)
    reached_on = local_day(row_of(petition, 10).reached_at)
    deliver(petition, reached_on - timedelta(days=1))
    assert due(petition) == 10
    assert thresholds.due_ids(petition.id) == {row_of(petition, 10).id}
    deliver(petition, reached_on)
    assert due(petition) is None
    assert thresholds.due_ids(petition.id) == set()
    marked = {"petition_id": petition.id, "threshold_id": row_of(petition, 10).id}
    assert not write(thresholds.mark_done, **marked, now=utcnow())


def test_delivery_in_the_minute_of_reaching_counts(petition):
    change(petition, 10)
    write(
        lambda: db.session.execute(
            update(PetitionTally).where(PetitionTally.petition_id == petition.id).values(count=11)
        )
    )
    deliver(petition)
    write(thresholds.mark_reached, now=utcnow() + timedelta(minutes=1))
    assert due(petition) is None


def test_done_by_hand_ends_those_below_too_and_is_undone(petition):
    change(petition, 10, 20, 30)
    reach(petition, 20)
    row = row_of(petition, 20)
    ids = {"petition_id": petition.id, "threshold_id": row.id}
    assert write(thresholds.mark_done, **ids, now=utcnow())
    assert not write(thresholds.mark_done, **ids, now=utcnow())
    assert due(petition) is None
    assert write(thresholds.undo_done, threshold_id=row.id)
    assert due(petition) == 20
    assert not write(thresholds.undo_done, threshold_id=row.id)


def test_count_that_stays_keeps_what_is_known_of_it(petition):
    change(petition, 10, 20)
    reach(petition, 10)
    reached_at = row_of(petition, 10).reached_at
    change(petition, 5, 10, 40)
    assert [(row.position, row.count) for row in thresholds.thresholds_of(petition.id)] == [
        (0, 5),
        (1, 10),
        (2, 40),
    ]
    assert row_of(petition, 10).reached_at == reached_at
    assert row_of(petition, 5).reached_at is not None, "a count that was passed is due at once"


@pytest.mark.parametrize("counts", [(0,), (-1,), (10, 10), (20, 10), tuple(range(1, 12))])
def test_counts_are_positive_increasing_and_at_most_ten(petition, counts):
    with pytest.raises(thresholds.BadThresholds):
        change(petition, *counts)
    assert thresholds.thresholds_of(petition.id) == []


def test_second_of_two_editors_gets_a_conflict(petition):
    version = petition_by_id(petition.id).version_of("thresholds")
    change(petition, 10, version=version)
    with pytest.raises(EditConflict):
        change(petition, 20, version=version)


def test_only_the_next_one_is_public_and_only_if_chosen(petition):
    change(petition, 10, 20)
    assert thresholds.next_public_threshold(petition_by_id(petition.id), 3) is None
    change(petition, 10, 20, is_public=True)
    reach(petition, 10)
    current = petition_by_id(petition.id)
    assert thresholds.next_public_threshold(current, 10) == 20
    # One that was reached stays reached, even if the count falls again.
    assert thresholds.next_public_threshold(current, 3) == 20
    reach(petition, 20)
    assert thresholds.next_public_threshold(current, 20) is None


def test_clone_has_the_thresholds_of_its_original_unreached(petition):
    change(petition, 10, 20, is_public=True)
    reach(petition, 10)
    clone = write(clone_petition, petition_id=petition.id, slug="again", cause_id=petition.cause_id)
    rows = db.session.scalars(
        select(DeliveryThreshold)
        .where(DeliveryThreshold.petition_id == clone.id)
        .order_by(DeliveryThreshold.count)
    ).all()
    assert [(row.count, row.note, row.reached_at) for row in rows] == [
        (10, "note 10", None),
        (20, "note 20", None),
    ]
    assert clone.shows_thresholds

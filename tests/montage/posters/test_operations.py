"""Tests of the life cycle of posters, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.montage.models import Poster
from campaign.montage.posters import operations
from campaign.montage.posters.operations import (
    GRACE_PERIOD,
    JOB,
    PosterQueueFull,
    fail_poster,
    finish_poster,
    request_poster,
    return_poster,
    start_poster,
    sweep_posters,
)
from campaign.montage.queries import Variety, poster_status, shown_names
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.jobs import jobs_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    change,
    hatch_now,
    sign_and_hatch,
    withdraw,
)
from tests.together import together

pytestmark = pytest.mark.both_databases

NOON = utcnow().replace(hour=12, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def variety(app):
    return Variety(make_cause().id, "pdf", "A2", "en", False)


def ask(variety, now=NOON):
    write(request_poster, variety, now=now)


def finish(variety, now=NOON):
    ask(variety, now)
    db.session.rollback()
    poster_id = poster_status(variety).in_work.id
    write(finish_poster, poster_id, drawn_at=now, file_bytes=10)
    return poster_id


def state_of(poster_id):
    db.session.rollback()
    return db.session.scalar(select(Poster.state).where(Poster.id == poster_id))


def test_concurrent_requests_make_one_poster(app, variety):
    together(app, [lambda: ask(variety)] * 8)
    assert len(db.session.scalars(select(Poster)).all()) == 1


def test_each_variety_is_drawn_separately(variety):
    ask(variety)
    ask(Variety(variety.cause_id, "pdf", "A2", "fr", False))
    assert len(db.session.scalars(select(Poster)).all()) == 2


def test_full_queue_accepts_no_poster(variety, monkeypatch):
    monkeypatch.setattr(operations, "MAX_IN_PROGRESS", 1)
    ask(variety)
    with pytest.raises(PosterQueueFull):
        ask(Variety(variety.cause_id, "pdf", "A3", "en", False))


def test_requested_poster_has_a_job_in_order(variety):
    other = Variety(variety.cause_id, "pdf", "A2", "fr", False)
    ask(variety)
    ask(variety)
    ask(other)
    waiting = [poster_status(item).in_work.id for item in (variety, other)]
    assert [job.subject_id for job in jobs_of(JOB)] == waiting


def test_poster_is_drawn_returned_and_drawn_again(variety):
    ask(variety)
    poster_id = poster_status(variety).in_work.id
    for operation, state in (
        (start_poster, "drawing"),
        (return_poster, "waiting"),
        (start_poster, "drawing"),
        (finish_poster, "ready"),
        (return_poster, "ready"),
    ):
        write(operation, poster_id)
        assert state_of(poster_id) == state


def test_failed_poster_is_not_tried_for_a_while(variety):
    ask(variety)
    write(fail_poster, poster_status(variety).in_work.id)
    db.session.rollback()
    assert poster_status(variety).failed
    write(sweep_posters, now=utcnow() + GRACE_PERIOD + timedelta(minutes=1))
    db.session.rollback()
    assert not poster_status(variety).failed


def test_poster_stays_a_day(variety):
    poster_id = finish(variety)
    assert write(sweep_posters, now=NOON + DAY / 2) == [f"{poster_id}.pdf"]
    assert write(sweep_posters, now=NOON + DAY) == []
    assert state_of(poster_id) is None


def test_replaced_poster_is_deleted_when_no_one_can_still_be_reading_it(variety):
    old, new = finish(variety), finish(variety, NOON + GRACE_PERIOD)
    write(sweep_posters, now=NOON + 1.5 * GRACE_PERIOD)
    assert state_of(old) == "ready"
    write(sweep_posters, now=NOON + 2 * GRACE_PERIOD)
    assert (state_of(old), state_of(new)) == (None, "ready")


def test_oldest_posters_are_deleted_when_the_disk_would_fill(variety, monkeypatch):
    monkeypatch.setattr(operations, "MAX_BYTES", 15)
    old, new = finish(variety), finish(Variety(variety.cause_id, "pdf", "A3", "en", False))
    write(sweep_posters, now=NOON)
    assert (state_of(old), state_of(new)) == (None, "ready")


def test_names_are_shown_as_their_supporters_chose(app):
    petition = make_petition()
    sign_and_hatch(petition, AMALIA, name_display="full")
    sign_and_hatch(petition, TEO, email="teo@brandt.example", name_display="initials")
    sign_and_hatch(petition, ODILE)
    assert list(shown_names(petition.cause_id, 3)) == ["Amalia Rosales", "T. B."]


def test_supporter_who_withdraws_or_hides_is_no_longer_named(app):
    petition = make_petition()
    first = sign_and_hatch(petition, AMALIA, name_display="full")
    second = sign_and_hatch(petition, ODILE, name_display="full")
    withdraw(first)
    hatch_now()
    change(second, name_display="counted")
    db.session.rollback()
    assert list(shown_names(petition.cause_id, 2)) == []

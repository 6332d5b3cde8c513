"""Tests of the life cycle of posters, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.montage import operations
from campaign.montage.models import Poster
from campaign.montage.operations import (
    GRACE,
    LOCK,
    MAX_ATTEMPTS,
    PressBusy,
    ask_for_poster,
    claim_poster,
    finish_poster,
    give_back,
    note_progress,
    sweep_posters,
)
from campaign.montage.queries import Variety, is_work_for_the_press, poster_standing, shown_names
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
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
    write(ask_for_poster, variety, now=now)


def claim(holder="one", now=NOON):
    return write(claim_poster, holder=holder, now=now)


def finish(variety, now=NOON, **facts):
    ask(variety, now)
    poster = claim(now=now)
    facts = {"drawn_at": now, "octets": 10, **facts}
    assert write(finish_poster, poster.id, holder="one", **facts)
    return poster.id


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
    with pytest.raises(PressBusy):
        ask(Variety(variety.cause_id, "pdf", "A3", "en", False))


def test_worker_draws_a_poster_and_reports_its_progress(variety):
    ask(variety)
    poster = claim()
    assert claim("two") is None
    assert write(note_progress, poster.id, holder="one", progress=40, now=NOON + LOCK)
    assert claim("two", NOON + LOCK * 1.5) is None
    db.session.rollback()
    assert poster_standing(variety).in_work.progress == 40


def test_poster_left_by_a_killed_worker_is_taken_over(variety):
    ask(variety)
    first = claim()
    assert not is_work_for_the_press(NOON + LOCK / 2)
    assert is_work_for_the_press(NOON + LOCK)
    assert claim("two", NOON + LOCK).id == first.id
    assert not write(note_progress, first.id, holder="one", progress=90, now=NOON + LOCK)
    assert not write(finish_poster, first.id, holder="one", drawn_at=NOON)


def test_stopping_worker_releases_its_poster_at_once(variety):
    ask(variety)
    poster = claim()
    write(give_back, poster.id, holder="one")
    again = claim("two")
    assert (again.id, again.attempts) == (poster.id, 1)


def test_poster_that_fails_repeatedly_is_given_up(variety):
    ask(variety)
    for attempt in range(MAX_ATTEMPTS + 1):
        poster = claim(now=NOON + attempt * LOCK)
    assert poster is None
    assert poster_standing(variety).failed
    write(sweep_posters, now=NOON + DAY)
    db.session.rollback()
    assert not poster_standing(variety).failed


def test_poster_stays_a_day(variety):
    poster_id = finish(variety)
    assert write(sweep_posters, now=NOON + DAY / 2) == [f"{poster_id}.pdf"]
    assert write(sweep_posters, now=NOON + DAY) == []
    assert state_of(poster_id) is None


def test_replaced_poster_is_deleted_when_no_one_can_still_be_reading_it(variety):
    old, new = finish(variety), finish(variety, NOON + GRACE)
    write(sweep_posters, now=NOON + 1.5 * GRACE)
    assert state_of(old) == "ready"
    write(sweep_posters, now=NOON + 2 * GRACE)
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

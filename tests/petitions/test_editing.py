"""Tests of concurrent edits of a petition."""

from datetime import timedelta

import pytest

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.petitions.editing import (
    change_dates,
    change_petition_slug,
    change_petition_text,
    current_texts,
)
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.operations import slugs
from campaign.petitions.queries import petition_by_id, petition_in_any_state
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from tests.factories.petitions import TEXTS, make_petition
from tests.factories.signatures import sign
from tests.together import together

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def now_of(petition):
    db.session.rollback()
    return petition_by_id(petition.id)


def reworded(petition, body):
    texts = current_texts(petition)
    texts["en"]["body"] = body
    return texts


def test_one_of_several_simultaneous_editors_wins_and_the_others_are_told(app):
    petition = make_petition()

    def save(number):
        texts = reworded(petition, f"Words of editor {number}")
        try:
            return (
                write(
                    change_petition_text,
                    petition_id=petition.id,
                    version=1,
                    texts=texts,
                    now=utcnow(),
                )
                is not None
            )
        except EditConflict:
            return False

    saved = together(app, [lambda number=number: save(number) for number in range(4)])
    assert sum(saved) == 1
    assert [version.number for version in now_of(petition).versions] == [1, 2]


def test_line_break_at_the_end_is_no_change_of_text(app):
    text = TEXTS["en"]
    petition = make_petition(texts={"en": {**text, "body": f"{text['body']}\r\n\n"}})
    typed = {"en": {"published_by": "", **text}}
    write(change_petition_text, petition_id=petition.id, version=1, texts=typed, now=utcnow())
    assert len(now_of(petition).versions) == 1


def test_text_of_an_opened_petition_stays_fixed_if_its_opening_is_moved(app):
    petition = make_petition()
    sign(petition)
    dates = {
        "opens_at": utcnow() + DAY,
        "closes_at": None,
        "time_zone": "UTC",
        "deliver_on": None,
        "deliver_places": {},
    }
    write(change_dates, petition_id=petition.id, version=1, now=utcnow(), **dates)
    texts = reworded(now_of(petition), "Other words")
    write(change_petition_text, petition_id=petition.id, version=1, texts=texts, now=utcnow())
    assert len(now_of(petition).versions) == 2


def test_closing_loses_no_signature_that_was_acknowledged(app):
    petition = make_petition()

    def try_to_sign(number):
        try:
            return sign(petition, email=f"odile.{number}@kwan.example")
        except Exception as refusal:
            assert type(refusal).__name__ == "PetitionClosed"
            return None

    works = [lambda number=number: try_to_sign(number) for number in range(6)]
    answers = together(
        app,
        [
            *works[:3],
            lambda: write(petition_life_cycle.close, row_id=petition.id, now=utcnow()),
            *works[3:],
        ],
    )
    assert now_of(petition).state == "closed"
    assert len(answers) == 7


def test_redirecting_address_cannot_be_taken_by_another_petition(app):
    petition = make_petition()
    write(change_petition_slug, petition_id=petition.id, version=1, slug="come-home")
    assert slugs.is_taken("home")
    with pytest.raises(SlugTaken):
        make_petition("home", cause_id=petition.cause_id)
    other = make_petition("law", cause_id=petition.cause_id)
    with pytest.raises(SlugTaken):
        write(change_petition_slug, petition_id=other.id, version=1, slug="home")
    db.session.rollback()
    assert petition_in_any_state("law").version_of("settings") == 1
    db.session.rollback()

"""Tests of a petition as pages show it."""

from datetime import date

import pytest

from campaign.extensions import db
from campaign.petitions.presenters import card, cards_of_cause, page
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from tests.factories.petitions import TEXTS, make_petition, new_version
from tests.factories.signatures import sign_and_hatch


def shown(lang="en", count=0):
    db.session.rollback()
    return page(petition_by_slug("home"), lang, count, utcnow())


@pytest.mark.parametrize(
    ("lang", "title", "spoken"),
    [("en", "Bring them home", "en"), ("es", "Que vuelvan", "es"), ("fr", "Que vuelvan", "es")],
)
def test_text_is_in_the_readers_language_or_the_original_one(app, lang, title, spoken):
    make_petition(original_lang="es")
    assert (shown(lang).title, shown(lang).lang) == (title, spoken)
    assert shown(lang).languages == ("en", "es")


def test_petition_without_its_original_text_shows_another_language(app):
    make_petition(original_lang="fr", texts={"es": TEXTS["es"]})
    assert shown("en").title == "Que vuelvan"


@pytest.mark.parametrize(
    ("goal", "count", "to_go", "percent"),
    [
        (0, 5, 0, 0.0),
        (100, 0, 100, 0.0),
        (100, 25, 75, 25.0),
        (100, 99, 1, 99.0),
        (100, 125, 125, 50.0),
    ],
)
def test_progress_is_towards_the_current_goal(app, goal, count, to_go, percent):
    make_petition(goal=goal)
    assert (shown(count=count).to_go, shown(count=count).percent) == (to_go, percent)


def test_text_is_markdown_that_cannot_run(app):
    body = "# Big\n\n*We* [ask](javascript:alert(1)) <script>alert(2)</script> [here](https://example.org)"
    make_petition(texts={"en": {**TEXTS["en"], "body": body}})
    html = shown().body
    assert "<h2>Big</h2>" in html
    assert "<em>We</em>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert 'href="https://example.org"' in html


def test_versions_are_listed(app):
    petition = make_petition(deliver_on=date(2026, 12, 10))
    new_version(petition)
    assert (shown().version, shown().versions, shown().deliver_on) == (2, 2, date(2026, 12, 10))


def test_cards_of_a_cause_have_their_counts(app):
    petition = make_petition(goal=10)
    make_petition("law", cause_id=petition.cause_id, state="closed")
    sign_and_hatch(petition)
    db.session.rollback()
    cards = cards_of_cause(petition.cause_id, "es", utcnow())
    assert [(item.slug, item.count, item.state) for item in cards] == [
        ("home", 1, "open"),
        ("law", 0, "closed"),
    ]
    assert cards[0] == card(petition_by_slug("home"), "es", 1, utcnow())
    db.session.rollback()

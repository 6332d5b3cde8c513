"""Tests of one table of queries and results on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from campaign.causes.operations import create_cause
from campaign.events.operations import Hours
from campaign.extensions import db, write
from campaign.search import queries
from campaign.search.indexing import note_all
from campaign.search.queries import PAGE_SIZE, neighbours, results_in_other_languages, search
from tests.factories.causes import make_cause
from tests.factories.events import ZONE, make_event
from tests.factories.petitions import TARGETS, make_petition
from tests.factories.search import index_now
from tests.factories.signatures import sign_and_hatch

pytestmark = pytest.mark.both_databases

BUTTERFLIES = {
    "en": {
        "title": "Butterflies for Mexico",
        "summary": "One for each name.",
        "story": "In Iguala they were taken.",
    },
    "es": {
        "title": "Mariposas por México",
        "summary": "Una por cada nombre.",
        "story": "En Iguala se los llevaron.",
    },
    "fr": {
        "title": "Des papillons pour le Mexique",
        "summary": "Un par nom.",
        "story": "À Iguala, on les a pris.",
    },
}
PETITIONS = {
    "find-the-43": {
        "en": (
            "Find the 43 of Ayotzinapa",
            "Where are they?",
            "A forced disappearance does not end.",
        ),
        "es": (
            "Encuentren a los 43 de Ayotzinapa",
            "¿Dónde están?",
            "Una desaparición forzada no termina.",
        ),
        "fr": (
            "Retrouvez les 43 d'Ayotzinapa",
            "Où sont-ils ?",
            "Une disparition forcée ne finit pas.",
        ),
    },
    "a-law-for-searching": {
        "en": (
            "A law for those who search",
            "Mexico needs it.",
            "Mothers search the hills by themselves.",
        ),
        "es": (
            "Una ley para quienes buscan",
            "México la necesita.",
            "Las madres buscan solas en los cerros.",
        ),
        "fr": (
            "Une loi pour celles qui cherchent",
            "Le Mexique en a besoin.",
            "Les mères cherchent seules, cœur serré.",
        ),
    },
}
TABLE = (
    ("en", "ayotzinapa", ["find-the-43"]),
    ("en", "AYOTZINAPA", ["find-the-43"]),
    ("en", "ayotz", ["find-the-43"]),
    ("en", "43", ["find-the-43"]),
    ("en", "4", []),
    ("en", "ayotzinapa 4", ["find-the-43"]),
    ("es", "a", ["find-the-43"]),
    ("es", "desaparicion", ["find-the-43"]),
    ("es", "desaparición", ["find-the-43"]),
    ("es", "desaparicio\u0301n", ["find-the-43"]),
    ("es", "DESAPARICIÓN", ["find-the-43"]),
    ("es", "mexico", ["mexico", "a-law-for-searching"]),
    ("es", "méx", ["mexico", "a-law-for-searching"]),
    ("fr", "d’ayotzinapa", ["find-the-43"]),
    ("fr", "coeur", ["a-law-for-searching"]),
    ("fr", "cœur", ["a-law-for-searching"]),
    ("fr", "forcee disparition", ["find-the-43"]),
    ("en", "search law", ["a-law-for-searching"]),
    ("en", "searc", ["a-law-for-searching"]),
    ("en", "mexico iguala", ["mexico"]),
    ("en", "mexico nowhere", []),
    ("en", "exico", []),
    ("en", "toluca library", ["table"]),
    ("en", "may 2031", ["table"]),
    ("en", "in", ["mexico"]),
    ("en", "", []),
    ("en", "   ", []),
    ("en", "…?!", []),
    ("en", "%", []),
    ("en", "_", []),
    ("en", "mexico*", ["mexico", "a-law-for-searching"]),
    ("en", '"mexico" OR (law', []),
    ("en", "mexico AND law", []),
    ("en", "title:mexico", []),
    ("en", "-mexico", ["mexico", "a-law-for-searching"]),
    ("en", "mexico & ! | <-> :*A '", ["a-law-for-searching"]),
    ("en", "law'); drop table search_terms; --", []),
    ("en", "\\ mexico", ["mexico", "a-law-for-searching"]),
    ("en", "x" * 3000, []),
    ("de", "mexico", []),
)


@pytest.fixture
def library(app):
    cause = write(create_cause, slug="mexico", texts=BUTTERFLIES)
    for slug, texts in PETITIONS.items():
        named = {
            lang: dict(zip(("title", "summary", "body"), text, strict=True))
            for lang, text in texts.items()
        }
        make_petition(slug, cause_id=cause.id, texts=named, targets=TARGETS)
    words = {
        "title": "Table at the station",
        "kind": "Table",
        "place": "Larch Library",
        "body": "Two hours.",
    }
    day = Hours(datetime(2031, 5, 6, 18), datetime(2031, 5, 6, 19), ZONE)
    make_event("table", cause_id=cause.id, town="Toluca", texts={"en": words}, hours=day)
    index_now()
    return cause


def slugs(results):
    return [hit.slug for hit in results.hits]


def test_table_of_queries(library):
    """In one test, so that the library is built once for each database."""
    wrong = {
        (lang, query): found
        for lang, query, wanted in TABLE
        if (found := slugs(search(query, lang))) != wanted
    }
    assert wrong == {}


def test_title_comes_first_then_the_summary_then_the_text(app):
    cause = make_cause()

    def petition(slug, title, summary, body):
        texts = {"en": {"title": title, "summary": summary, "body": body}}
        make_petition(slug, cause_id=cause.id, texts=texts, targets=TARGETS)

    petition("in-title", "The river", "None", "None")
    petition("begins-in-title", "Rivers", "None", "None")
    petition("in-summary", "None", "A river", "None")
    petition("in-body", "None", "None", "The river")
    petition("newer-in-body", "None", "None", "A river")
    index_now()
    assert slugs(search("river", "en")) == [
        "in-title",
        "begins-in-title",
        "in-summary",
        "newer-in-body",
        "in-body",
    ]


def test_kinds_are_counted_whichever_is_chosen(library):
    chosen = search("the", "en", kind="event")
    assert chosen.counts == {"cause": 1, "petition": 2, "event": 1}
    assert chosen.total == 4
    assert slugs(chosen) == ["table"]
    assert list(search("mexico", "en").counts) == ["cause", "petition"], "in the order of the tabs"


def test_one_cause_can_be_searched_alone(library):
    other = make_cause("other")
    make_petition("far", cause_id=other.id)
    index_now()
    assert slugs(search("home", "en", cause_id=other.id)) == ["far"]
    assert slugs(search("home", "en", cause_id=library.id)) == []


def test_results_come_in_pages_without_gap_or_repetition(app):
    cause = make_cause()
    for number in range(PAGE_SIZE + 3):
        make_petition(f"p-{number}", cause_id=cause.id)
    index_now()
    first, second, third = (slugs(search("home", "en", page=page)) for page in (1, 2, 3))
    assert (len(first), len(second), third) == (PAGE_SIZE, 3, [])
    assert len({*first, *second}) == PAGE_SIZE + 3


@pytest.mark.parametrize("step", ["_ranked_ids", "_hits"])
def test_indexing_during_a_search_breaks_nothing(app, library, monkeypatch, step):
    done, everything = getattr(queries, step), ["mexico", "a-law-for-searching"]

    def index_everything():
        with app.app_context():
            write(note_all)
            index_now()

    def with_the_worker(*arguments):
        results = done(*arguments) if step == "_ranked_ids" else None
        with ThreadPoolExecutor(1) as pool:
            pool.submit(index_everything).result()
        return results or done(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(queries, step, with_the_worker)
        # SQLite shows each reader the state from when their transaction began.
        assert slugs(search("mexico", "en")) in ([], everything)
    db.session.rollback()
    assert slugs(search("mexico", "en")) == everything


def test_counts_are_current(library):
    petition = make_petition("counted", cause_id=library.id)
    index_now()
    sign_and_hatch(petition)
    hits = {hit.slug: hit.count for hit in search("bring", "en").hits}
    assert hits == {"counted": 1}
    assert {hit.slug: hit.count for hit in search("butterflies", "en").hits} == {"mexico": 1}


def test_other_languages_answer_where_this_one_has_nothing(library):
    languages = ("en", "es", "fr")
    assert search("desaparición", "en").total == 0
    by_language = results_in_other_languages("desaparición", "en", languages)
    assert {lang: [hit.slug for hit in results.hits] for lang, results in by_language.items()} == {
        "es": ["find-the-43"]
    }
    assert set(results_in_other_languages("ayotzinapa", "en", languages)) == {"es", "fr"}
    assert results_in_other_languages("…", "en", languages) == {}
    assert (
        results_in_other_languages("desaparición", "en", languages, cause_id=make_cause("other").id)
        == {}
    )


def test_text_that_fell_back_to_another_language_is_found_once(library):
    make_petition(
        "river",
        cause_id=library.id,
        texts={"es": {"title": "Un río", "summary": "", "body": "Que corra limpio."}},
    )
    index_now()
    assert search("corra", "fr").total == 1
    assert set(results_in_other_languages("corra", "en", ("en", "es", "fr"))) == {"es"}


@pytest.mark.parametrize("query", ["ñ", "É", "n\u0303", " à! "])
def test_accented_letter_alone_does_not_find_another_letter(library, query):
    make_petition(
        "a-letter",
        cause_id=library.id,
        texts={"fr": {"title": "Il y a, a n’importe quoi", "summary": "", "body": "N E A"}},
    )
    index_now()
    assert search(query, "fr").total == 0
    assert results_in_other_languages(query, "en", ("en", "es", "fr")) == {}


@pytest.mark.parametrize(
    ("slug", "near"),
    [
        ("find-the-34", ["find-the-43"]),
        ("find-teh-43", ["find-the-43"]),
        ("law-for-searching", ["a-law-for-searching"]),
        ("ayotzinapa", ["find-the-43"]),
        ("mexicoo", ["mexico"]),
        ("nothing-like-it", []),
        ("%", []),
        ("", []),
    ],
)
def test_wrong_address_has_neighbours(library, slug, near):
    assert [neighbour.slug for neighbour in neighbours(slug, "en")] == near

"""Search the index, and find similar pages for a URL that does not exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select

from campaign.causes.models import CauseTally
from campaign.extensions import db
from campaign.petitions.queries import kinds_of_actions, petition_counts, results_of_actions
from campaign.search.backends import ids_with, prefer_index
from campaign.search.excerpts import ExcerptPart, excerpt, parts
from campaign.search.models import KINDS, SearchDocument, SearchText
from campaign.search.normalization import is_accented_letter, is_single_character, terms_of

PAGE_SIZE = 10
MAX_SUGGESTIONS = 3
MAX_COMPARED = 300
MAX_HITS_ELSEWHERE = 3


@dataclass(frozen=True)
class Hit:
    """One result.

    `count` is the number of butterflies of a cause, or of signatures of a petition or responses to
    another action, otherwise None. `action_kind` is the kind of a petition or other action, and
    `result` what came of it, or "".
    """

    kind: str
    action_kind: str
    slug: str
    text_lang: str
    title: tuple[ExcerptPart, ...]
    excerpt: tuple[ExcerptPart, ...]
    day: date | None
    detail: str
    is_cancelled: bool
    count: int | None
    result: str = ""


@dataclass(frozen=True)
class Results:
    """One page of results.

    `counts` maps each kind to its number of results, whichever kind was chosen.
    """

    counts: dict[str, Any]
    hits: tuple[Hit, ...]

    @property
    def total(self) -> int:
        """Return the number of results of all kinds."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Neighbour:
    """A public page whose slug or text resembles an unknown slug."""

    kind: str
    slug: str
    text_lang: str
    title: str


def search(
    query: str, lang: str, *, kind: str = "", cause_id: int | None = None, page: int = 1
) -> Results:
    """Return one page of Results for a query, from the documents in `lang`.

    A document must contain every term, as a word or as the beginning of one. A single letter
    matches only whole words. Whole words in the title come first, then the title, then the summary.
    Within these, a cause comes before everything that belongs to it, and the newest first.
    """
    terms = _terms(query)
    if not terms:
        return Results({}, ())
    prefer_index()
    counts, ids = _ranked_ids(_matches(terms, lang, cause_id), _rank(terms, lang), kind, page)
    return _results(terms, counts, ids)


def _terms(query: str) -> list[str]:
    return [] if is_accented_letter(query) else terms_of(query)


def _results(terms: list[str], counts: dict[str, int], ids: Sequence[int]) -> Results:
    by_id = {
        row.id: row
        for row in db.session.scalars(select(SearchDocument).where(SearchDocument.id.in_(ids)))
    }
    # A document that was just indexed again has a new id. The next request finds it.
    rows = [by_id[item] for item in ids if item in by_id]
    return Results({kind: counts[kind] for kind in KINDS if kind in counts}, _hits(rows, terms))


def results_in_other_languages(
    query: str, lang: str, languages: Iterable[str], *, cause_id: int | None = None
) -> dict[str, Results]:
    """Return {other language: its first Results}, for languages that have any.

    Only documents written in that language count, not those shown in it for lack of a translation.
    """
    by_language = {}
    for language in languages:
        if language != lang and (results := _own_results(query, language, cause_id)).hits:
            by_language[language] = results
    return by_language


def _own_results(query: str, lang: str, cause_id: int | None) -> Results:
    terms = _terms(query)
    if not terms:
        return Results({}, ())
    prefer_index()
    condition = and_(_matches(terms, lang, cause_id), SearchDocument.text_lang == lang)
    counts, ids = _ranked_ids(condition, _rank(terms, lang), "", 1)
    return _results(terms, counts, ids[:MAX_HITS_ELSEWHERE])


def neighbours(slug: str, lang: str) -> list[Neighbour]:
    """Return at most three Neighbours of a slug that does not exist.

    They help if one character of the URL is wrong, or if someone guesses the URL.
    """
    terms = terms_of(slug)
    if not terms:
        return []
    rows = (
        _similar(slug, terms, lang)
        or db.session.scalars(
            _best_matches(_matches(terms, lang, None), terms, lang, MAX_SUGGESTIONS)
        ).all()
    )
    return [Neighbour(row.kind, row.slug, row.text_lang, row.title) for row in rows]


def _similar(slug: str, terms: list[str], lang: str) -> list[SearchDocument]:
    """Return the documents with the most similar slugs.

    Candidates begin with the same two characters, or contain the longest word.
    """
    slug_column = SearchDocument.slug
    begins_alike = slug_column.startswith(slug[:2], autoescape=True)
    is_candidate = begins_alike | slug_column.contains(max(terms, key=len), autoescape=True)
    slugs = db.session.scalars(
        select(slug_column)
        .where(SearchDocument.lang == lang, is_candidate)
        .distinct()
        .limit(MAX_COMPARED)
    ).all()
    closest = get_close_matches(slug, slugs, n=MAX_SUGGESTIONS)
    if not closest:
        return []
    rows = db.session.scalars(
        select(SearchDocument)
        .where(SearchDocument.lang == lang, slug_column.in_(closest))
        .limit(MAX_SUGGESTIONS)
    ).all()
    return sorted(rows, key=lambda row: closest.index(row.slug))


def _ranked_ids(
    condition: ColumnElement[bool], rank: ColumnElement[int], kind: str, page: int
) -> tuple[dict[str, int], list[int]]:
    """Return ({kind: count}, the ids of one page).

    One statement does both, so the index is searched only once.
    """
    document = SearchDocument
    matches = (
        select(document.id, document.kind, document.day, document.subject_id, rank.label("rank"))
        .where(condition)
        .cte("all_found")
    )
    of_kind = select(matches).where(matches.c.kind == kind) if kind else select(matches)
    best_first = of_kind.order_by(*_order(matches.c.rank, matches.c))
    # Only one page is numbered: to number all matches, the database would have to sort them all.
    best = best_first.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).subquery()
    position = func.row_number().over(order_by=_order(best.c.rank, best.c)).label("position")
    first = select(best.c.id.label("number"), best.c.kind, position)
    counts = select(func.count(), matches.c.kind, literal(0)).group_by(matches.c.kind)
    rows = db.session.execute(first.union_all(counts)).all()
    ranked_rows = sorted((row for row in rows if row.position), key=lambda row: row.position)
    return {row.kind: row.number for row in rows if not row.position}, [
        row.number for row in ranked_rows
    ]


def _matches(terms: list[str], lang: str, cause_id: int | None) -> ColumnElement[bool]:
    # A single letter matches only whole words. As a prefix, it would match very many, and people
    # type it only on the way to a longer term.
    condition = SearchDocument.id.in_(ids_with(terms, lang, whole_words=is_single_character(terms)))
    return condition if cause_id is None else and_(condition, SearchDocument.cause_id == cause_id)


def _best_matches(
    condition: ColumnElement[bool], terms: list[str], lang: str, limit: int
) -> Select[SearchDocument]:
    order = _order(_rank(terms, lang), SearchDocument)
    return select(SearchDocument).where(condition).order_by(*order).limit(limit)


def _order(rank: ColumnElement[int], document: Any) -> tuple[Any, ...]:
    """Return by what results are sorted. `document` has the columns of SearchDocument."""
    return (
        rank,
        case((document.kind == "cause", 0), else_=1),
        document.day.desc().nulls_last(),
        document.kind,
        document.subject_id.desc(),
    )


def _rank(terms: list[str], lang: str) -> ColumnElement[int]:
    """Return a rank by the part that contains the terms: the title has the smallest."""
    in_title = SearchDocument.id.in_(ids_with(terms, lang, ("title",), whole_words=True))
    begins_in_title = SearchDocument.id.in_(ids_with(terms, lang, ("title",)))
    ranks = [(in_title, 0), (begins_in_title, 1)]
    # Nearly every summary has a word that begins with any two given letters. So for two letters it
    # says nothing about rank, and looking there takes as long as everything else.
    if max(map(len, terms)) > 2:
        ranks.append((SearchDocument.id.in_(ids_with(terms, lang, ("title", "summary"))), 2))
    return case(*ranks, else_=3)


def _hits(rows: Sequence[SearchDocument], terms: list[str]) -> tuple[Hit, ...]:
    texts = {text.document_id: text for text in db.session.scalars(_texts(rows))}
    counts = {
        "petition": petition_counts(_ids(rows, "petition")),
        "cause": _cause_counts(_ids(rows, "cause")),
    }
    action_kinds = kinds_of_actions(_ids(rows, "petition"))
    results = results_of_actions(_ids(rows, "petition"))
    return tuple(
        Hit(
            kind=row.kind,
            action_kind=action_kinds.get(row.subject_id, "") if row.kind == "petition" else "",
            slug=row.slug,
            text_lang=row.text_lang,
            title=parts(row.title, terms),
            excerpt=excerpt(texts[row.id].summary, texts[row.id].body, terms),
            day=row.day,
            detail=row.detail,
            is_cancelled=row.is_cancelled,
            count=counts[row.kind].get(row.subject_id, 0) if row.kind in counts else None,
            result=results.get(row.subject_id, "") if row.kind == "petition" else "",
        )
        for row in rows
        if row.id in texts
    )


def _texts(rows: Sequence[SearchDocument]) -> Select[SearchText]:
    return select(SearchText).where(SearchText.document_id.in_([row.id for row in rows]))


def _ids(rows: Sequence[SearchDocument], kind: str) -> list[int]:
    return [row.subject_id for row in rows if row.kind == kind]


def _cause_counts(cause_ids: Sequence[int]) -> dict[int, int]:
    if not cause_ids:
        return {}
    tally = select(CauseTally.cause_id, CauseTally.count).where(CauseTally.cause_id.in_(cause_ids))
    return dict(db.session.execute(tally).all())

"""What is asked of the index: results for some words, and what lives near an address that nothing lives at."""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from sqlalchemy import and_, case, func, literal, select

from campaign.causes.models import CauseTally
from campaign.extensions import db
from campaign.petitions.queries import petition_counts
from campaign.search.backends import ids_with, prefer_index
from campaign.search.excerpts import Part, excerpt, parts
from campaign.search.models import KINDS, SearchDocument, SearchText
from campaign.search.normalization import is_accented_letter, is_one_letter, terms_of

PAGE = 10
MAX_SUGGESTIONS = 3
MAX_COMPARED = 300
MAX_HITS_ELSEWHERE = 3


@dataclass(frozen=True)
class Hit:
    """One result. `count` is of a cause's butterflies or a petition's signatures, None of other kinds."""

    kind: str
    slug: str
    written_in: str
    title: tuple[Part, ...]
    excerpt: tuple[Part, ...]
    day: date | None
    line: str
    is_cancelled: bool
    count: int | None


@dataclass(frozen=True)
class Results:
    """One page of results. `counts` maps each kind to how many there are, whichever kind was chosen."""

    counts: dict
    hits: tuple[Hit, ...]

    @property
    def total(self):
        return sum(self.counts.values())


@dataclass(frozen=True)
class Neighbour:
    """Something public whose address or words are like an unknown one."""

    kind: str
    slug: str
    written_in: str
    title: str


def search(query, lang, *, kind="", cause_id=None, page=1):
    """Return the Results of one page for what somebody typed, in the documents of `lang`.

    Every word must be there, or be the beginning of one that is; a single letter is a word. Whole words in the title come first, then the title, then
    the summary; within these the cause before all that belongs to it, and the newest first.
    """
    terms = _terms(query)
    if not terms:
        return Results({}, ())
    prefer_index()
    counts, ids = _ask(_found(terms, lang, cause_id), _order(terms, lang), kind, page)
    return _results(terms, counts, ids)


def _terms(query):
    return [] if is_accented_letter(query) else terms_of(query)


def _results(terms, counts, ids):
    by_id = {
        row.id: row
        for row in db.session.scalars(select(SearchDocument).where(SearchDocument.id.in_(ids)))
    }
    # What is being read anew this instant has another number by now; the next who asks finds it again.
    rows = [by_id[each] for each in ids if each in by_id]
    return Results({each: counts[each] for each in KINDS if each in counts}, _hits(rows, terms))


def found_elsewhere(query, lang, languages, *, cause_id=None):
    """Return {other language: its first Results}, of those that have any text of their own with all words."""
    found = {}
    for each in languages:
        if each != lang and (results := _own_results(query, each, cause_id)).hits:
            found[each] = results
    return found


def _own_results(query, lang, cause_id):
    terms = _terms(query)
    if not terms:
        return Results({}, ())
    prefer_index()
    condition = and_(_found(terms, lang, cause_id), SearchDocument.written_in == lang)
    counts, ids = _ask(condition, _order(terms, lang), "", 1)
    return _results(terms, counts, ids[:MAX_HITS_ELSEWHERE])


def neighbours(slug, lang):
    """Return at most three Neighbours of an address that nothing lives at: a letter was wrong, or only its words are known."""
    terms = terms_of(slug)
    if not terms:
        return []
    rows = (
        _alike(slug, terms, lang)
        or db.session.scalars(_first(_found(terms, lang, None), terms, lang, MAX_SUGGESTIONS)).all()
    )
    return [Neighbour(row.kind, row.slug, row.written_in, row.title) for row in rows]


def _alike(slug, terms, lang):
    """Return the documents at the slugs that are nearest, among those that begin alike or have its longest word."""
    ours = SearchDocument.slug
    begins = ours.startswith(slug[:2], autoescape=True)
    near = begins | ours.contains(max(terms, key=len), autoescape=True)
    slugs = db.session.scalars(
        select(ours).where(SearchDocument.lang == lang, near).distinct().limit(MAX_COMPARED)
    ).all()
    close = get_close_matches(slug, slugs, n=MAX_SUGGESTIONS)
    if not close:
        return []
    rows = db.session.scalars(
        select(SearchDocument)
        .where(SearchDocument.lang == lang, ours.in_(close))
        .limit(MAX_SUGGESTIONS)
    ).all()
    return sorted(rows, key=lambda row: close.index(row.slug))


def _ask(condition, order, kind, page):
    """Return ({kind: how many}, the ids of one page) by one statement, so that what was found is looked up but once."""
    place = func.row_number().over(order_by=order).label("place")
    all_found = (
        select(SearchDocument.id, SearchDocument.kind, place).where(condition).cte("all_found")
    )
    chosen = select(all_found.c.id.label("number"), all_found.c.kind, all_found.c.place).order_by(
        all_found.c.place
    )
    if kind:
        chosen = chosen.where(all_found.c.kind == kind)
    first = chosen.limit(PAGE).offset((page - 1) * PAGE).subquery()
    counts = select(func.count(), all_found.c.kind, literal(0)).group_by(all_found.c.kind)
    rows = db.session.execute(select(first).union_all(counts)).all()
    places = sorted((row for row in rows if row.place), key=lambda row: row.place)
    return {row.kind: row.number for row in rows if not row.place}, [row.number for row in places]


def _found(terms, lang, cause_id):
    # The beginning of very many words is asked for on the way to a longer one only.
    found = SearchDocument.id.in_(ids_with(terms, lang, whole=is_one_letter(terms)))
    return found if cause_id is None else and_(found, SearchDocument.cause_id == cause_id)


def _first(condition, terms, lang, most):
    return select(SearchDocument).where(condition).order_by(*_order(terms, lang)).limit(most)


def _order(terms, lang):
    in_title = SearchDocument.id.in_(ids_with(terms, lang, ("title",), whole=True))
    begins_in_title = SearchDocument.id.in_(ids_with(terms, lang, ("title",)))
    places = [(in_title, 0), (begins_in_title, 1)]
    # Two letters begin a word in nearly every summary: that tells nothing, and takes as long as all the rest.
    if max(map(len, terms)) > 2:
        places.append((SearchDocument.id.in_(ids_with(terms, lang, ("title", "summary"))), 2))
    return (
        case(*places, else_=3),
        case((SearchDocument.kind == "cause", 0), else_=1),
        SearchDocument.day.desc().nulls_last(),
        SearchDocument.kind,
        SearchDocument.subject_id.desc(),
    )


def _hits(rows, terms):
    texts = {text.document_id: text for text in db.session.scalars(_texts(rows))}
    counts = {
        "petition": petition_counts(_ids(rows, "petition")),
        "cause": _cause_counts(_ids(rows, "cause")),
    }
    return tuple(
        Hit(
            kind=row.kind,
            slug=row.slug,
            written_in=row.written_in,
            title=parts(row.title, terms),
            excerpt=excerpt(texts[row.id].summary, texts[row.id].body, terms),
            day=row.day,
            line=row.line,
            is_cancelled=row.is_cancelled,
            count=counts[row.kind].get(row.subject_id, 0) if row.kind in counts else None,
        )
        for row in rows
        if row.id in texts
    )


def _texts(rows):
    return select(SearchText).where(SearchText.document_id.in_([row.id for row in rows]))


def _ids(rows, kind):
    return [row.subject_id for row in rows if row.kind == kind]


def _cause_counts(cause_ids):
    if not cause_ids:
        return {}
    tally = select(CauseTally.cause_id, CauseTally.count).where(CauseTally.cause_id.in_(cause_ids))
    return dict(db.session.execute(tally).all())

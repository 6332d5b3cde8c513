"""Search for signatures, page by page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from heapq import nsmallest
from itertools import chain
from typing import Any, Self, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    TextClause,
    false,
    func,
    select,
    union_all,
)

from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.signatures import tokens
from campaign.signatures.models import (
    COMMENT_HIDDEN,
    COMMENT_SHOWN,
    ERASED,
    PENDING,
    REJECTED,
    TO_REVIEW,
    UNREAD,
    VALID_STATES,
    WITHDRAWN,
    Signature,
)
from campaign.signatures.search import index as search_index
from campaign.text.email_addresses import AddressRefused, parse_address

_table: Table = Signature.__table__
# The states by the names that organizers see, with their conditions.
STATES: dict[str, ColumnElement[bool] | TextClause] = {
    "counted": _table.c.state.in_(VALID_STATES),
    "pending": PENDING,
    "held": TO_REVIEW,
    "rejected": REJECTED,
    "withdrawn": WITHDRAWN,
    "erased": ERASED,
}
COMMENTS = {"waiting": UNREAD, "shown": COMMENT_SHOWN, "hidden": COMMENT_HIDDEN}
# Most searches fill a page from this many of the newest signatures. That needs no index, and is
# quicker than to sort all that match.
WINDOW = 5000
# The oldest of this many petitions are found petition by petition, without sorting all that match.
MAX_MERGED = 50


@dataclass(frozen=True, slots=True)
class Search:
    """The search criteria for signatures. Empty ones do not matter.

    `text` is a whole email address, a butterfly number, or prefixes of words of a name or an
    address. If `comments` is set, they are prefixes of words of a comment. `since` and `until`
    limit the time of signing. `held_reason` must match exactly.
    """

    petition_ids: tuple[int, ...]
    text: str = ""
    state: str = ""
    evidence: str = ""
    country: str = ""
    since: datetime | None = None
    until: datetime | None = None
    held_reason: str = ""
    comments: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values, from which `from_json` restores the Search."""
        stored = {name: value for name, value in asdict(self).items() if value}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in stored.items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the Search that `to_json` stored."""
        instants = {
            name: datetime.fromisoformat(stored[name])
            for name in ("since", "until")
            if name in stored
        }
        return cls(**{**stored, **instants, "petition_ids": tuple(stored.get("petition_ids", ()))})

    def without_text(self) -> Self:
        """Return the Search with empty `text`."""
        return replace(self, text="")


def find(search: Search, *, before_id: int | None = None, limit: int = 50) -> Sequence[Signature]:
    """Return up to `limit` signatures that match the Search, newest first.

    With `before_id`, return only those with a smaller id.
    """
    newest = db.session.scalar(select(func.max(Signature.id))) or 0
    top = newest + 1 if before_id is None else before_id
    edge = _edge(search, top)
    recent = select(Signature.id).where(
        *conditions(search), Signature.id >= edge, Signature.id < top
    )
    ids = (
        db.session.scalars(recent.order_by(Signature.id.desc()).limit(limit)).all()
        if not _is_exact(search)
        else []
    )
    if len(ids) < limit:
        below = top if _is_exact(search) else max(edge, 0)
        older = (
            _joined(search, _indexed(search, below=below))
            if _is_looked_up(search)
            else matching(search, below=below)
        )
        newest_first = older.order_by(older.selected_columns[0].desc())
        ids = [*ids, *db.session.scalars(newest_first.limit(limit - len(ids)))]
    return signatures_by_id(ids)


def matching(
    search: Search, *, above: int = 0, below: int | None = None
) -> Select[*tuple[Any, ...]]:
    """Return a SELECT of the ids of matching signatures, strictly between `above` and `below`."""
    if _is_looked_up(search):
        return _joined(search, _candidates(search, above, below))
    # A rare state has a small index. `+ 0` stops the database from scanning all rows by id just to
    # avoid sorting a few.
    id_ = (Signature.id + 0).label("id") if _is_rare(search) else Signature.id
    query = select(id_).where(*conditions(search), id_ > above)
    return query if below is None else query.where(id_ < below)


def signatures_by_id(ids: Iterable[int]) -> Sequence[Signature]:
    """Return the signatures with these ids, newest first."""
    return db.session.scalars(
        select(Signature).where(Signature.id.in_(ids)).order_by(Signature.id.desc())
    ).all()


def others_of_person(signature: Signature, limit: int = 5) -> Sequence[Signature]:
    """Return other signatures of the petition that have the same name and postal code."""
    same_person = _table.c.person_digest == signature.person_digest
    if signature.person_digest is None:
        return []
    query = select(Signature).where(
        _in_petitions((signature.petition_id,)),
        same_person,
        Signature.id != signature.id,
        Signature.state != "erased",
    )
    return db.session.scalars(query.order_by(Signature.id).limit(limit)).all()


def held_for_review(
    petition_ids: Iterable[int], *, held_reason: str = "", after_id: int = 0, limit: int = 20
) -> Sequence[Signature]:
    """Return the held signatures that nobody has decided about, oldest first."""
    return _oldest(
        Search(tuple(petition_ids), state="held", held_reason=held_reason), after_id, limit
    )


def comments_of(
    petition_ids: Iterable[int],
    *,
    comments: str = "waiting",
    text: str = "",
    after_id: int = 0,
    limit: int = 20,
) -> Sequence[Signature]:
    """Return counted signatures whose comment is waiting, shown or hidden, oldest first."""
    return _oldest(Search(tuple(petition_ids), comments=comments, text=text), after_id, limit)


def held_by_reason(petition_ids: Iterable[int]) -> dict[str, int]:
    """Return {reason: how many signatures wait for review because of it}."""
    rows = db.session.execute(
        select(Signature.held_reason, func.count())
        .where(TO_REVIEW, (Signature.petition_id + 0).in_(petition_ids))
        .group_by(Signature.held_reason)
    )
    return {reason: count for reason, count in rows}


def held_since(cause_ids: Iterable[int] | None, since: datetime) -> tuple[int, datetime] | None:
    """Return how many signatures since an instant wait for review, and when the newest came.

    Return None if there are none. All causes count if `cause_ids` is None.
    """
    query = select(func.count(), func.max(Signature.created_at)).where(
        TO_REVIEW, Signature.created_at >= since
    )
    if cause_ids is not None:
        query = query.where((Signature.cause_id + 0).in_(cause_ids))
    count, newest = db.session.execute(query).one()
    return (count, newest) if count else None


def count_unread_comments(petition_ids: Iterable[int]) -> int:
    """Return how many comments wait to be read."""
    return cast(
        int,
        db.session.scalar(
            select(func.count()).where(UNREAD, (Signature.petition_id + 0).in_(petition_ids))
        ),
    )


def _oldest(search: Search, after_id: int, limit: int) -> Sequence[Signature]:
    if _is_looked_up(search) or len(search.petition_ids) > MAX_MERGED:
        query = matching(search, above=after_id)
        queries = [query.order_by(query.selected_columns[0])]
    else:
        # Within a petition, the index has the order of ids.
        queries = [
            select(Signature.id)
            .where(*conditions(replace(search, petition_ids=(id_,))), Signature.id > after_id)
            .order_by(Signature.id)
            for id_ in search.petition_ids
        ]
    ids = nsmallest(limit, chain(*(db.session.scalars(query.limit(limit)) for query in queries)))
    return db.session.scalars(
        select(Signature).where(Signature.id.in_(ids)).order_by(Signature.id)
    ).all()


def _edge(search: Search, top: int) -> int:
    """Return from which id on, up to `top`, rows are read. Older ones are found by an index.

    Rows that the index of words does not contain yet must be read.
    """
    if not _is_looked_up(search):
        return top - WINDOW
    window = 0 if search_index.is_ordered() else WINDOW
    return min(top - window, search_index.indexed_upto() + 1)


def _joined(search: Search, ids: Select[Any] | CompoundSelect[Any]) -> Select[Any]:
    """Return a SELECT of those of `ids`, found by an index, that match the rest of the Search."""
    search_index.prefer_index()
    matches = ids.subquery()
    return (
        select(matches.c.id)
        .join(Signature, Signature.id == matches.c.id)
        .where(*conditions(search, has_text=False))
    )


def _candidates(search: Search, above: int, below: int | None) -> CompoundSelect[Any]:
    """Return the ids that the index finds, and newer ones that it does not contain yet."""
    indexed_upto = search_index.indexed_upto()
    newer = select(Signature.id.label("id")).where(
        *conditions(search), Signature.id > max(indexed_upto, above)
    )
    if below is not None:
        newer = newer.where(Signature.id < below)
    indexed_below = indexed_upto + 1 if below is None else min(below, indexed_upto + 1)
    return union_all(_indexed(search, above=above, below=indexed_below), newer)


def _indexed(search: Search, *, above: int = 0, below: int) -> Select[Any]:
    """Return the ids strictly between `above` and `below` that the index finds."""
    ids = search_index.ids_with([*_terms(search), *_exact_terms(search)])
    id_ = ids.selected_columns[0]
    return ids.where(id_ > above, id_ < below)


def _terms(search: Search) -> list[str]:
    terms = search_index.terms_of(search.text)
    return [search_index.COMMENT + term for term in terms] if search.comments else terms


def _exact_terms(search: Search) -> Iterator[str]:
    if search.country:
        yield search_index.exact_term("c", search.country)
    if search.evidence:
        yield search_index.exact_term("e", search.evidence)
    if len(search.petition_ids) == 1:
        yield search_index.exact_term("p", search.petition_ids[0])


def _is_exact(search: Search) -> bool:
    """Return whether the text is an email address or a number, which have their own indexes."""
    return not search.comments and (
        ("@" in search.text and bool(_digest(search.text.strip()))) or _is_number(search.text)
    )


def _is_looked_up(search: Search) -> bool:
    return not _is_exact(search) and bool(
        search_index.terms_of(search.text) or search.country or search.evidence
    )


def _is_rare(search: Search) -> bool:
    return bool(search.comments) or search.state not in ("", "counted")


def conditions(search: Search, has_text: bool = True) -> Iterator[ColumnElement[bool] | TextClause]:
    """Yield the SQL conditions of the Search, without its text if an index has found that."""
    text = search.text.strip()
    # `+ 0` stops SQLite from scanning the whole petition instead of using an index with fewer rows.
    is_open = (
        _is_exact(search)
        or _is_looked_up(search)
        or search.state in ("pending", "withdrawn")
        or len(search.petition_ids) > 1
    )
    yield (
        (_table.c.petition_id + 0).in_(search.petition_ids)
        if is_open
        else _in_petitions(search.petition_ids)
    )
    if _is_exact(search):
        yield from _exactly(text, search.petition_ids)
    elif text:
        terms = search_index.terms_of(text)
        if not terms:
            yield false()
        if has_text:
            yield from (
                search_index.comment_conditions(terms)
                if search.comments
                else search_index.name_conditions(terms)
            )
    if search.comments:
        yield COMMENTS[search.comments]
    if search.state:
        yield STATES[search.state]
    if search.held_reason:
        yield Signature.held_reason == search.held_reason
    if search.evidence:
        yield Signature.evidence == search.evidence
    if search.country:
        yield Signature.country == search.country
    if search.since:
        yield Signature.created_at >= search.since
    if search.until:
        yield Signature.created_at < search.until


def _exactly(text: str, petition_ids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    if "@" in text:
        yield Signature.email_digest == _digest(text)
    else:
        number = _digits(text)
        # Numbers are indexed by cause. One too large for the column would be a database error.
        yield Signature.cause_id.in_(select(Petition.cause_id).where(Petition.id.in_(petition_ids)))
        yield Signature.number == int(number) if len(number) < 10 else Signature.id.is_(None)


def _digits(text: str) -> str:
    """Return the text without the digit separators of the site's languages."""
    return "".join(text.split()).translate(dict.fromkeys(map(ord, ",.#\u202f\xa0")))


def _is_number(text: str) -> bool:
    return (digits := _digits(text)).isascii() and digits.isdecimal()


def _digest(text: str) -> bytes:
    try:
        return tokens.email_digest(parse_address(text).normalized)
    except AddressRefused:
        return b""


def _in_petitions(petition_ids: Sequence[int]) -> ColumnElement[bool]:
    # With one petition we compare by equality, so that the index also gives the order.
    return (
        Signature.petition_id == petition_ids[0]
        if len(petition_ids) == 1
        else Signature.petition_id.in_(petition_ids)
    )

"""Finding signatures: by what an organizer knows of them, page by page."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import false, func, select, union_all

from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.signatures import search_index, tokens
from campaign.signatures.models import (
    COMMENT_HIDDEN,
    COMMENT_SHOWN,
    ERASED,
    PENDING,
    REJECTED,
    TO_REVIEW,
    UNREAD,
    WITHDRAWN,
    Signature,
)
from campaign.text.email_addresses import AddressRefused, parse_address

_table = Signature.__table__
# What an organizer calls a state → the condition.
STATES = {
    "counted": _table.c.state.in_(("counted", "confirmed")),
    "pending": PENDING,
    "held": TO_REVIEW,
    "rejected": REJECTED,
    "withdrawn": WITHDRAWN,
    "erased": ERASED,
}
COMMENTS = {"waiting": UNREAD, "shown": COMMENT_SHOWN, "hidden": COMMENT_HIDDEN}
# Most searches find a page among so many of the newest, which takes a moment without any index.
WINDOW = 5000


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of the signatures that are looked for; what is empty is not asked for.

    `words` is a whole email address, a butterfly number, or beginnings of words of a name or an address; where `comments` is asked
    for, beginnings of words of a comment. `since` and `until` bound the time of signing. `held_reason` is a reason to the letter.
    """

    petition_ids: tuple[int, ...]
    words: str = ""
    state: str = ""
    evidence: str = ""
    country: str = ""
    since: datetime | None = None
    until: datetime | None = None
    held_reason: str = ""
    comments: str = ""

    def to_json(self):
        """Return plain values, of which `from_json` makes the Search again."""
        told = {name: value for name, value in asdict(self).items() if value}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in told.items()
        }

    @classmethod
    def from_json(cls, told):
        instants = {
            name: datetime.fromisoformat(told[name]) for name in ("since", "until") if name in told
        }
        return cls(**{**told, **instants, "petition_ids": tuple(told.get("petition_ids", ()))})

    def without_words(self):
        return replace(self, words="")


def find(search, *, before_id=None, most=50):
    """Return up to `most` signatures that fit the Search, newest first; those with a smaller id than `before_id`."""
    newest = db.session.scalar(select(func.max(Signature.id))) or 0
    top = newest + 1 if before_id is None else before_id
    # What the index does not hold yet is read here.
    edge = (
        min(top - WINDOW, search_index.indexed_upto() + 1)
        if _is_looked_up(search)
        else top - WINDOW
    )
    recent = select(Signature.id).where(
        *conditions(search), Signature.id >= edge, Signature.id < top
    )
    ids = (
        db.session.scalars(recent.order_by(Signature.id.desc()).limit(most)).all()
        if not _is_exact(search)
        else []
    )
    if len(ids) < most:
        older = matching(search, below=top if _is_exact(search) else max(edge, 0))
        ids = [
            *ids,
            *db.session.scalars(
                older.order_by(None)
                .order_by(older.selected_columns[0].desc())
                .limit(most - len(ids))
            ),
        ]
    return signatures_by_id(ids)


def matching(search, *, above=0, below=None):
    """Return a SELECT of the ids of the signatures that fit the Search, between two ids that are left out."""
    if _is_looked_up(search):
        search_index.prefer_index()
        candidates = _candidates(search, above, below).subquery()
        return (
            select(Signature.id)
            .join(candidates, candidates.c.id == Signature.id)
            .where(*conditions(search, has_words=False))
        )
    # A rare state has a small index. With the bare id databases would rather walk all rows to save sorting a few.
    id_ = (Signature.id + 0).label("id") if _is_rare(search) else Signature.id
    query = select(id_).where(*conditions(search), id_ > above)
    return query if below is None else query.where(id_ < below)


def signatures_by_id(ids):
    """Return the signatures with these ids, newest first."""
    return db.session.scalars(
        select(Signature).where(Signature.id.in_(ids)).order_by(Signature.id.desc())
    ).all()


def others_of_person(signature, most=5):
    """Return further signatures of the same petition that may be of the same person: same name, or same name and postal code."""
    same_person = _table.c.person_digest == signature.person_digest
    if signature.person_digest is None:
        return []
    query = select(Signature).where(
        _of((signature.petition_id,)),
        same_person,
        Signature.id != signature.id,
        Signature.state != "erased",
    )
    return db.session.scalars(query.order_by(Signature.id).limit(most)).all()


def held_for_review(petition_ids, *, held_reason="", after_id=0, most=20):
    """Return the held signatures that nobody has decided on, the longest waiting first."""
    return _oldest(
        Search(tuple(petition_ids), state="held", held_reason=held_reason), after_id, most
    )


def comments_of(petition_ids, *, comments="waiting", words="", after_id=0, most=20):
    """Return counted signatures with a comment that waits to be read, the longest waiting first; or that is shown, or hidden."""
    return _oldest(Search(tuple(petition_ids), comments=comments, words=words), after_id, most)


def held_by_reason(petition_ids):
    """Return {reason: how many signatures wait for review because of it}."""
    rows = db.session.execute(
        select(Signature.held_reason, func.count())
        .where(TO_REVIEW, (Signature.petition_id + 0).in_(petition_ids))
        .group_by(Signature.held_reason)
    )
    return {reason: count for reason, count in rows}


def held_since(cause_ids, since):
    """Return (how many of those that wait for review were given since an instant, when the last was), or None; all causes where None."""
    query = select(func.count(), func.max(Signature.created_at)).where(
        TO_REVIEW, Signature.created_at >= since
    )
    if cause_ids is not None:
        query = query.where((Signature.cause_id + 0).in_(cause_ids))
    many, newest = db.session.execute(query).one()
    return (many, newest) if many else None


def how_many_unread(petition_ids):
    """Return how many comments wait to be read."""
    return db.session.scalar(
        select(func.count()).where(UNREAD, (Signature.petition_id + 0).in_(petition_ids))
    )


def _oldest(search, after_id, most):
    query = matching(search, above=after_id)
    ids = db.session.scalars(query.order_by(query.selected_columns[0]).limit(most)).all()
    return db.session.scalars(
        select(Signature).where(Signature.id.in_(ids)).order_by(Signature.id)
    ).all()


def _candidates(search, above, below):
    """The ids that the index knows for words and facts, and those of the newer signatures that it does not hold yet."""
    end = search_index.indexed_upto()
    asked = [*_terms(search), *_facts(search)]
    indexed = search_index.ids_with(asked).subquery()
    newer = select(Signature.id.label("id")).where(
        *conditions(search), Signature.id > max(end, above)
    )
    known = select(indexed.c.id).where(indexed.c.id <= end, indexed.c.id > above)
    if below is not None:
        newer, known = newer.where(Signature.id < below), known.where(indexed.c.id < below)
    return union_all(known, newer)


def _terms(search):
    terms = search_index.terms_of(search.words)
    return [search_index.COMMENT + term for term in terms] if search.comments else terms


def _facts(search):
    if search.country:
        yield search_index.fact("c", search.country)
    if search.evidence:
        yield search_index.fact("e", search.evidence)
    if len(search.petition_ids) == 1:
        yield search_index.fact("p", search.petition_ids[0])


def _is_exact(search):
    """An address or a number has an index of its own."""
    return not search.comments and (
        ("@" in search.words and bool(_digest(search.words.strip()))) or _is_number(search.words)
    )


def _is_looked_up(search):
    return not _is_exact(search) and bool(
        search_index.terms_of(search.words) or search.country or search.evidence
    )


def _is_rare(search):
    return bool(search.comments) or search.state not in ("", "counted")


def conditions(search, has_words=True):
    """Yield what must be true of a signature that fits the Search; without its words where an index has found them."""
    words = search.words.strip()
    # With the column bare SQLite would rather go through the whole petition than by an index of fewer rows.
    is_open = (
        _is_exact(search)
        or _is_looked_up(search)
        or search.state in ("pending", "withdrawn")
        or len(search.petition_ids) > 1
    )
    yield (
        (_table.c.petition_id + 0).in_(search.petition_ids) if is_open else _of(search.petition_ids)
    )
    if _is_exact(search):
        yield from _exactly(words, search.petition_ids)
    elif words:
        terms = search_index.terms_of(words)
        if not terms:
            yield false()
        if has_words:
            yield from (
                search_index.has_comment_words(terms)
                if search.comments
                else search_index.has_words(terms)
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


def _exactly(words, petition_ids):
    if "@" in words:
        yield Signature.email_digest == _digest(words)
    else:
        number = _digits(words)
        # Numbers have their index by cause; one larger than the column holds would be an error of the database.
        yield Signature.cause_id.in_(select(Petition.cause_id).where(Petition.id.in_(petition_ids)))
        yield Signature.number == int(number) if len(number) < 10 else Signature.id.is_(None)


def _digits(words):
    """Return the words without what groups digits in the languages we speak."""
    return "".join(words.split()).translate(dict.fromkeys(map(ord, ",.#\u202f\xa0")))


def _is_number(words):
    return (digits := _digits(words)).isascii() and digits.isdecimal()


def _digest(words):
    try:
        return tokens.email_digest(parse_address(words).normalized)
    except AddressRefused:
        return b""


def _of(petition_ids):
    # One petition is asked for by equality, so that its index gives the order too.
    return (
        Signature.petition_id == petition_ids[0]
        if len(petition_ids) == 1
        else Signature.petition_id.in_(petition_ids)
    )

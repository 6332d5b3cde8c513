"""Finding signatures: by what an organizer knows of them, page by page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.lib.mail_addresses import AddressRefused, parse_address
from campaign.lib.plain_letters import plain, plain_letters
from campaign.petitions.models import Petition
from campaign.signatures import keys
from campaign.signatures.models import TO_REVIEW, UNREAD, Signature

_table = Signature.__table__
# What an organizer calls a state → the condition.
STATES = {
    "counted": _table.c.state.in_(("counted", "confirmed")),
    "pending": _table.c.state == "pending",
    "held": (_table.c.state == "held") & _table.c.rejected_at.is_(None),
    "rejected": (_table.c.state == "held") & _table.c.rejected_at.is_not(None),
    "withdrawn": _table.c.state == "withdrawn",
    "erased": _table.c.state == "erased",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of the signatures that are looked for; what is empty is not asked for.

    `words` is a whole mail address, a butterfly number or parts of a name: an address is found by its fingerprint alone, and
    only whole. `since` and `until` bound the time of signing.
    """

    petition_ids: tuple[int, ...]
    words: str = ""
    state: str = ""
    evidence: str = ""
    country: str = ""
    since: datetime | None = None
    until: datetime | None = None


def find(search, *, before_id=None, most=50):
    """Return up to `most` signatures that fit the Search, newest first; those with a smaller id than `before_id`."""
    query = select(Signature).where(*_conditions(search)).order_by(Signature.id.desc()).limit(most)
    if before_id is not None:
        query = query.where(Signature.id < before_id)
    return db.session.scalars(query).all()


def signatures_by_id(ids):
    """Return the signatures with these ids, newest first."""
    return db.session.scalars(select(Signature).where(Signature.id.in_(ids)).order_by(Signature.id.desc())).all()


def others_of_person(signature, most=5):
    """Return further signatures of the same petition that may be of the same person: same name, or same name and postal code."""
    same_person = _table.c.person_digest == signature.person_digest
    if signature.person_digest is None:
        return []
    query = select(Signature).where(
        _of((signature.petition_id,)), same_person, Signature.id != signature.id, Signature.state != "erased"
    )
    return db.session.scalars(query.order_by(Signature.id).limit(most)).all()


def held_for_review(petition_ids, *, after_id=0, most=20):
    """Return the held signatures that nobody has decided on, the longest waiting first."""
    query = select(Signature).where(TO_REVIEW, _of(petition_ids), Signature.id > after_id)
    return db.session.scalars(query.order_by(Signature.id).limit(most)).all()


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
    query = select(func.count(), func.max(Signature.created_at)).where(TO_REVIEW, Signature.created_at >= since)
    if cause_ids is not None:
        query = query.where((Signature.cause_id + 0).in_(cause_ids))
    many, newest = db.session.execute(query).one()
    return (many, newest) if many else None


def unread_comments(petition_ids, *, after_id=0, most=20):
    """Return counted signatures whose comment nobody has read yet, the longest waiting first."""
    query = select(Signature).where(UNREAD, _of(petition_ids), Signature.id > after_id)
    return db.session.scalars(query.order_by(Signature.id).limit(most)).all()


def how_many_unread(petition_ids):
    """Return how many comments wait to be read."""
    return db.session.scalar(select(func.count()).where(UNREAD, (Signature.petition_id + 0).in_(petition_ids)))


def _conditions(search):
    words = search.words.strip()
    is_exact = "@" in words or _is_number(words)
    # An address or a number has an index of its own; with the column bare SQLite would rather go through the whole petition.
    yield (_table.c.petition_id + 0).in_(search.petition_ids) if is_exact else _of(search.petition_ids)
    if words:
        yield from _named(words, search.petition_ids)
    if search.state:
        yield STATES[search.state]
    if search.evidence:
        yield Signature.evidence == search.evidence
    if search.country:
        yield Signature.country == search.country
    if search.since:
        yield Signature.created_at >= search.since
    if search.until:
        yield Signature.created_at < search.until


def _named(words, petition_ids):
    if "@" in words:
        yield Signature.email_digest == _digest(words)
    elif _is_number(words):
        number = _digits(words)
        # Numbers have their index by cause; one larger than the column holds would be an error of the database.
        yield Signature.cause_id.in_(select(Petition.cause_id).where(Petition.id.in_(petition_ids)))
        yield Signature.number == int(number) if len(number) < 10 else Signature.id.is_(None)
    else:
        name = plain_letters(func.coalesce(Signature.given_name, "") + " " + func.coalesce(Signature.family_name, ""))
        for part in plain(words).split():
            yield name.contains(part, autoescape=True)


def _digits(words):
    """Return the words without what groups digits in the languages we speak."""
    return "".join(words.split()).translate(dict.fromkeys(map(ord, ",.#\u202f\xa0")))


def _is_number(words):
    return (digits := _digits(words)).isascii() and digits.isdecimal()


def _digest(words):
    try:
        return keys.email_digest(parse_address(words).normalized)
    except AddressRefused:
        return b""


def _of(petition_ids):
    # One petition is asked for by equality, so that its index gives the order too.
    return Signature.petition_id == petition_ids[0] if len(petition_ids) == 1 else Signature.petition_id.in_(petition_ids)

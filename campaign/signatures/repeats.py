"""Whoever signs again: the signing itself costs what a first one costs, and the worker answers the owner by mail."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, or_, select, update

from campaign.extensions import db
from campaign.lib.bulk import insert_all
from campaign.lib.insertion import insert
from campaign.lib.times import UtcDateTime
from campaign.mail.operations import owe
from campaign.petitions.models import Petition
from campaign.signatures.models import RepeatSigning, Signature

MOST_MAILS = 5
# No longer than a double click, or it would be a repeat that its owner never hears of.
QUIET = timedelta(seconds=1)
CONFIRMATION = "signature_confirmation"
REPEAT = "signature_repeat"
PASSED_ON = "signature_passed_on"
BATCH = 100

_table = Signature.__table__
_repeats = RepeatSigning.__table__
_INSTANTS = frozenset(column.name for column in _table.c if isinstance(column.type, UtcDateTime))
_DIGESTS = frozenset(column.name for column in _table.c if isinstance(column.type, LargeBinary))


def unvouched(row):
    """Return the columns as those of somebody who signed by themselves: where they signed before, what others say changes nothing."""
    if row["evidence"] == "email":
        return row
    kept = {name: value for name, value in row.items() if name != "confirmed_at"}
    return {**kept, "evidence": "email", "state": "held" if row["held_reason"] else "pending"}


def note_repeats(rows):
    """Write down with one statement what was typed by people whose address has signed already.

    `rows` are columns of a Signature. What becomes of them is decided later, so that nobody can tell by the time that an answer
    takes who has signed.
    """
    noted = [{"petition_id": row["petition_id"], "words": _packed(row)} for row in rows]
    insert_all(db.session.connection(), _repeats, noted)


def repeats_wait():
    """Return whether anybody who signed again waits for an answer."""
    return db.session.scalar(select(_repeats.c.id).limit(1)) is not None


def answer_repeats(*, now, good_for, limit=BATCH):
    """Answer up to `limit` people who signed again, the first to come first; return how many.

    For each that is a couple's second seat, a second mail, or a return. `good_for` is the timedelta that a mail's link is good for.
    """
    first = select(_repeats.c.id).order_by(_repeats.c.id).limit(limit).with_for_update(skip_locked=True).cte("first")
    taken = db.session.execute(
        delete(_repeats).where(_repeats.c.id.in_(select(first.c.id))).returning(_repeats.c.id, _repeats.c.words)
    ).all()
    came = [(row.id, _unpacked(row.words)) for row in taken]
    # In one order everywhere, so that two workers never wait for each other's rows in a circle.
    for _, fresh in sorted(came, key=lambda each: (each[1]["petition_id"], each[1]["email_digest"], each[0])):
        _answer(fresh, now, good_for)
    return len(came)


def _answer(fresh, now, good_for):
    rows = db.session.execute(
        select(
            _table.c.id,
            _table.c.state,
            _table.c.person_digest,
            _table.c.postal_code,
            _table.c.held_reason,
            _table.c.confirmed_at,
        )
        .where(_table.c.petition_id == fresh["petition_id"], _table.c.email_digest == fresh["email_digest"])
        .order_by(_table.c.seat)
        .with_for_update()
    ).all()
    same_person = [row for row in rows if row.person_digest == fresh["person_digest"]]
    # Whom they repeated may have been erased since they signed: then this signature is the first.
    if not rows or (not same_person and len(rows) == 1 and _may_share(rows[0], fresh)):
        _take_seat(fresh, 2 if rows else 1, now)
        return
    row = (same_person or rows)[0]
    returns = row.state == "withdrawn"
    if returns:
        _return_after_withdrawal(row, fresh)
    confirmed = row.confirmed_at is not None and not returns
    mail_owner(row.id, REPEAT if confirmed else CONFIRMATION, fresh["lang"], now=now, good_for=good_for)


def mail_owner(signature_id, kind, lang, *, now, good_for):
    """Owe the owner one more mail, not two within QUIET (a double click), and at most MOST_MAILS.

    After those a confirmation goes only once the last letter's link has expired after `good_for`: whoever means it can always
    confirm, and whoever plays with a stranger's address causes one letter a week.
    """
    mails, mailed_at = _table.c.mail_count, _table.c.mailed_at
    is_due = [mailed_at.is_(None), (mails < MOST_MAILS) & (mailed_at <= now - QUIET)]
    if kind == CONFIRMATION:
        is_due.append(mailed_at <= now - good_for)
    allowed = db.session.scalar(
        update(_table)
        .where(_table.c.id == signature_id, or_(*is_due))
        .values(mail_count=mails + 1, mailed_at=now)
        .returning(_table.c.id)
    )
    if allowed is not None:
        owe(kind=kind, subject_id=signature_id, lang=lang)


def _may_share(row, fresh):
    """Two people at one address: allowed by the petition, another name, the same postal code."""
    if not fresh["postal_code"] or row.postal_code != fresh["postal_code"]:
        return False
    return db.session.scalar(select(Petition.two_per_address).where(Petition.id == fresh["petition_id"]))


def _take_seat(fresh, seat, now):
    """Insert the row, beside the first or in its place; nothing where somebody was quicker."""
    signature_id = db.session.scalar(
        insert(_table)
        .values({**fresh, "seat": seat, "mailed_at": now})
        .on_conflict_do_nothing(index_elements=["petition_id", "email_digest", "seat"])
        .returning(_table.c.id)
    )
    if signature_id is not None:
        owe(kind=CONFIRMATION, subject_id=signature_id, lang=fresh["lang"])


def _return_after_withdrawal(row, fresh):
    """Take the new words of someone who had withdrawn; the old number, if still held, is released by the runner.

    The words wait for review as new ones do, and what was set aside stays so. Whoever had confirmed gets a letter whatever came
    before, as the last may have had no link to confirm by; for the others the last letter's link goes on being good.
    """
    kept = {name: value for name, value in fresh.items() if name not in ("seat", "mail_count", "mailed_at")}
    held_reason = fresh["held_reason"] or row.held_reason
    again = {
        **kept,
        "held_reason": held_reason,
        "state": "held" if held_reason else "pending",
        "confirmed_at": None,
        "withdrawn_at": None,
        "comment_read_at": None,
    }
    if row.confirmed_at is not None:
        again["mailed_at"] = None
    db.session.execute(update(_table).where(_table.c.id == row.id).values(**again))


def _packed(row):
    """Return the columns as JSON can hold them."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value):
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else value


def _unpacked(words):
    row = dict(words)
    for name in _INSTANTS & words.keys():
        row[name] = words[name] and datetime.fromisoformat(words[name])
    for name in _DIGESTS & words.keys():
        row[name] = words[name] and bytes.fromhex(words[name])
    return row

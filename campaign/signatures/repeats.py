"""Whoever signs again: the owner of the address is told by mail, and the screen shows nothing."""

from datetime import timedelta

from sqlalchemy import select, update

from campaign.extensions import db
from campaign.lib.insertion import insert
from campaign.mail.operations import owe
from campaign.signatures.models import Signature

MOST_MAILS = 5
# Pages offer to send again after a minute, and their minute begins before ours: the press must not come to nothing.
QUIET = timedelta(seconds=50)
CONFIRMATION = "signature_confirmation"
REPEAT = "signature_repeat"

_table = Signature.__table__


def sign_again(signing):
    """Answer a Signing whose address has signed already: a couple's second seat, a second mail, or a return.

    Returns the id of the row that stands for this person.
    """
    fresh = signing.columns
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
    if not same_person and len(rows) == 1 and _may_share(signing.terms, rows[0], fresh):
        signature_id = _take_second_seat(fresh)
        if signature_id is not None:
            owe(kind=CONFIRMATION, subject_id=signature_id, lang=fresh["lang"])
            return signature_id
    row = (same_person or rows)[0]
    returns = row.state == "withdrawn"
    if returns:
        _return_after_withdrawal(row, fresh)
    confirmed = row.confirmed_at is not None and not returns
    mail_owner(row.id, REPEAT if confirmed else CONFIRMATION, fresh["lang"], fresh["created_at"])
    return row.id


def mail_owner(signature_id, kind, lang, now):
    """Owe the owner one more mail, at most MOST_MAILS in all and not two within QUIET (a double click)."""
    allowed = db.session.scalar(
        update(_table)
        .where(
            _table.c.id == signature_id,
            _table.c.mail_count < MOST_MAILS,
            _table.c.mailed_at.is_(None) | (_table.c.mailed_at <= now - QUIET),
        )
        .values(mail_count=_table.c.mail_count + 1, mailed_at=now)
        .returning(_table.c.id)
    )
    if allowed is not None:
        owe(kind=kind, subject_id=signature_id, lang=lang)


def _may_share(terms, row, fresh):
    """Two people at one address: allowed by the petition, another name, the same postal code."""
    return terms.two_per_address and fresh["postal_code"] and row.postal_code == fresh["postal_code"]


def _take_second_seat(fresh):
    """Insert the row beside the first; return its id, or None where somebody was quicker."""
    return db.session.scalar(
        insert(_table)
        .values({**fresh, "seat": 2})
        .on_conflict_do_nothing(index_elements=["petition_id", "email_digest", "seat"])
        .returning(_table.c.id)
    )


def _return_after_withdrawal(row, fresh):
    """Take the new words of someone who had withdrawn; the old number, if still held, is released by the runner.

    The words wait for review as new ones do, and what was set aside stays so.
    """
    kept = {name: value for name, value in fresh.items() if name not in ("seat", "mail_count")}
    held_reason = fresh["held_reason"] or row.held_reason
    again = {
        **kept,
        "held_reason": held_reason,
        "state": "held" if held_reason else "pending",
        "mailed_at": None,
        "confirmed_at": None,
        "withdrawn_at": None,
    }
    db.session.execute(update(_table).where(_table.c.id == row.id).values(**again))

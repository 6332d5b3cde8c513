"""Signing and confirming: the hot path, which only inserts rows or touches the supporter's own.

Nothing here tells the caller whether an address had signed before; the owner hears of it by mail.
"""

from datetime import timedelta

from sqlalchemy import case, select, update

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.lib.insertion import insert
from campaign.mail.operations import owe
from campaign.signatures.models import Signature

MOST_MAILS = 5
QUIET = timedelta(minutes=1)
CONFIRMATION = "signature_confirmation"
REPEAT = "signature_repeat"

_table = Signature.__table__


class PetitionClosed(CampaignError):
    """The petition takes no more signatures."""

    status = 410


class PetitionNotYetOpen(CampaignError):
    """The petition takes signatures later."""

    status = 409


class LinkExpired(CampaignError):
    """The link in the mail is older than it is good for."""

    status = 410


def sign(*, terms, lang, now, held_reason="", **words):
    """Record a supporter's signature and owe them the mail it causes.

    `terms` are the petition's SigningTerms; `words` are the columns typed or derived (names, email, digests, …), of which
    `email_digest` and `person_digest` decide who is the same person. Returns the id of the row that stands for this person.
    Raises PetitionClosed or PetitionNotYetOpen.
    """
    if terms.phase == "closed":
        raise PetitionClosed(terms.slug)
    if terms.phase == "not_yet":
        raise PetitionNotYetOpen(terms.slug)
    fresh = {
        **words,
        "version_id": terms.version_id,
        "lang": lang,
        "state": "held" if held_reason else "pending",
        "held_reason": held_reason,
        "created_at": now,
        "mailed_at": now,
    }
    signature_id = _insert(terms, fresh, seat=1)
    if signature_id is None:
        return _sign_again(terms, fresh, now)
    owe(kind=CONFIRMATION, subject_id=signature_id, lang=lang)
    return signature_id


def _insert(terms, fresh, *, seat):
    """Insert the row unless its seat is taken; return its id or None."""
    statement = (
        insert(_table)
        .values(
            petition_id=terms.id, cause_id=terms.cause_id, evidence="email", seat=seat, mail_count=1, **fresh
        )
        .on_conflict_do_nothing(index_elements=["petition_id", "email_digest", "seat"])
        .returning(_table.c.id)
    )
    return db.session.scalar(statement)


def _sign_again(terms, fresh, now):
    """Answer someone whose address has signed already: a couple's second seat, a second mail, or a return."""
    rows = db.session.execute(
        select(
            _table.c.id,
            _table.c.state,
            _table.c.person_digest,
            _table.c.postal_code,
            _table.c.held_reason,
            _table.c.confirmed_at,
        )
        .where(_table.c.petition_id == terms.id, _table.c.email_digest == fresh["email_digest"])
        .order_by(_table.c.seat)
        .with_for_update()
    ).all()
    same_person = [row for row in rows if row.person_digest == fresh["person_digest"]]
    if not same_person and len(rows) == 1 and _may_share(terms, rows[0], fresh):
        signature_id = _insert(terms, fresh, seat=2)
        if signature_id is not None:
            owe(kind=CONFIRMATION, subject_id=signature_id, lang=fresh["lang"])
            return signature_id
    row = (same_person or rows)[0]
    returns = row.state == "withdrawn"
    if returns:
        _return_after_withdrawal(row, fresh)
    confirmed = row.confirmed_at is not None and not returns
    _mail_owner(row.id, REPEAT if confirmed else CONFIRMATION, fresh["lang"], now)
    return row.id


def _may_share(terms, row, fresh):
    """Two people at one address: allowed by the petition, another name, the same postal code."""
    return terms.two_per_address and fresh["postal_code"] and row.postal_code == fresh["postal_code"]


def _return_after_withdrawal(row, fresh):
    """Take the new words of someone who had withdrawn; the old number, if still held, is released by the runner.

    The words wait for review as new ones do, and what was set aside stays so.
    """
    again = {
        **fresh,
        "held_reason": fresh["held_reason"] or row.held_reason,
        "comment_shown": False,
        "mailed_at": None,
        "confirmed_at": None,
        "withdrawn_at": None,
        "reminders": 0,
    }
    again["state"] = "held" if again["held_reason"] else "pending"
    db.session.execute(update(_table).where(_table.c.id == row.id).values(**again))


def _mail_owner(signature_id, kind, lang, now):
    """Owe the owner one more mail, at most MOST_MAILS in all and not two within a minute (a double click)."""
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


def send_again(*, signature_id, now):
    """Owe a new confirmation to someone whose link had expired; harmless where it is not wanted any more."""
    row = db.session.execute(
        select(_table.c.state, _table.c.lang).where(_table.c.id == signature_id)
    ).first()
    if row and row.state in ("pending", "held"):
        _mail_owner(signature_id, CONFIRMATION, row.lang, now)


def confirm(*, signature_id, now, good_for):
    """Confirm the signature by its owner's word; doing it twice changes nothing.

    `good_for` is the timedelta that a mail's link is good for. Returns the id, or None where there is no such signature.
    A held one stays held, with the time noted. Raises LinkExpired.
    """
    changed = db.session.scalar(
        update(_table)
        .where(
            _table.c.id == signature_id,
            _table.c.confirmed_at.is_(None),
            _table.c.state.in_(("pending", "held")),
            _table.c.mailed_at > now - good_for,
        )
        .values(
            state=case((_table.c.state == "pending", "confirmed"), else_=_table.c.state),
            confirmed_at=now,
        )
        .returning(_table.c.id)
    )
    if changed is not None:
        return changed
    row = db.session.execute(
        select(_table.c.id, _table.c.state, _table.c.confirmed_at).where(_table.c.id == signature_id)
    ).first()
    if row is None or row.state in ("withdrawn", "erased"):
        return None
    if row.confirmed_at is None:
        raise LinkExpired(signature_id)
    return row.id

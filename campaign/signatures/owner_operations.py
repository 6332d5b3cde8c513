"""What the owner of a signature may do with it, by the link in their mail."""

from flask import current_app
from sqlalchemy import bindparam, select, update

from campaign.db.hours import noon_of
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.signatures.corrections import (
    HELD_WORDS,
    drop_corrections,
    hold_correction,
    write_words,
)
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import forget_forms
from campaign.signatures.queries import signatures_of_address
from campaign.signatures.rule_cache import reason_to_hold_correction
from campaign.text.email_addresses import is_same_address

_table = Signature.__table__
# What is left says that somebody signed this petition, how it was known, on which day, and which number it has.
ERASED = {
    "state": "erased",
    "given_name": None,
    "family_name": None,
    "email": None,
    "email_digest": None,
    "person_digest": None,
    "address_digest": None,
    "postal_code": "",
    "comment": "",
    "comment_shown": False,
    "comment_read_at": None,
    "answers": {},
    "name_display_asked": "",
    "subscribe": False,
    "seat": 1,
    "lang": "",
    "country": "",
    "name_display": "counted",
    "held_reason": "",
    "held_at": None,
    "reviewed_at": None,
    "rejected_at": None,
    "mail_count": 0,
    "mailed_at": None,
    "reminders": 0,
    "waits_until": None,
    "brought_by": None,
    "source": "",
    "kiosk_id": None,
    "shift_id": None,
    "event_id": None,
    **{
        name: noon_of(_table.c[name])
        for name in ("created_at", "confirmed_at", "hatched_at", "withdrawn_at")
    },
}

_move_up = (
    update(_table)
    .where(
        _table.c.petition_id == bindparam("left_petition"),
        _table.c.email_digest == bindparam("left_address"),
        _table.c.seat == 2,
    )
    .values(seat=1)
)


class NotYours(CampaignError):
    """The link does not open this signature."""

    status = 404


def own(signature_id, email_digest, email):
    """Return the signature if it was signed with exactly this address, whose digest is `email_digest`; raises NotYours."""
    # Only what is the owner's is looked at, so that a forged number tells nothing, however large it is.
    owned = signatures_of_address(email_digest, email) if email_digest else ()
    found = [signature for signature in owned if signature.id == signature_id]
    if not found:
        raise NotYours(signature_id)
    return found[0]


def _own_now(signature_id, email_digest, email):
    """Return the owner's signature as it stands, kept from others until the transaction ends; raises NotYours.

    An organizer who takes a sheet back, or the end of a petition, may be emptying it this moment.
    """
    own(signature_id, email_digest, email)
    signature = db.session.get(
        Signature, signature_id, with_for_update=True, populate_existing=True
    )
    if signature.email_digest != email_digest or not is_same_address(signature.email, email):
        raise NotYours(signature_id)
    return signature


def correct(*, signature_id, email_digest, email, now, **words):
    """Take the owner's corrected words; a changed comment waits for review again. Return the signature.

    The rules that hold words look at them as they do at signing. Of a confirmed signature the name and country then stay as they were
    until an organizer has looked, and all else changes at once; one that is not confirmed yet is held.
    The owner stays the same person to us under the corrected name.
    """
    signature = _own_now(signature_id, email_digest, email)
    # A correction takes the place of one that waits.
    drop_corrections([signature.id])
    changed = {
        name: words[name]
        for name in HELD_WORDS
        if name in words and words[name] != (getattr(signature, name) or "")
    }
    if words.get("comment", signature.comment) != signature.comment:
        words |= {"comment_shown": False, "comment_read_at": None}
    reason = reason_to_hold_correction(
        signature,
        {**changed, "comment": words.get("comment", "") if "comment_shown" in words else ""},
    )
    if reason and signature.state == "pending":
        signature.state, signature.held_reason = "held", reason
    elif reason and signature.state != "held" and changed:
        hold_correction(signature.id, words=changed, reason=reason, now=now)
        words = {name: value for name, value in words.items() if name not in changed}
    if "name_display" in words:
        signature.name_display_asked = ""
    write_words(signature, words)
    return signature


def withdraw(*, signature_id, email_digest, email, now):
    """Take the signature back; the runner takes it out of the tally and frees its number within a second."""
    signature = _own_now(signature_id, email_digest, email)
    if signature.state not in ("withdrawn", "erased"):
        signature.state = "withdrawn"
        signature.withdrawn_at = now
        note_ended("signature.withdrawn", signature.id, signature.created_at)
        signature.waits_until = None
    db.session.flush()
    return signature


def restore(*, signature_id, email_digest, email):
    """Undo a withdrawal: the signature waits for what it had waited for, and is counted again if it was confirmed."""
    signature = _own_now(signature_id, email_digest, email)
    if signature.state == "withdrawn":
        back = "confirmed" if signature.confirmed_at else "pending"
        signature.state = "held" if signature.held_reason else back
        signature.withdrawn_at = None
        note_ended("signature.returned", signature.id, signature.created_at)
    db.session.flush()
    return signature


def erase(signature_ids):
    """Remove every personal word of these signatures; what is counted stays counted, so the ledger stays true."""
    chosen = Signature.id.in_(signature_ids)
    forget_forms(signature_ids)
    drop_corrections(signature_ids)
    emptied = db.session.execute(
        select(Signature.petition_id, Signature.email_digest).where(chosen)
    ).all()
    db.session.execute(update(Signature).where(chosen).values(**ERASED))
    move_up(emptied)
    # Packages above this one forget what they know of these signatures, too.
    for forget in current_app.extensions["on_erase"]:
        forget(signature_ids)


def move_up(emptied):
    """Give the first seat to whoever stays at an address, since signing again looks there first.

    `emptied` are rows (petition_id, email_digest) of signatures that left their seat.
    """
    seats = [
        {"left_petition": row.petition_id, "left_address": row.email_digest}
        for row in emptied
        if row.email_digest
    ]
    if seats:
        db.session.execute(_move_up, seats)

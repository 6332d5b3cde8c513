"""What the owner of a signature may do with it, by the link in their mail."""

from sqlalchemy import bindparam, select, update

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.signatures import keys
from campaign.signatures.models import Signature
from campaign.signatures.queries import signatures_of_address

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
}

_table = Signature.__table__
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


def own(signature_id, email_digest):
    """Return the signature if it belongs to the address with this digest; raises NotYours."""
    # Only what is the owner's is looked at, so that a forged number tells nothing, however large it is.
    owned = signatures_of_address(email_digest) if email_digest else ()
    found = [signature for signature in owned if signature.id == signature_id]
    if not found:
        raise NotYours(signature_id)
    return found[0]


def _own_now(signature_id, email_digest):
    """Return the owner's signature as it stands, kept from others until the transaction ends; raises NotYours.

    An organizer who takes a sheet back, or the end of a petition, may be emptying it this moment.
    """
    own(signature_id, email_digest)
    signature = db.session.get(Signature, signature_id, with_for_update=True, populate_existing=True)
    if signature.email_digest != email_digest:
        raise NotYours(signature_id)
    return signature


def correct(*, signature_id, email_digest, **words):
    """Take the owner's corrected words; a changed comment waits for review again.

    The owner stays the same person to us under the corrected name.
    """
    signature = _own_now(signature_id, email_digest)
    if words.get("comment", signature.comment) != signature.comment:
        words |= {"comment_shown": False, "comment_read_at": None}
    for name, value in words.items():
        setattr(signature, name, value)
    if "name_display" in words:
        signature.name_display_asked = ""
    signature.person_digest = keys.person_digest(
        signature.given_name, signature.family_name or "", signature.postal_code
    )
    db.session.flush()
    return signature


def withdraw(*, signature_id, email_digest, now):
    """Take the signature back; the runner takes it out of the tally and frees its number within a second."""
    signature = _own_now(signature_id, email_digest)
    if signature.state not in ("withdrawn", "erased"):
        signature.state = "withdrawn"
        signature.withdrawn_at = now
    db.session.flush()
    return signature


def restore(*, signature_id, email_digest):
    """Undo a withdrawal: the signature waits for what it had waited for, and is counted again if it was confirmed."""
    signature = _own_now(signature_id, email_digest)
    if signature.state == "withdrawn":
        back = "confirmed" if signature.confirmed_at else "pending"
        signature.state = "held" if signature.held_reason else back
        signature.withdrawn_at = None
    db.session.flush()
    return signature


def erase(signature_ids):
    """Remove every personal word of these signatures; what is counted stays counted, so the ledger stays true."""
    chosen = Signature.id.in_(signature_ids)
    emptied = db.session.execute(select(Signature.petition_id, Signature.email_digest).where(chosen)).all()
    db.session.execute(update(Signature).where(chosen).values(**ERASED))
    move_up(emptied)


def move_up(emptied):
    """Give the first seat to whoever stays at an address, since signing again looks there first.

    `emptied` are rows (petition_id, email_digest) of signatures that left their seat.
    """
    seats = [{"left_petition": row.petition_id, "left_address": row.email_digest} for row in emptied if row.email_digest]
    if seats:
        db.session.execute(_move_up, seats)

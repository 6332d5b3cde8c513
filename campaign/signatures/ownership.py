"""What the owner of a signature may do with it, by the link in their mail."""

from sqlalchemy import update

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.signatures.models import Signature

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
    "answers": {},
    "subscribe": False,
}


class NotYours(CampaignError):
    """The link does not open this signature."""

    status = 404


def own(signature_id, email_digest):
    """Return the signature if it belongs to the address with this digest; raises NotYours."""
    signature = db.session.get(Signature, signature_id)
    if signature is None or email_digest is None or signature.email_digest != email_digest:
        raise NotYours(signature_id)
    return signature


def correct(*, signature_id, email_digest, **words):
    """Take the owner's corrected words; a changed comment waits for review again."""
    signature = own(signature_id, email_digest)
    if words.get("comment", signature.comment) != signature.comment:
        words["comment_shown"] = False
    for name, value in words.items():
        setattr(signature, name, value)
    db.session.flush()
    return signature


def withdraw(*, signature_id, email_digest, now):
    """Take the signature back; the runner takes it out of the tally and frees its number within a second."""
    signature = own(signature_id, email_digest)
    if signature.state not in ("withdrawn", "erased"):
        signature.state = "withdrawn"
        signature.withdrawn_at = now
    db.session.flush()
    return signature


def restore(*, signature_id, email_digest):
    """Undo a withdrawal: the signature waits for what it had waited for, and is counted again if it was confirmed."""
    signature = own(signature_id, email_digest)
    if signature.state == "withdrawn":
        back = "confirmed" if signature.confirmed_at else "pending"
        signature.state = "held" if signature.held_reason else back
        signature.withdrawn_at = None
    db.session.flush()
    return signature


def erase(signature_ids):
    """Remove every personal word of these signatures; what is counted stays counted, so the ledger stays true."""
    db.session.execute(update(Signature).where(Signature.id.in_(signature_ids)).values(**ERASED))

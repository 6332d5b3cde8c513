"""Note which letters came back, and which targets complained."""

from datetime import datetime, timedelta

from sqlalchemy import Table, select, update

from campaign.actions.letters.delivery.addresses import Item
from campaign.actions.letters.delivery.refusals import refuse
from campaign.actions.letters.models import Letter, LetterBatch
from campaign.actions.letters.operations import note_undelivered
from campaign.extensions import db
from campaign.signatures import tokens
from campaign.targets.models import TargetEmail, address_key
from campaign.targets.operations import note_email_status

# A mail service reports an address, not a letter. So all letters sent there within this time count
# as bounced. A wrong warning does a writer less harm than none.
REPORT_WINDOW = timedelta(days=2)

_batch: Table = LetterBatch.__table__


def note_bounce_of(*, item: Item, item_id: int, kind: str, now: datetime) -> bool:
    """Note a report about one letter or one email of gathered letters. Return whether we know it.

    `kind` is `hard` (no such address), `soft` (not delivered for another reason) or `complaint`.
    """
    model = Letter if item == "letter" else LetterBatch
    address = db.session.scalar(select(model.address).where(model.id == item_id))
    if not address:
        return False
    if kind == "complaint":
        refuse(address_digest=tokens.email_digest(address), now=now)
        return True
    if kind == "hard":
        note_email_status(address=address, status="bounced", now=now)
    if item == "letter":
        note_undelivered(letter_ids=[item_id], reason="bounced", now=now)
    else:
        note_bounced_batch(item_id, now=now)
    return True


def note_bounced_batch(batch_id: int, *, now: datetime, reason: str = "bounced") -> None:
    """Note that an email of gathered letters was not delivered, and tell their writers."""
    db.session.execute(
        update(_batch)
        .where(_batch.c.id == batch_id, _batch.c.bounced_at.is_(None))
        .values(bounced_at=now, document=None)
    )
    letter_ids = db.session.scalars(select(Letter.id).where(Letter.batch_id == batch_id)).all()
    note_undelivered(letter_ids=letter_ids, reason=reason, now=now)


def note_reported_address(*, address: str, kind: str, now: datetime) -> None:
    """Note what a mail service reported about an address, if it is one of a target.

    `kind` is as for `note_bounce_of`. A soft report changes nothing.
    """
    if kind not in ("hard", "complaint"):
        return
    emails = db.session.scalars(
        select(TargetEmail).where(TargetEmail.address_key == address_key(address))
    ).all()
    if not emails:
        return
    if kind == "complaint":
        refuse(address_digest=tokens.email_digest(address), now=now)
        return
    note_email_status(address=address, status="bounced", now=now)
    spellings = {email.address for email in emails}
    letter_ids = db.session.scalars(
        select(Letter.id).where(
            Letter.address.in_(spellings),
            Letter.state == "sent",
            Letter.profile_id.in_([email.profile_id for email in emails]),
            Letter.sent_at > now - REPORT_WINDOW,
            Letter.batch_id.is_(None),
        )
    ).all()
    note_undelivered(letter_ids=letter_ids, reason="bounced", now=now)
    batch_ids = db.session.scalars(
        select(LetterBatch.id).where(
            LetterBatch.address.in_(spellings),
            LetterBatch.sent_at > now - REPORT_WINDOW,
            LetterBatch.bounced_at.is_(None),
        )
    ).all()
    for batch_id in batch_ids:
        note_bounced_batch(batch_id, now=now)

"""Retention of unconfirmed forms, including those younger than the signature they belong to."""

from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select

from campaign.extensions import db
from campaign.signatures.models import (
    HELD_UNCONFIRMED,
    KEPT_FORM,
    PENDING,
    WITHDRAWN,
    RepeatSigning,
    Signature,
)
from campaign.signatures.owner_operations import erase
from campaign.signatures.pending_forms import columns_of, waiting_forms

BATCH = 100
_forms = RepeatSigning.__table__


def forget_old_forms(edge: datetime) -> int:
    """Delete the forms that were sent before `edge`; return how many."""
    return db.session.execute(delete(_forms).where(KEPT_FORM, _forms.c.created_at <= edge)).rowcount


def make_way_for_younger(edge: datetime) -> int:
    """Give forms a signature of their own if the one they wait with is about to be erased.

    Return how many signatures that was. A form's time counts from when it was sent, so an earlier
    form with the same address never shortens it.
    """
    is_old = or_(
        PENDING & (Signature.created_at <= edge),
        HELD_UNCONFIRMED & (Signature.created_at <= edge),
        WITHDRAWN & (Signature.withdrawn_at <= edge),
    )
    waits = exists().where(_forms.c.signature_id == Signature.id, _forms.c.used_at.is_(None))
    old = db.session.scalars(
        select(Signature)
        .where(is_old, waits, Signature.number.is_(None))
        .order_by(Signature.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_make_way(signature) for signature in old)


def _make_way(signature: Signature) -> int:
    ids = [form.id for form in waiting_forms(signature) if form.id]
    if not ids:
        return 0
    rows = db.session.scalars(
        select(RepeatSigning).where(RepeatSigning.id.in_(ids)).order_by(RepeatSigning.id)
    ).all()
    for row in rows:
        row.signature_id = None
    db.session.flush()
    kept = {
        "mail_count": signature.mail_count,
        "mailed_at": signature.mailed_at,
        "reminders": signature.reminders,
    }
    petition_id, email_digest = signature.petition_id, signature.email_digest
    if signature.state == "withdrawn":
        erase([signature.id])
    else:
        db.session.delete(signature)
    db.session.flush()
    here = (Signature.petition_id == petition_id, Signature.email_digest == email_digest)
    taken = db.session.scalar(select(func.max(Signature.seat)).where(*here))
    successor = Signature(**{**columns_of(rows[0]), **kept, "seat": {None: 1, 1: 2, 2: 1}[taken]})
    db.session.add(successor)
    db.session.flush()
    for row in rows:
        row.signature_id = successor.id
    db.session.flush()
    return 1

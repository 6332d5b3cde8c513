"""Erase the texts of letters: with their signature, and some time after they were delivered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, case, exists, or_, select, update

from campaign.actions.letters.models import Letter
from campaign.actions.letters.operations import NOT_LEFT
from campaign.extensions import db
from campaign.petitions.models import Delivery, Petition
from campaign.petitions.questions import prompts_among
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.site.settings import local_day

# Long enough to answer a letter, and to deliver a bounced one in another way.
TEXT_LIFETIME = timedelta(days=60)
BATCH_SIZE = 200

_table: Table = Letter.__table__
# What remains: the count, the days, the target, the delivery method, and the share of own text.
ERASED = {"subject": "", "body": "", "lang": "", "shares_address": False}


def forget_erased(signature_ids: Sequence[int]) -> None:
    """Erase the texts of the letters of these signatures.

    Letters that were not sent yet are never sent.
    """
    has_not_left = _table.c.state.in_(NOT_LEFT)
    db.session.execute(
        update(_table)
        .where(_table.c.signature_id.in_(signature_ids))
        .values(
            **ERASED,
            state=case((has_not_left, "stopped"), else_=_table.c.state),
            reason=case((has_not_left, "withdrawn"), else_=_table.c.reason),
            erased_at=utcnow(),
        )
    )


def erase_old_texts(*, now: datetime) -> int:
    """Erase the texts of a batch of letters TEXT_LIFETIME after delivery and return how many.

    Once all letters of a response are erased, so are its answers to the prompts.
    """
    due = (
        select(_table.c.id)
        .where(_is_due(now))
        .order_by(_table.c.id)
        .limit(BATCH_SIZE)
        .with_for_update(skip_locked=True)
    )
    erased = db.session.scalars(
        update(_table)
        .where(_table.c.id.in_(db.session.scalars(due).all()))
        .values(**ERASED, erased_at=now)
        .returning(_table.c.signature_id)
    ).all()
    _erase_answers(set(erased))
    return len(erased)


def _is_due(now: datetime) -> ColumnElement[bool]:
    cutoff = now - TEXT_LIFETIME
    columns = _table.c
    # Letters printed for a delivery count as delivered on its day.
    was_handed_over = exists().where(
        Delivery.petition_id == columns.petition_id,
        Delivery.day <= local_day(cutoff),
        Delivery.created_at >= columns.created_at,
    )
    return and_(
        columns.erased_at.is_(None),
        columns.created_at <= cutoff,
        or_(
            and_(columns.state == "sent", columns.sent_at <= cutoff),
            and_(columns.state == "bounced", columns.bounced_at <= cutoff),
            and_(columns.state == "stopped", columns.stopped_at <= cutoff),
            and_(columns.state == "done", Letter.delivery_method == "self"),
            and_(columns.state == "done", Letter.delivery_method == "in_person", was_handed_over),
        ),
    )


def _erase_answers(signature_ids: set[int]) -> None:
    """Erase the answers to the prompts of those responses whose letters have all been erased."""
    has_text = exists().where(_table.c.signature_id == Signature.id, _table.c.erased_at.is_(None))
    rows = db.session.execute(
        select(Signature.id, Signature.answers, Petition.questions)
        .join(Petition, Petition.id == Signature.petition_id)
        .where(Signature.id.in_(signature_ids), ~has_text)
    ).all()
    for row in rows:
        prompts = {prompt["name"] for prompt in prompts_among(row.questions)}
        left = {name: answer for name, answer in row.answers.items() if name not in prompts}
        if left != row.answers:
            db.session.execute(update(Signature).where(Signature.id == row.id).values(answers=left))

"""Who is told about an answer or a result: people who signed its petition and asked for it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, TextClause, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from campaign.answers.announcement_models import AnswerAnnouncement, AnswerReceipt
from campaign.extensions import db
from campaign.signatures.models import APPROVED_ASKING, ASKS_FOR_ANSWERS, VALID_STATES, Signature
from campaign.subscriptions.models import SuppressedAddress


def next_people(announcement: AnswerAnnouncement) -> Select[int, str, bytes | None]:
    """Return the query for the next people to email: id of the signature, language and digest."""
    return (
        select(Signature.id, Signature.lang, Signature.email_digest)
        .where(
            *_asks(announcement.petition_id, announcement.starts_at),
            Signature.id > announcement.reached_id,
        )
        .order_by(Signature.id)
    )


def approved_since(announcement: AnswerAnnouncement) -> Select[int, str, bytes | None]:
    """Return the query for people whose turn came while their signatures were held for review.

    They asked and confirmed before the announcement began, were approved later, and have no email
    yet.
    """
    query = select(Signature.id, Signature.lang, Signature.email_digest).where(
        *_asks(announcement.petition_id, announcement.starts_at),
        APPROVED_ASKING,
        Signature.reviewed_at >= announcement.starts_at,
        ~exists().where(
            AnswerReceipt.bulk_email_id == announcement.id,
            AnswerReceipt.email_digest == Signature.email_digest,
        ),
    )
    if announcement.state != "done":
        # Signatures after the cursor get their email later anyway.
        query = query.where(Signature.id <= announcement.reached_id)
    return query.order_by(Signature.id)


def people_by_language(petition_id: int, *, now: datetime) -> dict[str, int]:
    """Return {language: how many people would be told now}, each address once."""
    firsts = (
        select(func.min(Signature.id))
        .where(*_asks(petition_id, now))
        .group_by(Signature.email_digest)
    )
    rows = db.session.execute(
        select(Signature.lang, func.count())
        .where(Signature.id.in_(firsts))
        .group_by(Signature.lang)
        .order_by(func.count().desc(), Signature.lang)
    )
    return {lang: many for lang, many in rows}


def still_asking(signature_ids: Collection[int]) -> Sequence[Signature]:
    """Return those of these signatures that we may email at this moment."""
    return db.session.scalars(
        select(Signature)
        .where(
            Signature.id.in_(signature_ids),
            Signature.tell_answer,
            Signature.state.in_(VALID_STATES),
            ~_suppressed(),
        )
        .execution_options(populate_existing=True)
    ).all()


def someone_asks(petition_id: InstrumentedAttribute[int], *, now: datetime) -> ColumnElement[bool]:
    """Return the condition that someone would get an announcement of a petition now."""
    return select(Signature.id).where(*_asks(petition_id, now)).exists()


def _asks(
    petition_id: int | InstrumentedAttribute[int], confirmed_by: datetime
) -> Iterator[ColumnElement[bool] | TextClause]:
    yield Signature.petition_id == petition_id
    yield ASKS_FOR_ANSWERS
    yield Signature.state.in_(VALID_STATES)
    yield Signature.email_digest.is_not(None)
    yield Signature.confirmed_at <= confirmed_by
    yield ~_suppressed()


def _suppressed() -> ColumnElement[bool]:
    """Return the condition that the address of a signature gets no bulk email."""
    return (
        select(SuppressedAddress.digest)
        .where(SuppressedAddress.digest == Signature.email_digest)
        .exists()
    )

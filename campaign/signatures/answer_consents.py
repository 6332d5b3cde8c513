"""Consents to be told of answers: given by the box when signing, withdrawn at any time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Table, and_, case, func, literal, select

from campaign.causes.models import Cause
from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.notices.answer_texts import VERSION, answer_text
from campaign.notices.consents import (
    ShownText,
    consent_text_ids,
    has_consent,
    withdraw_consents,
)
from campaign.notices.models import Consent
from campaign.signatures.models import Signature
from campaign.signatures.name_consents import CHANNELS

ANSWER = "answer"

_signature: Table = Signature.__table__
_cause: Table = Cause.__table__
_COLUMNS = ("subject_kind", "subject_id", "purpose", "text_id", "channel", "given_at")


def note_answer_consents(
    signature_ids: Collection[int], *, given_at: datetime | None = None, channel: str = ""
) -> None:
    """Note the consents of those of these signatures that ask to be told, with one statement.

    Without `given_at` and `channel`, they were given when and where the people signed. A signature
    that has a consent already gets no second one.
    """
    c = _signature.c
    text_ids = consent_text_ids(_texts_of(signature_ids))
    if not text_ids:
        return
    texts = (
        (and_(_cause.c.organisation_id == organisation_id, c.lang == lang), text_id)
        for (organisation_id, lang), text_id in text_ids.items()
    )
    rows = (
        select(
            literal("signature"),
            c.id,
            literal(ANSWER),
            case(*texts),
            literal(channel) if channel else case(CHANNELS, value=c.evidence),
            literal(given_at) if given_at else func.coalesce(c.consent_at, c.created_at),
        )
        .join(_cause, _cause.c.id == c.cause_id)
        .where(c.id.in_(signature_ids), c.tell_answer, ~has_consent("signature", c.id, ANSWER))
    )
    db.session.execute(insert(Consent.__table__).from_select(_COLUMNS, rows))


def note_answer_change(signature_ids: Collection[int], *, now: datetime) -> None:
    """Note that the people themselves chose just now whether to be told of answers."""
    withdraw_consents("signature", signature_ids, now=now, purposes=(ANSWER,))
    note_answer_consents(signature_ids, given_at=now, channel="web")


def _texts_of(signature_ids: Collection[int]) -> dict[tuple[int, str], ShownText]:
    """Return the texts that these people agreed to, by organisation and language."""
    places = db.session.execute(
        select(_cause.c.organisation_id, _signature.c.lang)
        .join(_cause, _cause.c.id == _signature.c.cause_id)
        .where(_signature.c.id.in_(signature_ids), _signature.c.tell_answer)
        .distinct()
    ).all()
    return {
        (organisation_id, lang): ShownText(VERSION, lang, answer_text(organisation_id, lang))
        for organisation_id, lang in places
    }

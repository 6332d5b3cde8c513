"""Consents to be told of answers: given by the box when signing, withdrawn at any time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Table, and_, case, select

from campaign.causes.models import Cause
from campaign.extensions import db, note_ended
from campaign.notices.answer_texts import VERSION, answer_text
from campaign.notices.consents import (
    ShownText,
    consent_text_ids,
    hand_over_consents,
    has_consent,
    insert_consents,
    withdraw_consents,
)
from campaign.notices.queries import consents_of
from campaign.signatures.models import Signature
from campaign.signatures.name_consents import consents_from_signatures

ANSWER = "answer"

_signature: Table = Signature.__table__
_cause: Table = Cause.__table__


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
        consents_from_signatures(ANSWER, case(*texts), given_at, channel)
        .join(_cause, _cause.c.id == c.cause_id)
        .where(c.id.in_(signature_ids), c.tell_answer, ~has_consent("signature", c.id, ANSWER))
    )
    insert_consents(rows)


def note_answer_change(signature_ids: Collection[int], *, now: datetime) -> None:
    """Note that the people themselves have just chosen whether to be told of answers."""
    withdraw_consents("signature", signature_ids, now=now, purposes=(ANSWER,))
    note_answer_consents(signature_ids, given_at=now, channel="web")


def hand_over_answers(one: Signature, other: Signature) -> None:
    """Let the person of `one` be told of answers through `other`, with the consent as it was given.

    Both signatures are of one person. If they stopped these emails for `other` later, that stands.
    """
    if not one.tell_answer or other.tell_answer:
        return
    # A signature that is not counted yet has none.
    note_answer_consents([one.id])
    given, ended = (
        [consent for consent in consents_of("signature", [row.id]) if consent.purpose == ANSWER]
        for row in (one, other)
    )
    last_given = max(consent.given_at for consent in given)
    if any(consent.withdrawn_at and consent.withdrawn_at > last_given for consent in ended):
        return
    hand_over_consents("signature", one.id, other.id, purposes=(ANSWER,))
    one.tell_answer, other.tell_answer = False, True
    note_ended("signature.answers_asked", other.id, other.created_at)


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

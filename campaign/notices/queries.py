"""Queries about notices and consents."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from campaign.extensions import db
from campaign.notices.models import DIGEST_LENGTH, NOT_RECORDED, Consent, Notice

MIN_PREFIX_LENGTH = 12
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


def find_notice_id(organisation_id: int | None, digest: str) -> int | None:
    """Return the id of the recorded notice of an organisation with this digest, or None."""
    if len(digest) != DIGEST_LENGTH or not _HEXADECIMAL.fullmatch(digest):
        return None
    is_own = (
        Notice.organisation_id.is_(None)
        if organisation_id is None
        else Notice.organisation_id == organisation_id
    )
    return db.session.scalar(select(Notice.id).where(Notice.digest == digest, is_own).limit(1))


def notice_by_prefix(prefix: str) -> Notice | None:
    """Return the recorded notice whose digest begins with `prefix`, or None.

    A prefix shorter than MIN_PREFIX_LENGTH finds nothing.
    """
    if not MIN_PREFIX_LENGTH <= len(prefix) <= DIGEST_LENGTH or not _HEXADECIMAL.fullmatch(prefix):
        return None
    query = select(Notice).where(
        Notice.digest >= prefix, Notice.digest <= prefix.ljust(DIGEST_LENGTH, "f")
    )
    return db.session.scalar(query.order_by(Notice.id).limit(1))


def notice_by_id(notice_id: int) -> Notice | None:
    """Return the notice with this id, or None."""
    return db.session.get(Notice, notice_id)


def notices_with(digests: Collection[str]) -> Sequence[Notice]:
    """Return the recorded notices with these digests, the oldest first."""
    query = (
        select(Notice)
        .where(Notice.digest.in_(list(digests)), Notice.id != NOT_RECORDED)
        .order_by(Notice.first_used_at, Notice.id)
    )
    return db.session.scalars(query).all()


def consents_of(kind: str, subject_ids: Collection[int]) -> Sequence[Consent]:
    """Return the consents that these rows of one kind gave, in order, with their texts."""
    query = (
        select(Consent)
        .where(Consent.subject_kind == kind, Consent.subject_id.in_(subject_ids))
        .options(joinedload(Consent.shown_text))
        .order_by(Consent.given_at, Consent.id)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def present_consents(kind: str, subject_ids: Collection[int]) -> dict[int, Consent]:
    """Return {subject id: its latest consent that is not withdrawn}."""
    return {
        consent.subject_id: consent
        for consent in consents_of(kind, subject_ids)
        if consent.withdrawn_at is None
    }

"""Consents: give, withdraw and delete them."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, delete, select, update

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.notices.composition import digest_of
from campaign.notices.models import PURPOSES, Consent, ConsentText

Key = TypeVar("Key", bound=Hashable)

# What a new consent says, in this order.
COLUMNS = ("subject_kind", "subject_id", "purpose", "text_id", "channel", "given_at")

_table: Any = Consent.__table__


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text of a consent as it is shown, in one language. `version` is our name of it."""

    version: str
    lang: str
    text: str


def consent_text_ids(texts: Mapping[Key, ShownText]) -> dict[Key, int]:
    """Return the ids of the rows of these texts, by the same keys. New texts are inserted."""
    digests = {key: digest_of(shown.text) for key, shown in texts.items()}
    ids = _ids_of(digests.values())
    missing = {
        digest: {"digest": digest, **asdict(texts[key])}
        for key, digest in digests.items()
        if digest not in ids
    }
    if missing:
        rows = list(missing.values())
        db.session.execute(insert(ConsentText).values(rows).on_conflict_do_nothing())
        ids |= _ids_of(missing)
    return {key: ids[digest] for key, digest in digests.items()}


def insert_consents(rows: Select[Any]) -> None:
    """Insert the consents that a query returns, with the values of COLUMNS."""
    db.session.execute(insert(_table).from_select(COLUMNS, rows))


def withdraw_consents(
    kind: str,
    subject_ids: Collection[int] | Select[Any],
    *,
    now: datetime,
    purposes: Collection[str] = PURPOSES,
) -> None:
    """Note that these rows of one kind withdraw their consents. Earlier withdrawals stay."""
    db.session.execute(
        update(_table)
        .where(
            _table.c.subject_kind == kind,
            _table.c.subject_id.in_(subject_ids),
            _table.c.purpose.in_(purposes),
            _table.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


def hand_over_consents(
    kind: str, from_id: int, to_id: int, *, purposes: Collection[str] = PURPOSES
) -> None:
    """Give the consents of one row to another one of the same person, with their history."""
    db.session.execute(
        update(_table)
        .where(
            _table.c.subject_kind == kind,
            _table.c.subject_id == from_id,
            _table.c.purpose.in_(purposes),
        )
        .values(subject_id=to_id)
    )


def has_consent(kind: str, subject_id: ColumnElement[int], purpose: str) -> ColumnElement[bool]:
    """Return the condition that the row with this id gave a consent to `purpose`, still valid."""
    return (
        select(_table.c.id)
        .where(
            _table.c.subject_kind == kind,
            _table.c.subject_id == subject_id,
            _table.c.purpose == purpose,
            _table.c.withdrawn_at.is_(None),
        )
        .exists()
    )


def given_since(
    kind: str, subject_id: ColumnElement[int], purpose: str, since: datetime
) -> ColumnElement[bool]:
    """Return the condition that the row gave a consent to `purpose` after `since`, still valid."""
    return (
        select(_table.c.id)
        .where(
            _table.c.subject_kind == kind,
            _table.c.subject_id == subject_id,
            _table.c.purpose == purpose,
            _table.c.given_at > since,
            _table.c.withdrawn_at.is_(None),
        )
        .exists()
    )


def delete_consents(kind: str, subject_ids: Collection[int]) -> None:
    """Delete the consents of these rows of one kind."""
    if subject_ids:
        db.session.execute(
            delete(_table).where(
                _table.c.subject_kind == kind, _table.c.subject_id.in_(subject_ids)
            )
        )


def _ids_of(digests: Collection[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(ConsentText.digest, ConsentText.id).where(ConsentText.digest.in_(list(digests)))
    )
    return {digest: text_id for digest, text_id in rows}

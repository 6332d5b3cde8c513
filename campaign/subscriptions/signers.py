"""Subscribe signers who chose to get news.

A signature confirmed by email proves their consent, so they need not confirm a second email.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Select,
    Table,
    case,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_about
from campaign.subscriptions.consents import note_ends, note_signers
from campaign.subscriptions.models import SCOPE, Subscription, SuppressedAddress
from campaign.subscriptions.operations import CONFIRMATION

_table = Subscription.__table__
_COLUMNS = (
    *(
        "cause_id",
        "email",
        "email_digest",
        "lang",
        "notice_id",
        "signature_id",
        "created_at",
        "confirmed_at",
    ),
    *("digest_at", "mailed_at", "mail_count", "state", "source", "evidence"),
    *("frequency", "held_reason", "ended_reason"),
)
_DEFAULTS = ("each", "", "")
# An address typed at a table or copied from paper does not prove who owns it.
_SOURCES = {"in_person": "kiosk", "paper": "paper"}


def subscribe_signers(signature: Table, chosen: ColumnElement[bool], *, now: datetime) -> None:
    """Subscribe signers who confirmed by email, with one statement.

    They are the rows of the table `signature` that match `chosen`. A person who unsubscribed is
    subscribed again only by a later signature. Suppressed addresses are never subscribed.
    """
    times = (literal(now), literal(now), literal(now), null())
    state_columns = (
        *times,
        literal(0),
        literal("active"),
        literal("signature"),
        literal("signature"),
    )
    statement = insert(_table).from_select(_COLUMNS, _rows(signature, chosen, state_columns))
    unchanged = ("cause_id", "email_digest", "created_at", "mail_count", "mailed_at")
    updated = {name: statement.excluded[name] for name in _COLUMNS if name not in unchanged}
    # A column of `statement.excluded` would add a second table to the subquery.
    signed_by: ColumnClause[int] = literal_column("excluded.signature_id")
    signed_at = select(signature.c.created_at).where(signature.c.id == signed_by).scalar_subquery()
    ended_before = (_table.c.ended_reason == "withdrawn") | (_table.c.ended_at < signed_at)
    ids = db.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["email_digest", SCOPE],
            set_={**updated, "ended_at": None, "ended_mailing_id": None},
            where=or_(_table.c.state == "pending", (_table.c.state == "ended") & ended_before),
        ).returning(_table.c.id)
    ).all()
    note_signers(signature, chosen, ids)


def ask_signers(signature: Table, chosen: ColumnElement[bool], *, now: datetime) -> None:
    """Ask signers who did not confirm by email to confirm their subscription.

    Their signatures were witnessed or copied. The email is queued as bulk email, and nobody is
    asked twice.
    """
    source = case(_SOURCES, value=signature.c.evidence, else_="import")
    state_columns = (
        literal(now),
        null(),
        null(),
        literal(now),
        literal(1),
        literal("pending"),
        source,
        literal(""),
    )
    statement = insert(_table).from_select(_COLUMNS, _rows(signature, chosen, state_columns))
    rows = db.session.execute(
        statement.on_conflict_do_nothing(index_elements=["email_digest", SCOPE]).returning(
            _table.c.id, _table.c.lang
        )
    ).all()
    note_signers(signature, chosen, [row.id for row in rows])
    enqueue_about(rows, CONFIRMATION, priority=BULK)


def _rows(
    signature: Table, chosen: ColumnElement[bool], state_columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """Return the query of the rows to insert.

    `state_columns` are the columns from created_at to evidence.
    """
    c = signature.c
    suppressed = (
        select(SuppressedAddress.digest).where(SuppressedAddress.digest == c.email_digest).exists()
    )
    # Insert one row per cause and address: two people may share an address, and a batch may hold
    # two petitions of one cause.
    has_address = c.email.is_not(None) & c.email_digest.is_not(None)
    firsts = select(func.min(c.id)).where(chosen, has_address).group_by(c.cause_id, c.email_digest)
    values = (c.cause_id, c.email, c.email_digest, c.lang, c.notice_id, c.id)
    defaults = (literal(value) for value in _DEFAULTS)
    return select(*values, *state_columns, *defaults).where(c.id.in_(firsts), ~suppressed)


def end_of_signatures(
    signature_ids: Collection[int], *, now: datetime, reason: str = "withdrawn"
) -> None:
    """End the subscriptions that these signatures created. Other subscriptions stay."""
    note_ends(select(_table.c.id).where(_table.c.signature_id.in_(signature_ids)), now=now)
    db.session.execute(
        update(_table)
        .where(_table.c.signature_id.in_(signature_ids), _table.c.state != "ended")
        .values(state="ended", ended_at=now, ended_reason=reason)
    )


def erase_of_signatures(signature_ids: Collection[int], *, now: datetime) -> None:
    """End the subscriptions that these signatures created, and erase their addresses at once."""
    end_of_signatures(signature_ids, now=now, reason="erased")
    db.session.execute(
        update(_table)
        .where(_table.c.signature_id.in_(signature_ids), _table.c.state == "ended")
        .values(email=None, email_digest=None, evidence="", signature_id=None)
    )

"""Undo a decision: give its signatures back the state that they had before."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, case, select, update

from campaign.extensions import db
from campaign.notices.consents import given_since, withdraw_consents
from campaign.signatures.models import Signature
from campaign.signatures.moderation.decisions import NOT_HELD
from campaign.signatures.moderation.models import BulkDecision, BulkItem
from campaign.signatures.name_consents import NAME

_table: Table = Signature.__table__
_items: Table = BulkItem.__table__


def restore_batch(decision: BulkDecision, *, limit: int, now: datetime) -> int:
    """Restore the next signatures of a decision and return how many it looked at.

    One that has changed since stays as it is.
    """
    remaining = (_items.c.bulk_id == decision.id, _items.c.signature_id > decision.cursor)
    ids = db.session.scalars(
        select(_items.c.signature_id).where(*remaining).order_by(_items.c.signature_id).limit(limit)
    ).all()
    if not ids:
        return 0
    db.session.execute(
        select(_table.c.id).where(_table.c.id.in_(ids)).order_by(_table.c.id).with_for_update()
    ).all()
    saved = (
        _items.c.bulk_id == decision.id,
        _items.c.signature_id == _table.c.id,
        _table.c.id.in_(ids),
    )
    is_unchanged, values = _RESTORE[decision.verb](decision)
    restored = db.session.scalars(
        update(_table).where(*saved, is_unchanged).values(**values).returning(_table.c.id)
    ).all()
    if decision.verb == "name":
        # Their names were shown with these consents until now.
        withdraw_consents("signature", restored, now=now, purposes=(NAME,))
    decision.cursor, decision.restored = ids[-1], decision.restored + len(restored)
    return len(ids)


def _unapproved(decision: BulkDecision) -> tuple[ColumnElement[bool], dict[str, Any]]:
    is_unchanged = (_table.c.reviewed_at == decision.decided_at) & _table.c.state.in_(NOT_HELD)
    return is_unchanged, {
        name: _items.c[name] for name in ("state", "held_reason", "reviewed_at", "rejected_at")
    }


def _unrejected(decision: BulkDecision) -> tuple[ColumnElement[bool], dict[str, Any]]:
    # A signature that was counted waits for a number again. If its supporter has confirmed it
    # since, it is confirmed.
    state = case(
        (_items.c.state == "held", "held"),
        (_table.c.confirmed_at.is_not(None), "confirmed"),
        else_="pending",
    )
    is_unchanged = (_table.c.rejected_at == decision.decided_at) & (_table.c.state == "held")
    return is_unchanged, {
        "state": state,
        "held_reason": _items.c.held_reason,
        "rejected_at": _items.c.rejected_at,
    }


def _unread(decision: BulkDecision) -> tuple[ColumnElement[bool], dict[str, Any]]:
    is_unchanged = (_table.c.comment_read_at == decision.decided_at) & (
        _table.c.comment_shown == (decision.verb == "show")
    )
    return is_unchanged, {name: _items.c[name] for name in ("comment_shown", "comment_read_at")}


def _unshown(decision: BulkDecision) -> tuple[ColumnElement[bool], dict[str, Any]]:
    # A name that its supporter has hidden or shown since stays as they chose.
    chosen_since = given_since("signature", _table.c.id, NAME, decision.decided_at)
    is_unchanged = _name_is(_items.c.name_display_requested) & ~chosen_since
    return is_unchanged, _former_names()


def _unhidden(decision: BulkDecision) -> tuple[ColumnElement[bool], dict[str, Any]]:
    return _name_is(_items.c.name_display), _former_names()


def _name_is(display: ColumnElement[str]) -> ColumnElement[bool]:
    return (
        (_table.c.name_display == display)
        & (_table.c.name_display_requested == "")
        & _table.c.state.not_in(("withdrawn", "erased"))
    )


def _former_names() -> dict[str, Any]:
    return {name: _items.c[name] for name in ("name_display", "name_display_requested")}


_RESTORE = {
    "approve": _unapproved,
    "reject": _unrejected,
    "show": _unread,
    "hide": _unread,
    "name": _unshown,
    "private": _unhidden,
}

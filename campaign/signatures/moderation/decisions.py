"""Organizers' decisions about signatures, and about corrections that a rule held."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, case, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from campaign.db.versioned import content_version, require_version
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.signatures import tokens
from campaign.signatures.models import VALID_STATES, HeldCorrection, Signature
from campaign.signatures.name_display import note_display_change
from campaign.signatures.queries import chosen_among

REJECTED = "rejected"
MERGED = "merged"
NOT_HELD = ("pending", *VALID_STATES)
UNDECIDED = (*NOT_HELD, "held")
CORRECTED = ("given_name", "family_name", "country", "postal_code", "comment", "name_display")

_table: Table = Signature.__table__
# What an organizer has approved is not held again.
CAN_BE_HELD = _table.c.state.in_(NOT_HELD) & _table.c.reviewed_at.is_(None)


class SamePerson(CampaignError):
    """Another signature without an email address already has this name and postal code."""

    status = 409


class CannotMerge(CampaignError):
    """These two signatures cannot be merged. `code` says why."""

    status = 409

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def approve(*, ids: Iterable[int], cause_ids: Iterable[int] | None, now: datetime) -> Sequence[int]:
    """Approve held or rejected signatures, so that no rule holds them again.

    They are counted if their supporter has confirmed, and otherwise wait for confirmation.
    """
    return _approve(chosen_among(ids, cause_ids), now)


def approve_waiting(
    *, ids: Iterable[int], cause_ids: Iterable[int] | None, now: datetime
) -> Sequence[int]:
    """Approve held signatures that still wait for review. Leave rejected ones rejected."""
    return _approve(chosen_among(ids, cause_ids) & _table.c.rejected_at.is_(None), now)


def _approve(chosen: ColumnElement[bool], now: datetime) -> Sequence[int]:
    # Without an address, no email can ask for a confirmation.
    is_complete = _table.c.confirmed_at.is_not(None) | _table.c.email_digest.is_(None)
    return _change(
        chosen & (_table.c.state == "held"),
        state=case((is_complete, "confirmed"), else_="pending"),
        confirmed_at=case((is_complete, func.coalesce(_table.c.confirmed_at, now)), else_=None),
        held_reason="",
        rejected_at=None,
        reviewed_at=now,
    )


def reject(*, ids: Iterable[int], cause_ids: Iterable[int] | None, now: datetime) -> Sequence[int]:
    """Reject signatures. They are kept with the reason they were held for, and are not counted."""
    return _change(
        chosen_among(ids, cause_ids)
        & _table.c.state.in_(UNDECIDED)
        & _table.c.rejected_at.is_(None),
        state="held",
        held_reason=case((_table.c.held_reason == "", REJECTED), else_=_table.c.held_reason),
        rejected_at=now,
    )


def hold(*, ids: Iterable[int], reason: str, now: datetime) -> Sequence[int]:
    """Hold what a rule found, except what an organizer has approved, and return the ids."""
    return _change(
        _table.c.id.in_(ids) & CAN_BE_HELD,
        state="held",
        held_reason=reason,
        held_at=now,
    )


def release_all(*, reason: str, now: datetime, limit: int) -> Sequence[int]:
    """Approve up to `limit` signatures held, and not rejected, for this reason. Return the ids."""
    held = select(_table.c.id).where(
        _table.c.state == "held", _table.c.held_reason == reason, _table.c.rejected_at.is_(None)
    )
    ids = db.session.scalars(held.order_by(_table.c.id).limit(limit)).all()
    return approve_waiting(ids=ids, cause_ids=None, now=now)


def withdraw(
    *, ids: Iterable[int], cause_ids: Iterable[int] | None, now: datetime
) -> Sequence[int]:
    """Withdraw signatures whose supporters asked for it by other means than their link."""
    withdrawn = _change(
        chosen_among(ids, cause_ids) & _table.c.state.in_(UNDECIDED),
        state="withdrawn",
        withdrawn_at=now,
    )
    return _log_ended("signature.withdrawn", withdrawn)


def restore_withdrawn(*, ids: Iterable[int], cause_ids: Iterable[int] | None) -> Sequence[int]:
    """Undo a withdrawal and return the signature to its former state."""
    unheld_state = case((_table.c.confirmed_at.is_not(None), "confirmed"), else_="pending")
    returned = _change(
        # A signature from an import that was undone has lost its name and cannot come back.
        chosen_among(ids, cause_ids)
        & (_table.c.state == "withdrawn")
        & (_table.c.given_name != ""),
        state=case((_table.c.held_reason != "", "held"), else_=unheld_state),
        withdrawn_at=None,
    )
    return _log_ended("signature.returned", returned)


def decide_comments(
    *, versions: Mapping[int, str], shown: bool, cause_ids: Iterable[int] | None, now: datetime
) -> Sequence[int]:
    """Show the comments of these signatures, or keep them hidden, and return the ids.

    `versions` maps each id to the `content_version` of the comment that the organizer read. A
    comment that its supporter has changed since then waits for another review.
    """
    rows = db.session.execute(
        select(_table.c.id, _table.c.comment)
        .where(chosen_among(versions, cause_ids))
        .with_for_update()
    ).all()
    unchanged = [
        row.id for row in rows if row.comment and content_version(row.comment) == versions[row.id]
    ]
    return _change(_table.c.id.in_(unchanged), comment_shown=shown, comment_read_at=now)


def show_comments(
    *, ids: Iterable[int], cause_ids: Iterable[int] | None, now: datetime
) -> Sequence[int]:
    """Show all hidden comments of these signatures and return the ids."""
    return _change(
        _with_comment(ids, cause_ids) & ~_table.c.comment_shown,
        comment_shown=True,
        comment_read_at=now,
    )


def hide_comments(
    *, ids: Iterable[int], cause_ids: Iterable[int] | None, now: datetime
) -> Sequence[int]:
    """Hide all comments of these signatures that are shown or unread, and return the ids."""
    to_hide = _table.c.comment_shown | _table.c.comment_read_at.is_(None)
    return _change(
        _with_comment(ids, cause_ids) & to_hide, comment_shown=False, comment_read_at=now
    )


def _with_comment(ids: Iterable[int], cause_ids: Iterable[int] | None) -> ColumnElement[bool]:
    return chosen_among(ids, cause_ids) & (_table.c.state == "counted") & (_table.c.comment != "")


def correct(*, signature_id: int, version: str, now: datetime, **columns: Any) -> list[str]:
    """Correct a supporter's data as they asked and return the names of the columns that changed.

    `version` is the `version_of` the signature that the form showed. A comment that was changed
    here counts as read. Raise EditConflict and SamePerson.
    """
    signature = load_for_update(Signature, signature_id)
    require_version("erased" if signature.state == "erased" else version_of(signature), version)
    changed = [name for name, value in columns.items() if value != (getattr(signature, name) or "")]
    note_hidden(signature, {name: columns[name] for name in changed})
    for name in changed:
        setattr(signature, name, columns[name])
    if "name_display" in changed:
        signature.name_display_requested = ""
    if "comment" in changed:
        signature.comment_shown, signature.comment_read_at = (
            bool(signature.comment and signature.comment_shown),
            now,
        )
    signature.person_digest = tokens.person_digest(
        cast(str, signature.given_name), signature.family_name or "", signature.postal_code
    )
    try:
        db.session.flush()
    except IntegrityError as error:
        raise SamePerson(signature_id) from error
    return changed


def note_hidden(signature: Signature, columns: Mapping[str, Any]) -> None:
    """Note beside the database what `columns` will hide: a comment, or something of the name.

    A restored backup must not publish it again.
    """
    if "name_display" in columns:
        note_display_change(signature, columns["name_display"])
    comment = columns.get("comment", signature.comment)
    if comment != signature.comment:
        for what, text in (("comment.removed", signature.comment), ("comment.returned", comment)):
            if text:
                note_ended(what, signature.id, comment_identity(signature, text))


def comment_identity(signature: Signature, comment: str) -> str:
    """Return what identifies a comment in the list of ended things, sealed there."""
    return f"{signature.created_at.isoformat()} {comment}"


def merge(*, kept_id: int, other_id: int, now: datetime) -> Signature:
    """Merge two signatures of one person. `kept` takes the values it lacks, `other` is rejected.

    Raise CannotMerge.
    """
    rows = db.session.scalars(
        select(Signature)
        .where(Signature.id.in_((kept_id, other_id)))
        .order_by(Signature.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {row.id: row for row in rows}
    kept, other = by_id.get(kept_id), by_id.get(other_id)
    _refuse_merge(kept, other)
    kept, other = cast(Signature, kept), cast(Signature, other)
    for name in ("family_name", "country", "postal_code"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name) or "")
    other.state, other.held_reason, other.rejected_at = "held", f"{MERGED}:{kept.id}", now
    db.session.flush()
    return kept


def _refuse_merge(kept: Signature | None, other: Signature | None) -> None:
    if kept is None or other is None or kept.id == other.id:
        raise CannotMerge("one")
    if kept.petition_id != other.petition_id:
        raise CannotMerge("petition")
    if (
        other.state not in UNDECIDED
        or other.rejected_at
        or kept.state not in UNDECIDED
        or kept.rejected_at
    ):
        raise CannotMerge("gone")
    if (other.confirmed_at and not kept.confirmed_at) or (
        kept.state == "held" and other.state != "held"
    ):
        raise CannotMerge("unconfirmed")


def version_of(signature: Signature) -> str:
    """Return the version of the columns of a signature that can be corrected."""
    return content_version([getattr(signature, name) or "" for name in CORRECTED])


def _change(condition: ColumnElement[bool], **values: Any) -> Sequence[int]:
    return db.session.scalars(
        update(_table).where(condition).values(**values).returning(_table.c.id)
    ).all()


def _log_ended(kind: str, ids: Sequence[int]) -> Sequence[int]:
    """Log these changes beside the database, so that they survive a restore, and return the ids."""
    for row in db.session.execute(
        select(_table.c.id, _table.c.created_at).where(_table.c.id.in_(ids))
    ):
        note_ended(kind, row.id, row.created_at)
    return ids


def petitions_of(ids: Iterable[int]) -> list[tuple[int, int, int]]:
    """Return (cause id, petition id, id) of each of these signatures that exists."""
    columns = (_table.c.cause_id, _table.c.petition_id, _table.c.id)
    return cast(
        list[tuple[int, int, int]],
        [
            tuple(row)
            for row in db.session.execute(select(*columns).where(_table.c.id.in_(list(ids))))
        ],
    )


# What the public sees of a signature whose name is shown. Comments are hidden until an organizer
# reads them, so rules need not hold them.
HELD_COLUMNS = ("given_name", "family_name", "country")


def hold_correction(
    signature_id: int, *, columns: dict[str, Any], reason: str, now: datetime
) -> None:
    """Store these columns until an organizer has reviewed them."""
    db.session.add(
        HeldCorrection(signature_id=signature_id, changes=columns, reason=reason, created_at=now)
    )
    db.session.flush()


def drop_corrections(signature_ids: Sequence[int]) -> None:
    """Delete the waiting corrections of these signatures."""
    db.session.execute(delete(HeldCorrection).where(HeldCorrection.signature_id.in_(signature_ids)))


def correction_of(signature_id: int) -> HeldCorrection | None:
    """Return the waiting correction of this signature, or None."""
    return db.session.get(HeldCorrection, signature_id, populate_existing=True)


def held_corrections(
    petition_ids: list[int], *, limit: int
) -> list[tuple[HeldCorrection, Signature]]:
    """Return the waiting corrections under these petitions, oldest first, with their signatures."""
    query = (
        select(HeldCorrection, Signature)
        .join(Signature, Signature.id == HeldCorrection.signature_id)
        .where(Signature.petition_id.in_(petition_ids))
        .order_by(HeldCorrection.created_at, HeldCorrection.signature_id)
        .limit(limit)
    )
    return cast(
        list[tuple[HeldCorrection, Signature]],
        [tuple(row) for row in db.session.execute(query)],
    )


def count_held_corrections(petition_ids: list[int]) -> int:
    """Return how many corrections wait under these petitions."""
    query = select(func.count()).join_from(
        HeldCorrection, Signature, Signature.id == HeldCorrection.signature_id
    )
    return cast(int, db.session.scalar(query.where(Signature.petition_id.in_(petition_ids))))


def settle_correction(*, signature_id: int, version: str, is_accepted: bool) -> list[int]:
    """Publish a correction or keep the former values, and return the id of the signature.

    `version` is the `content_version` of the `changes` that the organizer read. Raise EditConflict
    if the supporter has changed or removed the correction since.
    """
    signature = load_for_update(Signature, signature_id)
    correction = correction_of(signature_id)
    columns = correction.changes if correction else {}
    require_version(content_version(columns), version)
    drop_corrections([signature_id])
    if is_accepted:
        set_columns(signature, columns)
    return [signature_id]


def set_columns(signature: Signature, columns: dict[str, Any]) -> None:
    """Set these columns, and the digest of the person that follows from them."""
    for name, value in columns.items():
        setattr(signature, name, value)
    signature.person_digest = tokens.person_digest(
        cast(str, signature.given_name), signature.family_name or "", signature.postal_code
    )
    db.session.flush()

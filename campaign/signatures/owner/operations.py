"""What supporters do with their signature through a personal link, and how they request the link.

Everyone who asks for a link gets the same answer, and the same rows are written for everyone. The
worker finds out later whether there is anything to send.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import CursorResult, Row, Table, bindparam, delete, func, select, update

from campaign.db.functions import noon_of
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.mail.operations import enqueue
from campaign.mailboxes.operations import forget_erased
from campaign.notices.consents import delete_consents
from campaign.signatures import tokens
from campaign.signatures.answer_consents import note_answer_change
from campaign.signatures.models import OwnLinkRequest, Signature
from campaign.signatures.moderation.decisions import (
    HELD_COLUMNS,
    drop_corrections,
    hold_correction,
    note_hidden,
    set_columns,
)
from campaign.signatures.moderation.rules import reason_to_hold_correction
from campaign.signatures.name_consents import note_name_change
from campaign.signatures.pending_forms import forget_forms
from campaign.signatures.queries import signatures_of_address
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import subscriptions_of_digest
from campaign.text.email_addresses import is_same_address

_table: Table = Signature.__table__
# What remains: someone signed this petition, the evidence, the day, and the number.
ERASED: dict[str, Any] = {
    "state": "erased",
    "given_name": None,
    "family_name": None,
    "email": None,
    "email_digest": None,
    "person_digest": None,
    "address_digest": None,
    "postal_code": "",
    "comment": "",
    "comment_shown": False,
    "comment_read_at": None,
    "answers": {},
    "kind_data": None,
    "name_display_requested": "",
    "subscribe": False,
    "tell_answer": False,
    "position_at_address": 1,
    "lang": "",
    "country": "",
    "name_display": "counted",
    "held_reason": "",
    "held_at": None,
    "reviewed_at": None,
    "rejected_at": None,
    "mail_count": 0,
    "mailed_at": None,
    "reminders": 0,
    "waits_until": None,
    "referrer_id": None,
    "source": "",
    "kiosk_id": None,
    "shift_id": None,
    "event_id": None,
    "consent_at": None,
    **{
        name: noon_of(_table.c[name])
        for name in ("created_at", "confirmed_at", "hatched_at", "withdrawn_at")
    },
}

_move_up = (
    update(_table)
    .where(
        _table.c.petition_id == bindparam("left_petition"),
        _table.c.email_digest == bindparam("left_address"),
        _table.c.position_at_address == 2,
    )
    .values(position_at_address=1)
)


class SignatureNotYours(CampaignError):
    """The link does not open this signature."""

    status = 404


def load_own(signature_id: int, email_digest: bytes | None, email: str) -> Signature:
    """Return the signature if it was signed with exactly this address. Raise SignatureNotYours.

    `email_digest` is the digest of the address.
    """
    # We search only this person's signatures, so that a forged id reveals nothing, however large it
    # is.
    owned = signatures_of_address(email_digest, email) if email_digest else ()
    signature = next((signature for signature in owned if signature.id == signature_id), None)
    if signature is None:
        raise SignatureNotYours(signature_id)
    return signature


def _lock_own(signature_id: int, email_digest: bytes | None, email: str) -> Signature:
    """Return and lock the supporter's current signature. Raise SignatureNotYours.

    Another transaction may be erasing it: an import is undone, or a petition's retention ends.
    """
    load_own(signature_id, email_digest, email)
    signature = cast(
        Signature,
        db.session.get(Signature, signature_id, with_for_update=True, populate_existing=True),
    )
    if signature.email_digest != email_digest or not is_same_address(signature.email, email):
        raise SignatureNotYours(signature_id)
    return signature


def correct(
    *, signature_id: int, email_digest: bytes | None, email: str, now: datetime, **columns: Any
) -> Signature:
    """Apply the supporter's corrections, and return the signature.

    A changed comment waits for review again. The rules check the new text as they do at signing. If
    one matches, an unconfirmed signature is held. A confirmed one keeps its name and country until
    an organizer reviews them, and the rest changes at once. The person's digest follows the
    corrected name, so signing again under it counts as a repeat.
    """
    signature = _lock_own(signature_id, email_digest, email)
    before = signature.name_display
    # A correction replaces one that still waits.
    drop_corrections([signature.id])
    changed = {
        name: columns[name]
        for name in HELD_COLUMNS
        if name in columns and columns[name] != (getattr(signature, name) or "")
    }
    if columns.get("comment", signature.comment) != signature.comment:
        columns |= {"comment_shown": False, "comment_read_at": None}
    reason = reason_to_hold_correction(
        signature,
        {**changed, "comment": columns.get("comment", "") if "comment_shown" in columns else ""},
    )
    if reason and signature.state == "pending":
        signature.state, signature.held_reason = "held", reason
    elif reason and signature.state != "held" and changed:
        hold_correction(signature.id, columns=changed, reason=reason, now=now)
        columns = {name: value for name, value in columns.items() if name not in changed}
    note_hidden(signature, columns)
    if "name_display" in columns:
        signature.name_display_requested = ""
    is_shown_differently = columns.get("name_display", before) != before
    set_columns(signature, columns)
    if is_shown_differently:
        note_name_change([signature.id], now=now)
    return signature


def choose_answers(
    *, signature_id: int, email_digest: bytes | None, email: str, wants: bool, now: datetime
) -> Signature:
    """Note whether the supporter wants to be told when the petition is answered.

    Two people who share an address choose separately.
    """
    signature = _lock_own(signature_id, email_digest, email)
    if signature.tell_answer is not wants:
        signature.tell_answer = wants
        _note_answers([signature], now)
    return signature


def stop_answers(*, signature_id: int, now: datetime) -> None:
    """End the emails about answers to the petition of this signature, for all of its address.

    Two people may share the address, and either may press the link to stop.
    """
    signature = db.session.get_one(Signature, signature_id)
    if signature.email_digest is None:
        return
    asking = db.session.scalars(
        select(Signature)
        .where(
            Signature.petition_id == signature.petition_id,
            Signature.email_digest == signature.email_digest,
            Signature.tell_answer,
        )
        .order_by(Signature.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in asking:
        row.tell_answer = False
    _note_answers(asking, now)


def _note_answers(signatures: Sequence[Signature], now: datetime) -> None:
    db.session.flush()
    note_answer_change([row.id for row in signatures], now=now)
    for row in signatures:
        what = "signature.answers_asked" if row.tell_answer else "signature.answers_stopped"
        note_ended(what, row.id, row.created_at)


def withdraw(
    *, signature_id: int, email_digest: bytes | None, email: str, now: datetime
) -> Signature:
    """Withdraw the signature.

    Within a second the runner removes it from the tally and frees its number.
    """
    signature = _lock_own(signature_id, email_digest, email)
    if signature.state not in ("withdrawn", "erased"):
        signature.state = "withdrawn"
        signature.withdrawn_at = now
        note_ended("signature.withdrawn", signature.id, signature.created_at)
        signature.waits_until = None
    db.session.flush()
    return signature


def restore(*, signature_id: int, email_digest: bytes | None, email: str) -> Signature:
    """Undo a withdrawal.

    The signature gets its former state. If it was confirmed, it is counted again.
    """
    signature = _lock_own(signature_id, email_digest, email)
    if signature.state == "withdrawn":
        unheld_state = "confirmed" if signature.confirmed_at else "pending"
        signature.state = "held" if signature.held_reason else unheld_state
        signature.withdrawn_at = None
        note_ended("signature.returned", signature.id, signature.created_at)
    db.session.flush()
    return signature


def erase(signature_ids: Sequence[int]) -> None:
    """Remove all personal data of these signatures.

    Counted ones stay counted, so that the ledger stays true.
    """
    chosen = Signature.id.in_(signature_ids)
    forget_forms(signature_ids)
    drop_corrections(signature_ids)
    delete_consents("signature", signature_ids)
    emptied = db.session.execute(
        select(Signature.petition_id, Signature.email_digest).where(chosen)
    ).all()
    db.session.execute(update(Signature).where(chosen).values(**ERASED))
    move_up(emptied)
    forget_erased(row.email_digest for row in emptied if row.email_digest)
    # Packages above this one also delete their data about these signatures.
    for forget in current_app.extensions["on_erase"]:
        forget(signature_ids)


def move_up(emptied: Iterable[Row[int, bytes | None]]) -> None:
    """Give the first position to the person who remains at an address.

    Signing again looks for that position first. `emptied` are rows (petition_id, email_digest) of
    signatures that left their position.
    """
    freed = [
        {"left_petition": row.petition_id, "left_address": row.email_digest}
        for row in emptied
        if row.email_digest
    ]
    if freed:
        db.session.execute(_move_up, freed)


OWN_LINK = "own_link"
# Enough for someone who deletes the first email and mistypes the second. Strangers can use up the
# limit of an address, so it lasts a day, not a week.
MAX_LINKS_PER_ADDRESS_PER_DAY = 3
DAY = timedelta(days=1)


def request_own_link(*, email: str, normalized: str, lang: str, now: datetime) -> None:
    """Queue the email with the link for this address.

    It is queued even if nothing was signed with the address and it gets no news. `email` is the
    address as it was entered, `normalized` the one to compare.
    """
    request = OwnLinkRequest(
        email_digest=tokens.email_digest(normalized),
        exact_digest=tokens.exact_digest(email),
        created_at=now,
    )
    db.session.add(request)
    db.session.flush()
    enqueue(kind=OWN_LINK, subject_id=request.id, lang=lang)


def answer_to(request_id: int) -> Signature | Subscription | None:
    """Return the row whose page the link opens, or None.

    That is the newest signature with exactly the address of this request. Without a signature, it
    is the oldest subscription. Return None if there is neither, or after too many requests.
    """
    request = db.session.get(OwnLinkRequest, request_id)
    if request is None or _count_earlier_requests(request) >= MAX_LINKS_PER_ADDRESS_PER_DAY:
        return None
    signatures = db.session.scalars(
        select(Signature)
        .where(Signature.email_digest == request.email_digest)
        .order_by(Signature.id.desc())
    ).all()
    # The page of a signature links to the subscriptions of its address.
    rows: tuple[Signature | Subscription, ...] = (
        *signatures,
        *(row for row, _cause in subscriptions_of_digest(request.email_digest)),
    )
    return next(
        (
            row
            for row in rows
            if row.email and tokens.exact_digest(row.email) == request.exact_digest
        ),
        None,
    )


def forget_link_requests(*, now: datetime) -> int:
    """Delete the requests that are older than a day and return how many."""
    return cast(
        CursorResult[Any],
        db.session.execute(delete(OwnLinkRequest).where(OwnLinkRequest.created_at <= now - DAY)),
    ).rowcount


def _count_earlier_requests(request: OwnLinkRequest) -> int:
    table = OwnLinkRequest
    earlier = (
        table.email_digest == request.email_digest,
        table.id < request.id,
        table.created_at > request.created_at - DAY,
    )
    return cast(int, db.session.scalar(select(func.count()).where(*earlier)))

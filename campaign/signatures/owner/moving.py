"""Move the signatures of a mailbox to another one.

Where both have signed the same petition, one signature of each person stays.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import cast

from flask import Flask
from sqlalchemy import delete, select, update

from campaign.accounts.audit import WORKER, record_audit_event
from campaign.extensions import db
from campaign.mailboxes.parts import Mailbox, MailboxPart, register_mailbox_part
from campaign.petitions.models import Petition
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.signatures.answer_consents import hand_over_answers
from campaign.signatures.models import VALID_STATES, Signature
from campaign.signatures.moderation.decisions import drop_corrections
from campaign.signatures.owner.operations import move_up, withdraw
from campaign.signatures.pending_forms import forget_forms
from campaign.signatures.queries import signatures_of_address
from campaign.subscriptions.models import Subscription

ADDRESS_CHANGED = "signatures.address"
# The purpose of the digest of a signature that no longer has an address.
SET_ASIDE = "signature set aside"


def init_app(app: Flask) -> None:
    """Register the signatures of a mailbox as a part of it."""
    part = MailboxPart(
        name="signatures",
        move=move_signatures,
        count=count_signatures,
        lang=newest_lang,
        is_neutral=is_neutral,
    )
    register_mailbox_part(app, part)


def count_signatures(mailbox: Mailbox) -> int:
    """Return how many signatures of the mailbox would move and are not withdrawn."""
    rows = signatures_of_address(mailbox.digest, mailbox.email)
    return sum(row.state != "withdrawn" and not _is_unconfirmed(row) for row in rows)


def newest_lang(mailbox: Mailbox) -> str:
    """Return the language of the newest signature of the mailbox, or an empty text.

    Anyone can sign with the address in any language, so it must be confirmed.
    """
    rows = signatures_of_address(mailbox.digest, mailbox.email)
    return next((row.lang for row in reversed(rows) if not _is_unconfirmed(row)), "")


def is_neutral(mailbox: Mailbox) -> bool:
    """Return whether the mailbox signed a petition whose emails must not reveal it."""
    petition_ids = {row.petition_id for row in signatures_of_address(mailbox.digest, mailbox.email)}
    neutral = select(Petition.id).where(
        Petition.id.in_(petition_ids), Petition.neutral_emails.is_(True)
    )
    return bool(petition_ids) and db.session.scalar(neutral.limit(1)) is not None


def move_signatures(old: Mailbox, new: Mailbox, *, now: datetime) -> None:
    """Move the signatures of a mailbox.

    Forms that nobody confirmed do not move: they are dropped.
    """
    rows = db.session.scalars(
        select(Signature)
        .where(Signature.email_digest.in_({old.digest, new.digest}))
        # All transactions lock signatures in this order, so that they cannot deadlock.
        .order_by(Signature.petition_id, Signature.email_digest, Signature.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for petition_id, of_petition in groupby(rows, key=lambda row: row.petition_id):
        group = list(of_petition)
        own = [row for row in group if old.owns(row.email, row.email_digest)]
        if old.digest == new.digest:
            # Only the spelling of the address changes.
            _give_address({row: row.position_at_address for row in own}, new, now)
        elif own:
            there = [row for row in group if row.email_digest == new.digest]
            _move_in_petition(petition_id, own, there, new=new, now=now)


def _move_in_petition(
    petition_id: int,
    own: Sequence[Signature],
    there: Sequence[Signature],
    *,
    new: Mailbox,
    now: datetime,
) -> None:
    ids = [row.id for row in own]
    emptied = db.session.execute(
        select(Signature.petition_id, Signature.email_digest).where(Signature.id.in_(ids)).limit(1)
    ).all()
    moving = [row for row in own if not _is_unconfirmed(row)]
    _drop([row for row in own if _is_unconfirmed(row)])
    staying = _staying(petition_id, moving, there) if there and moving else [*moving, *there]
    for row in (*moving, *there):
        if row not in staying:
            same_person = (one for one in staying if one.person_digest == row.person_digest)
            _set_aside(row, kept=next(same_person, staying[0]), now=now)
    db.session.flush()
    moved = [row for row in staying if row in moving]
    _give_address(_positions(moved, [row for row in staying if row in there]), new, now)
    # People who spell the old address differently may have signed there too.
    move_up(emptied)


def _staying(
    petition_id: int, moving: Sequence[Signature], there: Sequence[Signature]
) -> list[Signature]:
    """Return the signatures that stay at the new address: one, or those of two who may share it.

    A counted signature stays rather than one that waits or was withdrawn. Otherwise the older one
    stays.
    """
    first, *others = sorted((*moving, *there), key=_standing)
    # Two who share an address already stay together, even if that is no longer allowed.
    may_share = bool(
        len(moving) > 1
        or len(there) > 1
        or db.session.scalar(select(Petition.two_per_address).where(Petition.id == petition_id))
    )
    second = next((row for row in others if may_share and _are_partners(first, row)), None)
    return [first] if second is None else [first, second]


def _standing(row: Signature) -> tuple[int, datetime, int]:
    if row.state in VALID_STATES:
        rank = 0
    elif row.state == "withdrawn":
        rank = 3
    elif _is_unconfirmed(row):
        rank = 4
    else:
        rank = 1 if row.rejected_at is None else 2
    return rank, row.created_at, row.id


def _are_partners(one: Signature, other: Signature) -> bool:
    """Return whether two people may share an address: different names, the same postal code."""
    is_together = one.email_digest == other.email_digest
    has_place = bool(one.postal_code) and one.postal_code == other.postal_code
    return one.person_digest != other.person_digest and (is_together or has_place)


def _is_unconfirmed(row: Signature) -> bool:
    """Return whether no one has confirmed this signature yet."""
    return row.confirmed_at is None and (
        row.state == "pending" or (row.state == "held" and row.evidence == "email")
    )


def _drop(rows: Sequence[Signature]) -> None:
    """Delete signatures that nobody confirmed, with their forms."""
    ids = [row.id for row in rows]
    if ids:
        db.session.execute(
            delete(Signature)
            .where(Signature.id.in_(ids))
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            db.session.expunge(row)


def _set_aside(row: Signature, *, kept: Signature, now: datetime) -> None:
    """Withdraw a signature whose person has another one at the address, and remove its address.

    So the runner removes it from the tally, no link opens it, and it is erased like any withdrawn
    one.
    """
    if _is_unconfirmed(row):
        _drop([row])
        return
    if row.state != "withdrawn":
        hand_over_answers(row, kept)
        withdraw(
            signature_id=row.id,
            email_digest=row.email_digest,
            email=cast(str, row.email),
            now=now,
        )
    forget_forms([row.id])
    drop_corrections([row.id])
    db.session.execute(
        update(Subscription)
        .where(Subscription.signature_id == row.id)
        .values(signature_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    row.merged_into_id = kept.id
    row.email = None
    row.email_digest = keyed_digest(secret_key(), SET_ASIDE, str(row.id))
    row.position_at_address = 1


def _positions(moved: Sequence[Signature], there: Sequence[Signature]) -> dict[Signature, int]:
    """Return the positions that are free for the signatures that move to the new address.

    Signing again looks for the first position first, so a single signature moves to it.
    """
    if not there:
        return {row: row.position_at_address if len(moved) == 2 else 1 for row in moved}
    if len(there) == 1 and not moved:
        there[0].position_at_address = 1
    return {row: 3 - there[0].position_at_address for row in moved}


def _give_address(positions: Mapping[Signature, int], new: Mailbox, now: datetime) -> None:
    """Give signatures the address and their positions at it, in the same statement."""
    # The links of forms that wait went to the old address.
    forget_forms([row.id for row in positions if row.email_digest != new.digest])
    for row, position in positions.items():
        row.email, row.email_digest = new
        row.position_at_address = position
    db.session.flush()
    for row in positions:
        record_audit_event(
            WORKER,
            ADDRESS_CHANGED,
            subject=("signature", row.id),
            cause_id=row.cause_id,
            at=now,
        )

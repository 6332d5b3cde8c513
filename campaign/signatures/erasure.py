"""Erasure: of a signature, of an import that is undone, of a petition some time after its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, case, exists, func, null, select, update
from sqlalchemy.orm import aliased

from campaign.accounts.alerts import tell_owners
from campaign.accounts.audit import WORKER, Actor, entries, record_audit_event
from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.notices.consents import delete_consents
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.models import VALID_STATES, Signature
from campaign.signatures.owner.operations import ERASED, erase, move_up
from campaign.subscriptions.signers import erase_of_signatures

BATCH_SIZE = 500
# Owners of a cause are warned this long before.
NOTICE_PERIOD = timedelta(days=14)
NOTICE_EMAIL = "retention_notice"
NOTICE_ACTION = "retention.tell"


class StillCounted(CampaignError):
    """The signature was just withdrawn or held, and is still in the tally.

    The runner removes it from there within a second.
    """

    status = 409


def erase_one(*, signature_id: int) -> int:
    """Remove all personal data of a signature. A counted one stays counted. Raise StillCounted."""
    row = db.session.execute(
        select(Signature.state, Signature.hatched_at, Signature.created_at)
        .where(Signature.id == signature_id)
        .with_for_update()
    ).one()
    # Erased now, it would stay in the tally that it should leave.
    if row.hatched_at is not None and row.state not in (*VALID_STATES, "erased"):
        raise StillCounted(signature_id)
    if row.state != "erased":
        # Retention keeps subscriptions, which are separate consents. A person who asks to be erased
        # loses those too.
        erase_of_signatures([signature_id], now=utcnow())
        erase([signature_id])
        note_ended("signature.erased", signature_id, row.created_at)
    return signature_id


def ended_at(petition: Petition) -> datetime | None:
    """Return when a petition ended or will end, or None if that is not known yet.

    A petition that was closed by hand ended at that time. If the time was not recorded, it ended
    with its last signature.
    """
    if petition.state != "closed" or petition.closed_at is not None:
        return petition.ends_at
    last = db.session.scalar(
        select(Signature.created_at)
        .where(Signature.petition_id == petition.id)
        .order_by(Signature.id.desc())
        .limit(1)
    )
    return min(filter(None, (petition.closes_at, last or petition.created_at)))


def erases_at(petition: Petition) -> datetime | None:
    """Return when a petition's personal data is erased: its retention days after the end.

    It is never earlier than NOTICE_PERIOD after the owners were warned.
    """
    end = ended_at(petition)
    if petition.retention_days is None or end is None:
        return None
    planned = end + timedelta(days=petition.retention_days)
    return (
        planned
        if petition.retention_notified_at is None
        else max(planned, petition.retention_notified_at + NOTICE_PERIOD)
    )


def count_personal(petition_id: int) -> int:
    """Return how many signatures of a petition still hold personal data."""
    # A signature from an import that was undone holds no personal data. It keeps its number until
    # the runner takes it.
    query = select(func.count()).where(
        Signature.petition_id == petition_id,
        Signature.state != "erased",
        Signature.given_name != "",
    )
    return cast(int, db.session.scalar(query))


def would_erase_at(petition: Petition, days: int, now: datetime) -> datetime | None:
    """Return when the data would be erased if retention were set to `days` now, or None.

    None if the petition's end is not known.
    """
    end = ended_at(petition)
    return None if end is None else max(end + timedelta(days=days), now + NOTICE_PERIOD)


def set_retention(*, petition_id: int, days: int | None, version: int | None = None) -> Petition:
    """Erase personal data `days` after the end, or keep it if None. Warn the owners again.

    `version` is that of the petition's part `retention` that the form showed, None without a form.
    Raise EditConflict.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "retention", version)
    if petition.retention_days != days:
        petition.retention_days, petition.retention_notified_at, petition.retention_done_at = (
            days,
            None,
            None,
        )
    db.session.flush()
    return petition


def keeps_by_choice(petition: Petition) -> bool:
    """Return whether an organizer has chosen to keep this petition's data forever.

    The activity log holds that choice.
    """
    return petition.retention_days is None and bool(
        entries(action="retention.edit", subject=("petition", petition.id), limit=1)
    )


def is_due(petition: Petition, now: datetime) -> bool:
    """Return whether it is time to erase, and the owners were warned in time."""
    at = erases_at(petition)
    return (
        at is not None
        and petition.retention_notified_at is not None
        and petition.retention_done_at is None
        and now >= at
    )


def warn_of_erasure(*, now: datetime) -> int:
    """Queue a warning to owners about each petition whose data is erased within NOTICE_PERIOD.

    Return how many petitions. One that was erased and then signed again is included.
    """
    _reset_signed_since()
    petitions = [petition for petition in _with_retention() if _needs_warning(petition, now)]
    for petition in petitions:
        petition.retention_notified_at = now
        tell_owners(
            NOTICE_EMAIL,
            NOTICE_ACTION,
            subject=("petition", petition.id),
            cause_id=petition.cause_id,
        )
    db.session.flush()
    return len(petitions)


def anonymise_due(*, now: datetime) -> int:
    """Erase a batch of each petition that is due and return how many signatures were erased."""
    return sum(
        anonymise(petition_id=petition.id, actor=WORKER, now=now)
        for petition in _with_retention()
        if is_due(petition, now)
    )


def anonymise(*, petition_id: int, actor: Actor, now: datetime, limit: int = BATCH_SIZE) -> int:
    """Erase up to `limit` signatures of a petition, oldest first, and return how many.

    Counted ones stay counted. The last batch is recorded in the activity log as done by `actor`.
    """
    # Signatures that are leaving the tally must have left it first.
    is_settled = Signature.hatched_at.is_(None) | Signature.state.in_(VALID_STATES)
    conditions = (Signature.petition_id == petition_id, Signature.state != "erased", is_settled)
    ids = db.session.scalars(
        select(Signature.id)
        .where(*conditions)
        .order_by(Signature.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    erase(ids)
    if len(ids) < limit and not count_personal(petition_id):
        petition = cast(Petition, db.session.get(Petition, petition_id))
        petition.retention_done_at = now
        note_ended("petition.erased", petition.id, petition.created_at)
        record_audit_event(
            actor, "retention.erase", subject=("petition", petition_id), cause_id=petition.cause_id
        )
        db.session.flush()
    return len(ids)


def _reset_signed_since() -> None:
    """Make petitions due again that were signed after their data was erased.

    They were reopened, or a paper sheet arrived late.
    """
    last = aliased(Signature)
    newest = (
        select(func.max(last.id))
        .where(last.petition_id == Petition.id)
        .correlate(Petition)
        .scalar_subquery()
    )
    signed_since = exists().where(
        Signature.id == newest, Signature.state != "erased", Signature.given_name != ""
    )
    db.session.execute(
        update(Petition)
        .where(Petition.retention_done_at.is_not(None), signed_since)
        .values(retention_done_at=None, retention_notified_at=None)
        .execution_options(synchronize_session=False)
    )


def _with_retention() -> Sequence[Petition]:
    """Return the petitions with data to erase, without those that another worker has locked."""
    return db.session.scalars(
        select(Petition)
        .where(Petition.retention_days.is_not(None), Petition.retention_done_at.is_(None))
        .order_by(Petition.id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _needs_warning(petition: Petition, now: datetime) -> bool:
    """Return whether owners must be warned. After the end moved, they are warned again."""
    end = ended_at(petition)
    if end is None:
        return False
    warn_from = end + timedelta(days=cast(int, petition.retention_days)) - NOTICE_PERIOD
    warned_at = petition.retention_notified_at
    return now >= warn_from and (warned_at is None or warned_at < warn_from)


_table: Table = Signature.__table__


def withdraw_and_erase(*, ids: list[int], now: datetime) -> int:
    """Withdraw a few hundred signatures, and erase their personal data at once. Return how many.

    A counted one stays counted, without a name, until the runner has removed it from tally and
    ledger. Those already removed or erased stay as they are.
    """
    _move_second_signatures(ids)
    delete_consents("signature", ids)
    is_counted = _table.c.hatched_at.is_not(None)
    values = {
        **ERASED,
        "state": case((is_counted, "withdrawn"), else_="erased"),
        "given_name": case((is_counted, ""), else_=null()),
        "withdrawn_at": now,
    }
    chosen = _table.c.id.in_(ids) & (_table.c.given_name != "")
    result = db.session.execute(update(_table).where(chosen).values(**values))
    return cast(CursorResult[Any], result).rowcount


def _move_second_signatures(ids: list[int]) -> None:
    """Move the second person at an address to the first position if only the first is erased."""
    stays = aliased(Signature)
    leaving = (
        select(Signature.petition_id, Signature.email_digest)
        .join(
            stays,
            (stays.petition_id == Signature.petition_id)
            & (stays.email_digest == Signature.email_digest)
            & (stays.position_at_address == 2)
            & stays.id.not_in(ids),
        )
        .where(Signature.id.in_(ids), Signature.position_at_address == 1)
    )
    rows = db.session.execute(leaving).all()
    if rows:
        # The first position must be free before another signature takes it.
        first = _table.c.id.in_(ids) & _table.c.email_digest.in_([row.email_digest for row in rows])
        db.session.execute(
            update(_table).where(first).values(email_digest=None, person_digest=None)
        )
        move_up(rows)

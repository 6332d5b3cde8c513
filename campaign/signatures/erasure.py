"""Erasing: of one signature because its owner asks, and of a whole petition some time after its end."""

from datetime import timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import aliased

from campaign.accounts.audit import WORKER, entries, record
from campaign.accounts.models import Grant, Organizer
from campaign.accounts.queries import admins, organizer_by_id
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.mail.operations import enqueue_many
from campaign.petitions.editing import EditConflict
from campaign.petitions.models import Petition
from campaign.petitions.operations import petition_to_change
from campaign.process.clock import utcnow
from campaign.signatures.batches import end_wait
from campaign.signatures.models import Signature
from campaign.signatures.owner_operations import erase
from campaign.subscriptions.signers import erase_of_signatures

BATCH = 500
# Owners are told so long before.
NOTICE = timedelta(days=14)
NOTICE_LETTER = "retention_notice"
TOLD = "retention.tell"


class StillCounted(CampaignError):
    """The signature was withdrawn or held this instant, and the runner has not yet taken it out of the tally."""

    status = 409


def erase_one(*, signature_id):
    """Remove every personal word of a signature; one that is counted stays counted. Raises StillCounted."""
    row = db.session.execute(
        select(Signature.state, Signature.number, Signature.created_at)
        .where(Signature.id == signature_id)
        .with_for_update()
    ).one()
    # Erased with its number it would stay in the tally that it was to leave.
    if row.number is not None and row.state not in ("counted", "confirmed", "erased"):
        raise StillCounted(signature_id)
    if row.state != "erased":
        # Retention forgets signatures and leaves subscriptions, which are consents of their own; who asks to be erased is gone whole.
        erase_of_signatures([signature_id], now=utcnow())
        erase([signature_id])
        note_ended("signature.erased", signature_id, row.created_at)
    return signature_id


def ended_at(petition):
    """Return when a petition ended or will end, or None where nobody knows yet.

    One that was closed by hand ended then; of one whose closing nobody noted, with its last signature.
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


def erases_at(petition):
    """Return when the personal data of a petition goes: its days after the end, but not before owners have had their notice."""
    end = ended_at(petition)
    if petition.retention_days is None or end is None:
        return None
    planned = end + timedelta(days=petition.retention_days)
    return (
        planned
        if petition.retention_told_at is None
        else max(planned, petition.retention_told_at + NOTICE)
    )


def personal_left(petition_id):
    """Return how many signatures of a petition still hold personal data."""
    return db.session.scalar(
        # One that came in by an import that was undone holds nothing any more, but has its number until the runner takes it.
        select(func.count()).where(
            Signature.petition_id == petition_id,
            Signature.state != "erased",
            Signature.given_name != "",
        )
    )


def would_erase_at(petition, days, now):
    """Return when the personal data would go if it were set now to `days` after the end, or None where that is not known."""
    end = ended_at(petition)
    return None if end is None else max(end + timedelta(days=days), now + NOTICE)


def mark_of(petition):
    """Return what tells whether the data of a petition is still kept as long as an editor saw it."""
    return str(petition.retention_days or "")


def set_retention(*, petition_id, days, mark=None):
    """Let personal data go `days` after the end, or stay where it is None; who was told before is told anew.

    `mark` is what `mark_of` told the editor, None where nobody had a page before their eyes. Raises EditConflict.
    """
    petition = petition_to_change(petition_id)
    if mark is not None and mark != mark_of(petition):
        raise EditConflict(f"how long the data of {petition.slug} is kept")
    if petition.retention_days != days:
        petition.retention_days, petition.retention_told_at, petition.retention_done_at = (
            days,
            None,
            None,
        )
    db.session.flush()
    return petition


def keeps_by_choice(petition):
    """Return whether somebody has chosen to keep the data of this petition without end; the choice is in the audit trail."""
    return petition.retention_days is None and bool(
        entries(action="retention.edit", subject=("petition", petition.id), most=1)
    )


def set_quiet(*, petition_id, is_quiet, now):
    """Let the count of a petition move in batches only, or at once again; then those who wait are counted now."""
    petition = petition_to_change(petition_id)
    petition.is_quiet = is_quiet
    db.session.flush()
    if not is_quiet:
        end_wait(petition_id, now=now)
    return petition


def is_due(petition, now):
    """Return whether the time to erase has come, and owners were told in time."""
    at = erases_at(petition)
    return (
        at is not None
        and petition.retention_told_at is not None
        and petition.retention_done_at is None
        and now >= at
    )


def tell_of_erasing(*, now):
    """Owe the owners a letter about each petition whose data goes within NOTICE; return how many petitions.

    One that was erased and has been signed since is told of like any other.
    """
    _begin_anew()
    untold = [petition for petition in _with_retention() if _is_untold(petition, now)]
    for petition in untold:
        petition.retention_told_at = now
        # Each letter is about its entry of the trail, which names the owner and the petition.
        entries = [
            record(
                WORKER,
                TOLD,
                subject=("petition", petition.id),
                cause_id=petition.cause_id,
                details={"organizer": owner.id},
            )
            for owner in owners_of(petition.cause_id)
        ]
        if entries:
            enqueue_many(
                [
                    {
                        "kind": NOTICE_LETTER,
                        "subject_id": entry.id,
                        "lang": organizer_by_id(entry.details["organizer"]).lang,
                    }
                    for entry in entries
                ]
            )
    db.session.flush()
    return len(untold)


def anonymise_due(*, now):
    """Erase a batch of each petition whose time has come; return how many signatures that touched."""
    return sum(
        anonymise(petition_id=each.id, actor=WORKER, now=now)
        for each in _with_retention()
        if is_due(each, now)
    )


def anonymise(*, petition_id, actor, now, limit=BATCH):
    """Erase up to `limit` signatures of a petition, the oldest first; return how many. What is counted stays counted.

    The last batch is noted in the audit trail, as done by `actor`.
    """
    # Whatever is leaving the tally must have left it first.
    is_settled = Signature.number.is_(None) | Signature.state.in_(("counted", "confirmed"))
    here = (Signature.petition_id == petition_id, Signature.state != "erased", is_settled)
    ids = db.session.scalars(
        select(Signature.id)
        .where(*here)
        .order_by(Signature.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    erase(ids)
    if len(ids) < limit and not personal_left(petition_id):
        petition = db.session.get(Petition, petition_id)
        petition.retention_done_at = now
        note_ended("petition.erased", petition.id, petition.created_at)
        record(
            actor, "retention.erase", subject=("petition", petition_id), cause_id=petition.cause_id
        )
        db.session.flush()
    return len(ids)


def owners_of(cause_id):
    """Return who is told about the data of a cause: its owners, or the admins where it has none."""
    owners = select(Grant.organizer_id).where(Grant.cause_id == cause_id, Grant.role == "owner")
    query = (
        select(Organizer)
        .where(Organizer.id.in_(owners), Organizer.removed_at.is_(None))
        .order_by(Organizer.id)
    )
    return db.session.scalars(query).all() or admins()


def _begin_anew():
    """Take up again what was done with and has been signed since: a petition that was reopened, or a sheet that came late."""
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
        .values(retention_done_at=None, retention_told_at=None)
        .execution_options(synchronize_session=False)
    )


def _with_retention():
    """Return the petitions whose data is to go, but those that another worker is at."""
    return db.session.scalars(
        select(Petition)
        .where(Petition.retention_days.is_not(None), Petition.retention_done_at.is_(None))
        .order_by(Petition.id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _is_untold(petition, now):
    """A petition whose end was moved after the notice is told of again."""
    end = ended_at(petition)
    if end is None:
        return False
    tell_from = end + timedelta(days=petition.retention_days) - NOTICE
    told = petition.retention_told_at
    return now >= tell_from and (told is None or told < tell_from)

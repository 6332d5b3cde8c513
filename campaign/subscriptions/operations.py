"""Subscribe by form, confirm, change and end subscriptions, and suppress addresses.

The suppression list overrides every subscription. Nothing here tells the caller whether an address
was subscribed before. Its owner learns that by email.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, false, or_, select, update

from campaign.db.upsert import insert
from campaign.errors import CampaignError, LinkExpired
from campaign.extensions import db, load_for_update_or_none, note_ended, rows_changed
from campaign.mail.operations import enqueue, refuse_address, report_address
from campaign.notices.models import NOT_RECORDED
from campaign.organisations.operations import ensure_host
from campaign.subscriptions.consents import note_asked, note_ends, note_request
from campaign.subscriptions.models import SCOPE, Subscription, SubscriptionScope, SuppressedAddress
from campaign.subscriptions.queries import is_to
from campaign.text.email_addresses import is_same_address

CONFIRMATION = "subscription_confirmation"
MAX_EMAILS = 5
# Pressing a button twice within this time counts as one request.
MIN_EMAIL_INTERVAL = timedelta(seconds=50)

_table = Subscription.__table__


class SuppressedByOwner(CampaignError):
    """The address is suppressed at its owner's own request, which nobody else can undo."""

    status = 409


class SubscriptionNotYours(CampaignError):
    """The link does not open this subscription."""

    status = 404


def subscribe(
    *,
    email: str,
    email_digest: bytes,
    lang: str,
    now: datetime,
    good_for: timedelta,
    cause_id: int | None = None,
    organisation_id: int | None = None,
    frequency: str = "each",
    held_reason: str = "",
    notice_id: int = NOT_RECORDED,
) -> int:
    """Record a pending subscription, queue its confirmation email, and return its id.

    It is to a cause, or else to all causes of an organisation. Without `organisation_id`, that is
    the host, which is created if there is none yet. An active subscription stays unchanged, and the
    email says so. With a `held_reason` no email is sent, and the request is erased like any that is
    not confirmed. `good_for` is how long the link in the email works. `notice_id` is the privacy
    notice that the form showed.
    """
    organisation_id = None if cause_id is not None else organisation_id or ensure_host().id
    row = {
        "cause_id": cause_id,
        "organisation_id": organisation_id,
        "email": email,
        "email_digest": email_digest,
        "lang": lang,
        "frequency": frequency,
        "state": "pending",
        "source": "form",
        "notice_id": notice_id,
        "evidence": "",
        "held_reason": held_reason,
        "mail_count": 0,
        "created_at": now,
        "ended_reason": "",
    }
    _write_pending(row, may_overwrite=not held_reason)
    # This query always runs, so that the response time does not reveal whether the address was
    # known.
    scope = SubscriptionScope(cause_id=cause_id, organisation_id=organisation_id)
    conditions = (_table.c.email_digest == email_digest, is_to(**scope))
    subscription_id: int = db.session.scalars(select(_table.c.id).where(*conditions)).one()
    note_request(
        subscription_id=subscription_id,
        scope=scope,
        lang=lang,
        now=now,
    )
    if not held_reason:
        _email_subscriber(subscription_id, lang, now, good_for)
    return subscription_id


def _write_pending(row: Mapping[str, Any], *, may_overwrite: bool) -> None:
    """Insert the row of a pending subscription, or overwrite the one that is there.

    Someone who only knows the address must not change an active subscription.
    """
    updated = {
        name: row[name]
        for name in row
        if name not in ("cause_id", "organisation_id", "email_digest", "mail_count")
    }
    db.session.execute(
        insert(_table)
        .values(row)
        .on_conflict_do_update(
            index_elements=["email_digest", SCOPE],
            set_={
                **updated,
                "signature_id": None,
                "confirmed_at": None,
                "ended_at": None,
                "ended_mailing_id": None,
            },
            where=(_table.c.state != "active") if may_overwrite else false(),
        )
    )


def confirm(*, subscription_id: int, now: datetime, good_for: timedelta) -> Subscription | None:
    """Confirm a subscription and return the row, or None if there is nothing to confirm.

    Confirming twice changes nothing. `good_for` is how long the link in the email works. Raises
    LinkExpired.
    """
    row = load_for_update_or_none(Subscription, subscription_id)
    if row is None or row.state == "ended":
        return None
    if row.state == "pending":
        if row.mailed_at is None or row.mailed_at <= now - good_for:
            raise LinkExpired(subscription_id)
        row.state, row.confirmed_at, row.evidence, row.digest_at = "active", now, "email", now
        row.held_reason = ""
        db.session.flush()
        if row.source == "import":
            scope = SubscriptionScope(cause_id=row.cause_id, organisation_id=row.organisation_id)
            note_asked(row.id, scope=scope, lang=row.lang, now=now)
    return row


def send_again(*, subscription_id: int, now: datetime, good_for: timedelta) -> None:
    """Queue another confirmation email for a person whose link has expired.

    Does nothing if none is needed.
    """
    row = load_for_update_or_none(Subscription, subscription_id)
    if (
        row
        and row.state == "pending"
        and (row.mailed_at is None or row.mailed_at <= now - good_for)
    ):
        row.mailed_at = now
        db.session.flush()
        enqueue(kind=CONFIRMATION, subject_id=row.id, lang=row.lang)


def change(
    *,
    subscription_id: int,
    email_digest: bytes,
    email: str,
    lang: str,
    frequency: str,
    now: datetime,
) -> Subscription:
    """Change the language and frequency of a subscription of exactly this address.

    Raises SubscriptionNotYours.
    """
    row = _load_own(subscription_id, email_digest, email)
    if frequency == "weekly" and row.frequency != "weekly":
        # The first weekly email must not repeat news that was emailed before.
        row.digest_at = now
    row.lang, row.frequency = lang, frequency
    db.session.flush()
    return row


def end(
    *,
    subscription_id: int,
    email_digest: bytes,
    email: str,
    now: datetime,
    mailing_id: int | None = None,
) -> Subscription:
    """End a subscription of exactly this address, as asked. Raises SubscriptionNotYours.

    Ending it twice changes nothing.
    """
    row = _load_own(subscription_id, email_digest, email)
    if row.state != "ended":
        row.state, row.ended_at, row.ended_reason, row.ended_mailing_id = (
            "ended",
            now,
            "owner",
            mailing_id,
        )
        note_ended("subscription.ended", row.id, row.created_at)
        db.session.flush()
        note_ends([row.id], now=now)
    return row


def suppress(*, email_digest: bytes, reason: str, now: datetime, note: str = "") -> None:
    """Never send news to the address behind this keyed digest again.

    `reason` is complaint, request or organizer. The owner's own reason replaces an organizer's, so
    that no organizer can undo it. `note` is why an organizer did it.
    """
    table = SuppressedAddress.__table__
    note_ended(f"address.{reason}", email_digest.hex(), "")
    columns = {"reason": reason, "since": now, "note": note}
    by_organizer = table.c.reason == "organizer" if reason != "organizer" else false()
    db.session.execute(
        insert(table)
        .values(digest=email_digest, **columns)
        .on_conflict_do_update(index_elements=["digest"], set_=columns, where=by_organizer)
    )
    note_ends(select(_table.c.id).where(_table.c.email_digest == email_digest), now=now)
    db.session.execute(
        update(_table)
        .where(_table.c.email_digest == email_digest, _table.c.state != "ended")
        .values(state="ended", ended_at=now, ended_reason=reason)
    )


def allow_again(*, email_digest: bytes) -> None:
    """Remove an address that its owner had suppressed, at the owner's request.

    This does not subscribe the address to anything.
    """
    conditions = (SuppressedAddress.digest == email_digest, SuppressedAddress.reason == "request")
    note_ended("address.allowed", email_digest.hex(), "")
    db.session.execute(delete(SuppressedAddress).where(*conditions))


def lift_suppression(*, email_digest: bytes) -> None:
    """Remove an address that an organizer suppressed. Raises SuppressedByOwner.

    This does not subscribe the address to anything.
    """
    is_address = SuppressedAddress.digest == email_digest
    if rows_changed(
        delete(SuppressedAddress).where(is_address, SuppressedAddress.reason == "organizer"),
        synchronize=True,
    ):
        note_ended("address.allowed", email_digest.hex(), "")
        return
    if db.session.scalar(select(SuppressedAddress.reason).where(is_address)):
        raise SuppressedByOwner


def note_bounce(
    *, email_digest: bytes, kind: str, reason: str, now: datetime, message: str = ""
) -> None:
    """Record a bounce of kind `hard`, `soft` or `complaint`. A soft bounce changes nothing.

    `message` names the email that a report is about. Anyone who got that email could have written
    the report. So it takes two reports to stop the emails that the address's owner is waiting for.
    """
    if kind == "hard" and message:
        report_address(email_digest, reason=reason or "bounced", message=message, now=now)
    elif kind == "hard":
        refuse_address(email_digest, reason=reason or "bounced", now=now)
    elif kind == "complaint":
        suppress(email_digest=email_digest, reason="complaint", now=now)


def _email_subscriber(subscription_id: int, lang: str, now: datetime, good_for: timedelta) -> None:
    """Queue the confirmation email, unless one was queued within MIN_EMAIL_INTERVAL.

    After MAX_EMAILS, another is queued only once the last link has expired. So everyone can still
    confirm, and abuse of a stranger's address causes only one email per `good_for` (one week by
    default).
    """
    mail_count, mailed_at = _table.c.mail_count, _table.c.mailed_at
    is_due = or_(
        mailed_at.is_(None),
        (mail_count < MAX_EMAILS) & (mailed_at <= now - MIN_EMAIL_INTERVAL),
        mailed_at <= now - good_for,
    )
    allowed = db.session.scalar(
        update(_table)
        .where(_table.c.id == subscription_id, is_due)
        .values(mail_count=mail_count + 1, mailed_at=now)
        .returning(_table.c.id)
    )
    if allowed is not None:
        enqueue(kind=CONFIRMATION, subject_id=subscription_id, lang=lang)


def _load_own(subscription_id: int, email_digest: bytes, email: str) -> Subscription:
    row = load_for_update_or_none(Subscription, subscription_id)
    if (
        row is None
        or row.email_digest is None
        or row.email_digest != email_digest
        or not is_same_address(row.email, email)
    ):
        raise SubscriptionNotYours(subscription_id)
    return row

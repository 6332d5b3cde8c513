"""Subscribing by the form, confirming, changing and ending; and the list that wins over everything.

Nothing here tells the caller whether an address had subscribed before; its owner hears of it by mail.
"""

from datetime import timedelta

from sqlalchemy import delete, false, func, or_, select, update

from campaign.db.insertion import insert
from campaign.errors import CampaignError
from campaign.extensions import db, note_ended
from campaign.mail.operations import enqueue, refuse_address, report_address
from campaign.subscriptions.consents import FORM, wording
from campaign.subscriptions.models import PLACE, Subscription, SuppressedAddress
from campaign.text.email_addresses import is_same_address

CONFIRMATION = "subscription_confirmation"
MAX_EMAILS = 5
# Two presses of one button are one wish.
QUIET = timedelta(seconds=50)

_table = Subscription.__table__


class LinkExpired(CampaignError):
    """The link in the mail is older than it is good for."""

    status = 410


class OwnersWish(CampaignError):
    """The address is on the list by its owner's own word, which nobody else can take back."""

    status = 409


class NotYours(CampaignError):
    """The link does not open this subscription."""

    status = 404


def subscribe(
    *, email, email_digest, lang, now, good_for, cause_id=None, frequency="each", held_reason=""
):
    """Note a wish to hear more, and enqueue the letter that asks its owner; return the id.

    An address that is subscribed stays as it is, and is told so by the same letter's other wording. With a `held_reason` no letter goes
    out, and the wish is forgotten like any that nobody confirms. `good_for` is the timedelta that a letter's link is good for.
    """
    row = {
        "cause_id": cause_id,
        "email": email,
        "email_digest": email_digest,
        "lang": lang,
        "frequency": frequency,
        "state": "pending",
        "source": "form",
        "consent_version": FORM,
        "consent_text": wording(FORM, lang),
        "consent_at": now,
        "evidence": "",
        "held_reason": held_reason,
        "mail_count": 0,
        "created_at": now,
        "ended_reason": "",
    }
    # What was confirmed is nobody's to change who merely knows the address.
    renewed = {
        name: row[name] for name in row if name not in ("cause_id", "email_digest", "mail_count")
    }
    overwrites = (_table.c.state != "active") if not held_reason else false()
    db.session.execute(
        insert(_table)
        .values(row)
        .on_conflict_do_update(
            index_elements=["email_digest", PLACE],
            set_={
                **renewed,
                "signature_id": None,
                "confirmed_at": None,
                "ended_at": None,
                "ended_mailing_id": None,
            },
            where=overwrites,
        )
    )
    # Asked of everybody alike: what was known before is not to be told by the time an answer takes.
    here = (
        _table.c.email_digest == email_digest,
        func.coalesce(_table.c.cause_id, 0) == (cause_id or 0),
    )
    subscription_id = db.session.scalar(select(_table.c.id).where(*here))
    if not held_reason:
        _mail_owner(subscription_id, lang, now, good_for)
    return subscription_id


def confirm(*, subscription_id, now, good_for):
    """Take the owner's word; doing it twice changes nothing. Returns the row, or None where there is nothing to confirm.

    `good_for` is the timedelta that a letter's link is good for. Raises LinkExpired.
    """
    row = _locked(subscription_id)
    if row is None or row.state == "ended":
        return None
    if row.state == "pending":
        if row.mailed_at is None or row.mailed_at <= now - good_for:
            raise LinkExpired(subscription_id)
        row.state, row.confirmed_at, row.evidence, row.digest_at = "active", now, "email", now
        row.held_reason = ""
        db.session.flush()
    return row


def send_again(*, subscription_id, now, good_for):
    """Owe another letter to someone whose link had expired; harmless where it is not wanted any more."""
    row = _locked(subscription_id)
    if (
        row
        and row.state == "pending"
        and (row.mailed_at is None or row.mailed_at <= now - good_for)
    ):
        row.mailed_at = now
        db.session.flush()
        enqueue(kind=CONFIRMATION, subject_id=row.id, lang=row.lang)


def change(*, subscription_id, email_digest, email, lang, frequency, now):
    """Let the owner, who reads the emails to exactly this address, choose language and frequency. Raises NotYours."""
    row = _own(subscription_id, email_digest, email)
    if frequency == "weekly" and row.frequency != "weekly":
        # What was mailed before stands in no weekly letter.
        row.digest_at = now
    row.lang, row.frequency = lang, frequency
    db.session.flush()
    return row


def end(*, subscription_id, email_digest, email, now, mailing_id=None):
    """End a subscription at the word of its owner, who reads the emails to exactly this address; twice changes nothing. Raises NotYours."""
    row = _own(subscription_id, email_digest, email)
    if row.state != "ended":
        row.state, row.ended_at, row.ended_reason, row.ended_mailing_id = (
            "ended",
            now,
            "owner",
            mailing_id,
        )
        note_ended("subscription.ended", row.id, row.created_at)
        db.session.flush()
    return row


def suppress(*, email_digest, reason, now, note=""):
    """Never send news to the address behind this keyed digest again; `reason` is complaint, request or organizer.

    An owner's own word takes the place of an organizer's, so that no organizer can lift it; `note` is why an organizer does it.
    """
    listed = SuppressedAddress.__table__
    note_ended(f"address.{reason}", email_digest.hex(), "")
    fact = {"reason": reason, "since": now, "note": note}
    by_organizer = listed.c.reason == "organizer" if reason != "organizer" else false()
    db.session.execute(
        insert(listed)
        .values(digest=email_digest, **fact)
        .on_conflict_do_update(index_elements=["digest"], set_=fact, where=by_organizer)
    )
    db.session.execute(
        update(_table)
        .where(_table.c.email_digest == email_digest, _table.c.state != "ended")
        .values(state="ended", ended_at=now, ended_reason=reason)
    )


def allow_again(*, email_digest):
    """Take an address off the list at its owner's wish, where it was put there at their wish; nothing is subscribed by it."""
    wished = (SuppressedAddress.digest == email_digest, SuppressedAddress.reason == "request")
    note_ended("address.allowed", email_digest.hex(), "")
    db.session.execute(delete(SuppressedAddress).where(*wished))


def lift(*, email_digest):
    """Take an address off the list that an organizer put there; nothing is subscribed by it. Raises OwnersWish."""
    listed = SuppressedAddress.digest == email_digest
    if db.session.execute(
        delete(SuppressedAddress).where(listed, SuppressedAddress.reason == "organizer")
    ).rowcount:
        note_ended("address.allowed", email_digest.hex(), "")
        return
    if db.session.scalar(select(SuppressedAddress.reason).where(listed)):
        raise OwnersWish


def note_bounce(*, email_digest, kind, reason, now, message=""):
    """Mark an address by what its mail server said: `hard`, `soft` or `complaint`; a soft bounce changes nothing.

    `message` names the message that a report is about. Such a report could be written by whoever got that message, so it
    takes two of them to stop the emails that the owner of the address waits for.
    """
    if kind == "hard" and message:
        report_address(email_digest, reason=reason or "bounced", message=message, now=now)
    elif kind == "hard":
        refuse_address(email_digest, reason=reason or "bounced", now=now)
    elif kind == "complaint":
        suppress(email_digest=email_digest, reason="complaint", now=now)


def _mail_owner(subscription_id, lang, now, good_for):
    """Owe the letter, not two within QUIET, and after MAX_EMAILS one only once the link of the last has expired.

    Whoever means it can always confirm, and whoever plays with a stranger's address causes one letter a week.
    """
    mails, mailed_at = _table.c.mail_count, _table.c.mailed_at
    is_due = or_(
        mailed_at.is_(None),
        (mails < MAX_EMAILS) & (mailed_at <= now - QUIET),
        mailed_at <= now - good_for,
    )
    allowed = db.session.scalar(
        update(_table)
        .where(_table.c.id == subscription_id, is_due)
        .values(mail_count=mails + 1, mailed_at=now)
        .returning(_table.c.id)
    )
    if allowed is not None:
        enqueue(kind=CONFIRMATION, subject_id=subscription_id, lang=lang)


def _own(subscription_id, email_digest, email):
    row = _locked(subscription_id)
    if (
        row is None
        or row.email_digest is None
        or row.email_digest != email_digest
        or not is_same_address(row.email, email)
    ):
        raise NotYours(subscription_id)
    return row


def _locked(subscription_id):
    return db.session.scalar(
        select(Subscription)
        .where(Subscription.id == subscription_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )

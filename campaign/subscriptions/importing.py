"""Add subscribers from another list: with the consent they gave there, or by asking them once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from campaign.db.upsert import insert_all
from campaign.extensions import db
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_many, refused_among
from campaign.notices.consents import ShownText, consent_text_ids
from campaign.notices.models import NOT_RECORDED, Consent
from campaign.subscriptions.consents import FORM, NEWS, SUBJECT, wording
from campaign.subscriptions.models import PLACE, Subscription, SuppressedAddress
from campaign.subscriptions.operations import CONFIRMATION

EVIDENCE = VERSION = "import"
NEW, KNOWN, ENDED, SUPPRESSED, UNDELIVERABLE = (
    "new",
    "known",
    "ended",
    "suppressed",
    "undeliverable",
)

_table = Subscription.__table__


class Subscriber(NamedTuple):
    """A person on the list. The consent fields are empty if they are to be asked."""

    email: str
    email_digest: bytes
    lang: str
    frequency: str = "each"
    consent_at: datetime | None = None
    consent_text: str = ""
    consent_version: str = ""
    evidence: str = ""


def outcomes_of(subscribers: Sequence[Subscriber], cause_id: int | None) -> list[str]:
    """Return what an import would do with each: NEW, or why the person is left out.

    Nobody who has a subscription, or had one and ended it, is subscribed or asked again.
    """
    digests = [subscriber.email_digest for subscriber in subscribers]
    states = dict(
        map(
            tuple,
            db.session.execute(
                select(_table.c.email_digest, _table.c.state).where(
                    _table.c.email_digest.in_(digests),
                    func.coalesce(_table.c.cause_id, 0) == (cause_id or 0),
                )
            ),
        )
    )
    suppressed = _suppressed_among(digests)
    undeliverable = refused_among(digests)
    return [
        SUPPRESSED
        if digest in suppressed
        else UNDELIVERABLE
        if digest in undeliverable
        else NEW
        if digest not in states
        else ENDED
        if states[digest] == "ended"
        else KNOWN
        for digest in digests
    ]


def import_subscribers(
    *, subscribers: Sequence[Subscriber], cause_id: int | None, asks: bool, now: datetime
) -> list[str]:
    """Add the new ones of at most a few hundred subscribers; return the outcome of each.

    If `asks`, they are pending, and get one email that asks them to confirm. Otherwise they are
    active, with the consent that they gave.
    """
    outcomes = outcomes_of(subscribers, cause_id)
    new = [
        subscriber
        for subscriber, outcome in zip(subscribers, outcomes, strict=True)
        if outcome == NEW
    ]
    rows = insert_all(
        db.session.connection(),
        _table,
        [_row_of(subscriber, cause_id, asks, now) for subscriber in new],
        unless=("email_digest", str(PLACE)),
        returning=("id", "lang", "email_digest"),
    )
    ids = {bytes(row.email_digest): row.id for row in rows}
    added = [(ids[person.email_digest], person) for person in new if person.email_digest in ids]
    _note_consents(added, asks, now)
    if asks and rows:
        # Emails that someone is waiting for are sent first.
        enqueue_many(
            ({"kind": CONFIRMATION, "subject_id": row.id, "lang": row.lang} for row in rows),
            priority=BULK,
        )
    return outcomes


def _row_of(
    subscriber: Subscriber, cause_id: int | None, asks: bool, now: datetime
) -> dict[str, Any]:
    """Return the row of `subscription`."""
    return {
        "cause_id": cause_id,
        "email": subscriber.email,
        "email_digest": subscriber.email_digest,
        "lang": subscriber.lang,
        "frequency": subscriber.frequency,
        "state": "pending" if asks else "active",
        "source": "import",
        "notice_id": NOT_RECORDED,
        "evidence": "" if asks else subscriber.evidence or EVIDENCE,
        "held_reason": "",
        "mail_count": 1 if asks else 0,
        "mailed_at": now if asks else None,
        "created_at": now,
        "confirmed_at": None if asks else subscriber.consent_at,
        "ended_reason": "",
        "digest_at": now,
    }


def _note_consents(added: Sequence[tuple[int, Subscriber]], asks: bool, now: datetime) -> None:
    """Note the consents of new subscriptions, [(id, person)].

    It is the one that they gave elsewhere, or the one that we ask for.
    """
    if not added:
        return
    texts = {
        row_id: ShownText(FORM, person.lang, wording(FORM, person.lang))
        if asks
        else ShownText(person.consent_version or VERSION, person.lang, person.consent_text)
        for row_id, person in added
    }
    # Equal texts are one row, so they are passed once.
    text_ids = consent_text_ids({shown.text: shown for shown in texts.values()})
    insert_all(
        db.session.connection(),
        Consent.__table__,
        [
            {
                "subject_kind": SUBJECT,
                "subject_id": row_id,
                "purpose": NEWS,
                "text_id": text_ids[texts[row_id].text],
                "channel": "web",
                "given_at": now if asks else person.consent_at,
            }
            for row_id, person in added
        ],
    )


def _suppressed_among(digests: Collection[bytes]) -> set[bytes]:
    column = SuppressedAddress.digest
    return set(db.session.scalars(select(column).where(column.in_(digests))))

"""Add subscribers from another list: with the consent they gave there, or by asking them once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select

from campaign.db.upsert import insert_all
from campaign.extensions import db
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_about, refused_among
from campaign.notices.consents import ShownText
from campaign.subscriptions.consents import ImportedConsent, note_imported
from campaign.subscriptions.models import SCOPE, Subscription, SubscriptionScope, SuppressedAddress
from campaign.subscriptions.operations import CONFIRMATION
from campaign.subscriptions.queries import is_to

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


def outcomes_of(
    subscribers: Sequence[Subscriber],
    *,
    cause_id: int | None,
    organisation_id: int | None,
    import_id: int | None = None,
) -> list[str]:
    """Return what an import would do with each: NEW, or why the person is left out.

    They subscribe to a cause, or to all causes of an organisation. People who have a subscription,
    or had one and ended it, are not subscribed or asked again. People whom the import `import_id`
    subscribed before it was interrupted are NEW.
    """
    digests = [subscriber.email_digest for subscriber in subscribers]
    states = dict(
        map(
            tuple,
            db.session.execute(
                select(_table.c.email_digest, _table.c.state).where(
                    _table.c.email_digest.in_(digests),
                    is_to(cause_id=cause_id, organisation_id=organisation_id),
                    func.coalesce(_table.c.import_id, 0) != (import_id or -1),
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
    *,
    subscribers: Sequence[Subscriber],
    cause_id: int | None,
    organisation_id: int | None,
    asks: bool,
    now: datetime,
    import_id: int | None = None,
) -> list[str]:
    """Add the new ones of at most a few hundred subscribers and return the outcome of each.

    If `asks`, they are pending, and get one email that asks them to confirm. Otherwise they are
    active, with the consent that they gave. `import_id` names the import, which can be continued
    and undone.
    """
    scope = SubscriptionScope(cause_id=cause_id, organisation_id=organisation_id)
    outcomes = outcomes_of(subscribers, import_id=import_id, **scope)
    new = [
        subscriber
        for subscriber, outcome in zip(subscribers, outcomes, strict=True)
        if outcome == NEW
    ]
    rows = insert_all(
        db.session.connection(),
        _table,
        [{**_row_of(subscriber, asks, now), **scope, "import_id": import_id} for subscriber in new],
        unless=("email_digest", str(SCOPE)),
        returning=("id", "lang", "email_digest"),
    )
    if asks:
        # Emails that someone is waiting for are sent first.
        enqueue_about(rows, CONFIRMATION, priority=BULK)
    else:
        _note_consents(rows, new)
    return outcomes


def _row_of(subscriber: Subscriber, asks: bool, now: datetime) -> dict[str, Any]:
    """Return the row of `subscription`, without the columns of its cause or organisation."""
    confirmation = (
        {
            "state": "pending",
            "evidence": "",
            "confirmed_at": None,
            "mail_count": 1,
            "mailed_at": now,
        }
        if asks
        else {
            "state": "active",
            "evidence": subscriber.evidence or EVIDENCE,
            "confirmed_at": subscriber.consent_at,
            "mail_count": 0,
            "mailed_at": None,
        }
    )
    return {
        "email": subscriber.email,
        "email_digest": subscriber.email_digest,
        "lang": subscriber.lang,
        "frequency": subscriber.frequency,
        "source": "import",
        "held_reason": "",
        "created_at": now,
        "ended_reason": "",
        "digest_at": now,
        **confirmation,
    }


def _note_consents(rows: Sequence[Any], new: Sequence[Subscriber]) -> None:
    by_digest = {subscriber.email_digest: subscriber for subscriber in new}
    consents = {}
    for row in rows:
        subscriber = by_digest[bytes(row.email_digest)]
        version = subscriber.consent_version or VERSION
        shown = ShownText(version, subscriber.lang, subscriber.consent_text)
        consents[row.id] = ImportedConsent(shown, cast(datetime, subscriber.consent_at))
    note_imported(consents)


def _suppressed_among(digests: Collection[bytes]) -> set[bytes]:
    column = SuppressedAddress.digest
    return set(db.session.scalars(select(column).where(column.in_(digests))))

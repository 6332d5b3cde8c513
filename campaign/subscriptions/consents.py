"""The consents with which people subscribe to news."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, case, delete, func, literal, select

from campaign.causes.presenters import form_consent, news_consent
from campaign.causes.queries import causes_among
from campaign.db.upsert import insert, insert_all
from campaign.extensions import db
from campaign.notices.consents import (
    COLUMNS,
    ShownText,
    consent_text_ids,
    insert_consents,
    withdraw_consents,
)
from campaign.notices.models import Consent
from campaign.notices.news_texts import CAUSE_FORM, FORM, SIGNATURE, form_text
from campaign.subscriptions.models import Subscription, SubscriptionScope

SUBJECT = "subscription"
NEWS = "news"

_table: Table = Consent.__table__
_subscription: Table = Subscription.__table__
_CHANNELS = {"in_person": "kiosk", "paper": "paper", "api": "api"}


class ImportedConsent(NamedTuple):
    """A consent that was given elsewhere: its text, and when."""

    shown: ShownText
    given_at: datetime


def note_request(
    *, subscription_id: int | None, scope: SubscriptionScope, lang: str, now: datetime
) -> None:
    """Note the consent of someone who sends the form `now`.

    Before it is confirmed, a later form replaces an earlier one. An active subscription keeps its
    consent. The same statements run in each case, so that their time reveals nothing.
    """
    text = _form_text(scope, lang)
    text_id = consent_text_ids({lang: text})[lang]
    written = select(_subscription.c.id).where(
        _subscription.c.id == subscription_id,
        _subscription.c.state == "pending",
        _subscription.c.created_at == now,
    )
    db.session.execute(
        delete(_table).where(
            _table.c.subject_kind == SUBJECT,
            _table.c.subject_id.in_(written),
            _table.c.withdrawn_at.is_(None),
        )
    )
    values = (literal(SUBJECT), _subscription.c.id, literal(NEWS), literal(text_id), literal("web"))
    rows = written.with_only_columns(*values, literal(now))
    insert_consents(rows)


def note_signers(
    signature: Table, chosen: ColumnElement[bool], subscription_ids: Collection[int]
) -> None:
    """Note the consents of signers, whose signatures just created these subscriptions.

    The signatures match `chosen`. Without this condition, PostgreSQL reads all signatures while its
    statistics of subscriptions are old.
    """
    if not subscription_ids:
        return
    text_ids = consent_text_ids(_texts_of(subscription_ids))
    places = (
        (and_(_subscription.c.cause_id == cause_id, _subscription.c.lang == lang), text_id)
        for (cause_id, lang), text_id in text_ids.items()
    )
    rows = (
        select(
            literal(SUBJECT),
            _subscription.c.id,
            literal(NEWS),
            case(*places),
            case(_CHANNELS, value=signature.c.evidence, else_="web"),
            func.coalesce(signature.c.consent_at, signature.c.created_at),
        )
        .join(signature, signature.c.id == _subscription.c.signature_id)
        .where(_subscription.c.id.in_(subscription_ids), chosen)
    )
    insert_consents(rows)


def _texts_of(subscription_ids: Collection[int]) -> dict[tuple[int, str], ShownText]:
    """Return the texts that signers agreed to, by cause and language of their subscriptions."""
    places = db.session.execute(
        select(_subscription.c.cause_id, _subscription.c.lang)
        .where(_subscription.c.id.in_(subscription_ids))
        .distinct()
    ).all()
    causes = {cause.id: cause for cause in causes_among({cause_id for cause_id, _ in places})}
    return {
        (cause_id, lang): ShownText(SIGNATURE, lang, news_consent(causes[cause_id], lang))
        for cause_id, lang in places
    }


def _form_text(scope: SubscriptionScope, lang: str) -> ShownText:
    """Return the text beside the form of a cause, or of an organisation."""
    if scope["cause_id"] is not None:
        [cause] = causes_among({scope["cause_id"]})
        return ShownText(CAUSE_FORM, lang, form_consent(cause, lang))
    return ShownText(FORM, lang, form_text(scope["organisation_id"], lang))


def note_asked(subscription_id: int, *, scope: SubscriptionScope, lang: str, now: datetime) -> None:
    """Note the consent of someone from another list, who has just confirmed when we asked."""
    text_ids = consent_text_ids({lang: _form_text(scope, lang)})
    values = (SUBJECT, subscription_id, NEWS, text_ids[lang], "web", now)
    db.session.execute(insert(_table).values(dict(zip(COLUMNS, values, strict=True))))


def note_imported(consents: Mapping[int, ImportedConsent]) -> None:
    """Note the consents that people gave elsewhere, by the id of the subscription."""
    if not consents:
        return
    text_ids = consent_text_ids({row_id: consent.shown for row_id, consent in consents.items()})
    insert_all(
        db.session.connection(),
        _table,
        [
            dict(
                zip(
                    COLUMNS,
                    (SUBJECT, row_id, NEWS, text_ids[row_id], "import", consent.given_at),
                    strict=True,
                )
            )
            for row_id, consent in consents.items()
        ],
    )


def note_ends(subscription_ids: Any, *, now: datetime) -> None:
    """Note that the consents of these subscriptions are withdrawn. A query may name them."""
    withdraw_consents(SUBJECT, subscription_ids, now=now)

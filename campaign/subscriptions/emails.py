"""The email that asks people to confirm a subscription, or says that they already have one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id
from campaign.http.urls import absolute_url, host
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.organisations.emails import email_identity
from campaign.organisations.identity import identities
from campaign.process.clock import utcnow
from campaign.site.settings import local_day, site_settings
from campaign.subscriptions import tokens
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.operations import CONFIRMATION
from campaign.subscriptions.queries import (
    is_suppressed,
    organisation_of_subscription,
    subscription_by_id,
)


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that subscriptions queue."""
    register(
        app,
        CONFIRMATION,
        _confirmation_message,
        _l("Request to confirm a subscription"),
        is_bound=True,
    )


def list_values(
    subscription: Subscription, cause: Cause | None, lang: str, *, mailing_id: int | None = None
) -> dict[str, str]:
    """Return what every news email says about its mailing list, for one subscriber.

    `cause` is that of a subscription to one. The keys are `list_id`, `list_unsubscribe` and
    `preferences_url`.
    """
    query = {"mailing": mailing_id} if mailing_id else {}
    end_url = absolute_url(
        "subscriptions.end", lang, token=tokens.token_for(tokens.STOP, subscription), **query
    )
    return {
        "list_id": f"{_list_name(subscription, cause)}.{host()}",
        "list_unsubscribe": end_url,
        "preferences_url": absolute_url(
            "subscriptions.preferences",
            lang,
            token=tokens.token_for(tokens.PREFERENCES, subscription),
        ),
    }


def _list_name(subscription: Subscription, cause: Cause | None) -> str:
    if subscription.cause_id and cause:
        return cause.slug
    # A separate label, because an organisation and a cause may have the same slug.
    return f"{identities().of(subscription.organisation_id).slug}.news"


def _confirmation_message(queued: OutboxRow) -> Message | None:
    """Return the email, or None if the subscription ended or its address gets no news."""
    subscription = subscription_by_id(queued.subject_id)
    if subscription is None or subscription.state == "ended" or subscription.held_reason:
        return None
    if is_suppressed(cast(bytes, subscription.email_digest)):
        return None
    expires_at = _expires_at(subscription, current_app.config)
    if subscription.state == "pending" and expires_at <= utcnow():
        return None
    cause = cause_by_id(subscription.cause_id) if subscription.cause_id else None
    identity = email_identity(organisation_of_subscription(subscription), queued.lang)
    list_data = list_values(subscription, cause, queued.lang)
    is_pending = subscription.state == "pending"
    context: dict[str, Any] = {
        "is_all": cause is None,
        "is_imported": subscription.source == "import",
        "list_title": cause.text(queued.lang).title if cause else identity.name,
        "cause_title": cause.text(queued.lang).title if cause else "",
        "frequency": subscription.frequency,
        "expires_on": local_day(expires_at),
        "erase_days": site_settings().erase_pending_days,
        "identity": identity,
    }
    personal = {
        "confirm_url": absolute_url(
            "subscriptions.confirm",
            queued.lang,
            token=tokens.token_for(tokens.CONFIRM, subscription),
        ),
        "preferences_url": list_data["preferences_url"],
        "end_url": list_data["list_unsubscribe"],
    }
    rendered = render(
        "subscription_confirmation" if is_pending else "subscription_repeat",
        queued.lang,
        personal=personal,
        **context,
    )
    return Message(
        to=cast(str, subscription.email),
        digest=subscription.email_digest,
        lang=queued.lang,
        sender=identity.sender,
        list_id=list_data["list_id"],
        list_unsubscribe=list_data["list_unsubscribe"],
        **rendered._asdict(),
    )


def _expires_at(subscription: Subscription, config: Mapping[str, Any]) -> datetime:
    """Return when the confirmation link expires.

    It expires after CONFIRM_DAYS, or when the pending subscription is erased, if that is earlier.
    """
    link_expires_at = cast(datetime, subscription.mailed_at) + timedelta(
        days=site_settings().confirm_days
    )
    return min(
        link_expires_at,
        subscription.created_at + timedelta(days=site_settings().erase_pending_days),
    )

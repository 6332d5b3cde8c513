"""The email that asks people to confirm a subscription, or says that they already have one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id
from campaign.http.urls import absolute_url, host
from campaign.mail.composition import Message, render
from campaign.mail.delivery import register
from campaign.process.clock import utcnow
from campaign.subscriptions import tokens
from campaign.subscriptions.operations import CONFIRMATION
from campaign.subscriptions.queries import is_suppressed, subscription_by_id


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that subscriptions queue."""
    register(
        app, CONFIRMATION, _confirmation, _l("Request to confirm a subscription"), is_bound=True
    )


def list_words(
    subscription, cause: Cause | None, lang: str, *, mailing_id: int | None = None
) -> dict[str, str]:
    """Return what every news email says about its mailing list, for one subscriber.

    The keys are `list_id`, `list_unsubscribe` and `preferences_url`.
    """
    query = {"mailing": mailing_id} if mailing_id else {}
    end_url = absolute_url(
        "subscriptions.end", lang, token=tokens.token_for(tokens.STOP, subscription), **query
    )
    return {
        "list_id": f"{cause.slug if subscription.cause_id and cause else 'news'}.{host()}",
        "list_unsubscribe": end_url,
        "preferences_url": absolute_url(
            "subscriptions.preferences",
            lang,
            token=tokens.token_for(tokens.PREFERENCES, subscription),
        ),
    }


def _confirmation(owed):
    """Return the email, or None if the subscription ended or its address gets no news."""
    subscription = subscription_by_id(owed.subject_id)
    if subscription is None or subscription.state == "ended" or subscription.held_reason:
        return None
    if is_suppressed(subscription.email_digest):
        return None
    ends = _good_until(subscription, current_app.config)
    if subscription.state == "pending" and ends <= utcnow():
        return None
    cause = cause_by_id(subscription.cause_id) if subscription.cause_id else None
    listed = list_words(subscription, cause, owed.lang)
    asks = subscription.state == "pending"
    words = {
        "is_all": cause is None,
        "list_title": cause.text(owed.lang).title if cause else "Volante",
        "cause_title": cause.text(owed.lang).title if cause else "Volante",
        "frequency": subscription.frequency,
        "expires_on": ends,
        "erase_days": current_app.config["ERASE_PENDING_DAYS"],
        "confirm_url": absolute_url(
            "subscriptions.confirm", owed.lang, token=tokens.token_for(tokens.CONFIRM, subscription)
        ),
        "preferences_url": listed["preferences_url"],
        "end_url": listed["list_unsubscribe"],
        "organisation": "",
        "site_name": "Volante",
    }
    wording = render(
        "subscription_confirmation" if asks else "subscription_repeat", owed.lang, **words
    )
    return Message(
        to=subscription.email,
        digest=subscription.email_digest,
        lang=owed.lang,
        list_id=listed["list_id"],
        list_unsubscribe=listed["list_unsubscribe"],
        **wording._asdict(),
    )


def _good_until(subscription, config: Mapping[str, Any]) -> datetime:
    """Return when the confirmation link expires.

    It expires after CONFIRM_DAYS, or when the pending subscription is erased, if that is earlier.
    """
    link_ends = subscription.mailed_at + timedelta(days=config["CONFIRM_DAYS"])
    return min(link_ends, subscription.created_at + timedelta(days=config["ERASE_PENDING_DAYS"]))

"""The links that open a subscription, known only to the person who reads its email."""

from datetime import date

from flask import current_app

from campaign.security.dated_tokens import (
    has_ended,
    last_day_after,
    make_dated_token,
    read_dated_token,
)
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token
from campaign.subscriptions.models import Subscription

CONFIRM = "subscription-confirm"
# Stops the subscription and shows nothing, so it never ends: old emails must always be able to stop new ones.
STOP = "subscription"
# Shows and changes what comes to an address, until its last day.
PREFERENCES = "subscription-preferences"


def token_for(purpose: str, subscription: Subscription) -> str:
    """Return the token that opens the subscription for `purpose`: CONFIRM, STOP or PREFERENCES, which ends after OWN_LINK_DAYS."""
    if purpose == PREFERENCES:
        return preferences_token(subscription, last_day_after(current_app.config["OWN_LINK_DAYS"]))
    return make_token(secret_key(), purpose, subscription.id, _seal_for(purpose, subscription))


def preferences_token(subscription: Subscription, last_day: date) -> str:
    """Return the token that opens the preferences of the subscription's address until `last_day`."""
    return make_dated_token(
        secret_key(), PREFERENCES, subscription.id, last_day, _seal_for(PREFERENCES, subscription)
    )


def opens(purpose: str, token: str, subscription: Subscription) -> bool:
    """Return whether `token` was made for this purpose and this subscription, and has not ended."""
    if purpose == PREFERENCES:
        return not has_ended(token) and opened_once(token, subscription)
    return read_token(secret_key(), purpose, token, _seal_for(purpose, subscription)) is not None


def opened_once(token: str, subscription: Subscription) -> bool:
    """Return whether `token` was made for these preferences, even if it has ended. In older versions the link to stop opened them, too."""
    seal = _seal_for(PREFERENCES, subscription)
    return read_dated_token(secret_key(), PREFERENCES, token, seal) is not None or opens(
        STOP, token, subscription
    )


def _seal_for(purpose, subscription):
    # After a backup was restored, the id of a lost subscription may be another person's.
    seal = f"{subscription.cause_id or 0}:".encode() + subscription.email_digest
    # The digest is the same for all ways to write an address, which need not be one person's. The link to stop does no harm to any.
    return seal if purpose == STOP else seal + (subscription.email or "").lower().encode()

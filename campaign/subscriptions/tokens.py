"""The tokens in links that open a subscription, known only to the person who reads its email."""

from datetime import date
from typing import cast

from campaign.mailboxes.queries import former_digests
from campaign.security.dated_tokens import (
    has_ended,
    last_day_after,
    make_dated_token,
    read_dated_token,
)
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token
from campaign.site.settings import site_settings
from campaign.subscriptions.models import Subscription

CONFIRM = "subscription-confirm"
# Ends the subscription and shows nothing. It never expires, because old emails must always be able
# to stop new ones.
STOP = "subscription"
# Shows and changes the subscriptions of an address, until its last day.
PREFERENCES = "subscription-preferences"


def token_for(purpose: str, subscription: Subscription) -> str:
    """Return the token that opens the subscription for `purpose`.

    `purpose` is CONFIRM, STOP or PREFERENCES. A preferences token expires after OWN_LINK_DAYS.
    """
    if purpose == PREFERENCES:
        return preferences_token(subscription, last_day_after(site_settings().own_link_days))
    return make_token(secret_key(), purpose, subscription.id, _seal_for(purpose, subscription))


def preferences_token(subscription: Subscription, last_day: date) -> str:
    """Return the token that opens the address's preferences until `last_day`."""
    return make_dated_token(
        secret_key(), PREFERENCES, subscription.id, last_day, _seal_for(PREFERENCES, subscription)
    )


def opens(purpose: str, token: str, subscription: Subscription) -> bool:
    """Return whether `token` was made for this purpose and subscription, and has not expired."""
    if purpose == PREFERENCES:
        return not has_ended(token) and opened_once(token, subscription)
    if read_token(secret_key(), purpose, token, _seal_for(purpose, subscription)) is not None:
        return True
    return purpose == STOP and _is_of_former_address(token, subscription)


def _is_of_former_address(token: str, subscription: Subscription) -> bool:
    """Return whether this link to unsubscribe was sent to a former address of the subscriber."""
    digests = former_digests(cast(bytes, subscription.email_digest))
    return any(
        read_token(secret_key(), STOP, token, _stop_seal(subscription, digest)) is not None
        for digest in digests
    )


def opened_once(token: str, subscription: Subscription) -> bool:
    """Return whether `token` was made for these preferences, even if it has expired.

    In older versions the link to unsubscribe opened them too.
    """
    seal = _seal_for(PREFERENCES, subscription)
    return read_dated_token(secret_key(), PREFERENCES, token, seal) is not None or opens(
        STOP, token, subscription
    )


def _seal_for(purpose: str, subscription: Subscription) -> bytes:
    seal = _stop_seal(subscription, cast(bytes, subscription.email_digest))
    # All ways to write an address share a digest, but they may belong to different people, so the
    # exact address is included. The link to unsubscribe can do no harm to any of them.
    return seal if purpose == STOP else seal + (subscription.email or "").lower().encode()


def _stop_seal(subscription: Subscription, digest: bytes) -> bytes:
    # After a restore, the id of a lost subscription may belong to another person's.
    scope = subscription.cause_id or f"organisation {subscription.organisation_id}"
    return f"{scope}:".encode() + digest

"""The links that open a subscription, known only to the reader of its mail."""

from flask import current_app

from campaign.lib.tokens import claimed_number, make_token, read_token

CONFIRM = "subscription-confirm"
# Opens the preferences, and ends the subscription at one click.
OWN = "subscription"


def token_for(purpose, subscription):
    """Return the token that opens the subscription for `purpose`: CONFIRM or OWN."""
    return make_token(_key(), purpose, subscription.id, _seal(subscription))


def opens(purpose, token, subscription):
    """Return whether `token` was made for this purpose and this subscription."""
    return read_token(_key(), purpose, token, _seal(subscription)) is not None


def id_in(token):
    """Return the id of the subscription that `token` claims to open, or None where it is no token."""
    return claimed_number(token)


def _seal(subscription):
    # After a backup was restored, the id of a lost subscription may be a newcomer's.
    return f"{subscription.cause_id or 0}:".encode() + subscription.email_digest


def _key():
    return current_app.config["SECRET_KEY"].encode()

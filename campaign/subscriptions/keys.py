"""The links that open a subscription, known only to the reader of its mail."""

from campaign.lib.secret import secret_key
from campaign.lib.tokens import make_token, read_token

CONFIRM = "subscription-confirm"
# Opens the preferences, and ends the subscription at one click.
OWN = "subscription"


def token_for(purpose, subscription):
    """Return the token that opens the subscription for `purpose`: CONFIRM or OWN."""
    return make_token(secret_key(), purpose, subscription.id, _seal(subscription))


def opens(purpose, token, subscription):
    """Return whether `token` was made for this purpose and this subscription."""
    return read_token(secret_key(), purpose, token, _seal(subscription)) is not None


def _seal(subscription):
    # After a backup was restored, the id of a lost subscription may be a newcomer's.
    return f"{subscription.cause_id or 0}:".encode() + subscription.email_digest

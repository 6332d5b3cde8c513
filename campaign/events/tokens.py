"""The link that opens a registration, known only to the reader of its mail."""

from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token

PURPOSE = "registration"


def token_for(registration):
    """Return the token that opens the registration: to see, change and cancel it."""
    return make_token(secret_key(), PURPOSE, registration.id, _seal(registration))


def opens(token, registration):
    """Return whether `token` was made for this registration."""
    return read_token(secret_key(), PURPOSE, token, _seal(registration)) is not None


def _seal(registration):
    # After a backup was restored, the id of a lost registration may be a newcomer's.
    return f"{registration.event_id}:".encode() + registration.email_digest

"""The token in the link that opens a registration. Only readers of the email know it."""

from campaign.events.models import Registration
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token

PURPOSE = "registration"


def token_for(registration: Registration) -> str:
    """Return the token that opens the registration, to see, change and cancel it."""
    return make_token(secret_key(), PURPOSE, registration.id, _seal(registration))


def opens(token: str, registration: Registration) -> bool:
    """Return whether `token` was made for this registration."""
    return read_token(secret_key(), PURPOSE, token, _seal(registration)) is not None


def _seal(registration: Registration) -> bytes:
    # After a backup is restored, a new registration may reuse the id of a lost one.
    return f"{registration.event_id}:".encode() + registration.email_digest

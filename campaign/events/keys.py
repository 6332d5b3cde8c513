"""The link that opens a registration, known only to the reader of its mail."""

from flask import current_app

from campaign.lib.tokens import claimed_number, make_token, read_token

PURPOSE = "registration"


def token_for(registration):
    """Return the token that opens the registration: to see, change and cancel it."""
    return make_token(_key(), PURPOSE, registration.id, _seal(registration))


def opens(token, registration):
    """Return whether `token` was made for this registration."""
    return read_token(_key(), PURPOSE, token, _seal(registration)) is not None


def id_in(token):
    """Return the id of the registration that `token` claims to open, or None where it is no token."""
    return claimed_number(token)


def _seal(registration):
    # After a backup was restored, the id of a lost registration may be a newcomer's.
    return f"{registration.event_id}:".encode() + registration.email_digest


def _key():
    return current_app.config["SECRET_KEY"].encode()

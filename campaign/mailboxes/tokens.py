"""The tokens in the links of a change: one for the new mailbox, one for the old."""

from campaign.mailboxes.models import AddressChange
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token

NEW = "address-change"
OLD = "address-change-old"


def token_for(purpose: str, change: AddressChange) -> str:
    """Return the token that opens the change for the reader of a mailbox: NEW or OLD."""
    return make_token(secret_key(), purpose, change.id, _seal(change))


def opens(purpose: str, token: str, change: AddressChange) -> bool:
    """Return whether `token` was made for this purpose and change."""
    return read_token(secret_key(), purpose, token, _seal(change)) is not None


def _seal(change: AddressChange) -> bytes:
    # After a backup is restored, a new change may get the id of a lost one.
    return change.old_digest + b":" + change.new_digest

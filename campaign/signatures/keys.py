"""The keyed fingerprints by which signatures are compared, and the links that open them."""

from campaign.lib.digests import address_digest, is_local, keyed_digest
from campaign.lib.mail_addresses import canonical
from campaign.lib.names import name_key
from campaign.lib.secret import secret_key
from campaign.lib.times import utcnow
from campaign.lib.tokens import make_token, read_token
from campaign.signatures.network_keys import key_of

CONFIRM = "confirm"
MINE = "mine"
RECEIPT = "receipt"


def token_for(purpose, signature):
    """Return the token that opens the signature for `purpose`: CONFIRM, MINE or RECEIPT (which only shows its number)."""
    return make_token(secret_key(), purpose, signature.id, _seal_of(signature))


def opens(purpose, token, signature):
    """Return whether `token` was made for this purpose and this signature."""
    return read_token(secret_key(), purpose, token, _seal_of(signature)) is not None


def seal(petition_id, digest):
    """Return what a token holds of its signature beside the id: the petition, and whose signature it is.

    After a backup was restored, the id of a lost signature may be a newcomer's: letters open only what their receiver signed.
    """
    return f"{petition_id}:".encode() + (digest or b"")


def email_digest(address):
    """Return the fingerprint of an address: the same for all ways to write it."""
    return keyed_digest(secret_key(), "email", canonical(address))


def person_digest(given_name, family_name, postal_code):
    """Return the fingerprint of a person by name and postal code."""
    return keyed_digest(secret_key(), "person", f"{name_key(given_name, family_name)}|{postal_code}")


def network_digest(remote_address, now=None):
    """Return the fingerprint of an IP address on the day of `now`, or None where it tells nothing of who is asking.

    An address of this machine is that of a proxy that nobody named as trusted, or of a developer: were it counted, one
    forgotten setting would set everybody's signature aside.
    """
    if not remote_address or is_local(remote_address):
        return None
    return address_digest(key_of((now or utcnow()).date()), remote_address)


def _seal_of(signature):
    return seal(signature.petition_id, signature.email_digest or signature.person_digest)

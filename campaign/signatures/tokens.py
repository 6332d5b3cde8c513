"""The keyed fingerprints by which signatures are compared, and the links that open them."""

from flask import current_app

from campaign.process.clock import utcnow
from campaign.security.dated_tokens import (
    has_ended,
    last_day_after,
    make_dated_token,
    read_dated_token,
)
from campaign.security.digests import address_digest, is_local, keyed_digest
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token
from campaign.signatures.network_keys import key_of
from campaign.text.email_addresses import canonical
from campaign.text.names import name_key

CONFIRM = "confirm"
CONFIRM_FORM = "confirm-form"
MINE = "mine"
RECEIPT = "receipt"


def token_for(purpose, signature):
    """Return the token that opens the signature for `purpose`: CONFIRM, MINE or RECEIPT (which only shows its number).

    A token for MINE ends after OWN_LINK_DAYS.
    """
    if purpose == MINE:
        return own_token(signature, last_day_after(current_app.config["OWN_LINK_DAYS"]))
    return make_token(secret_key(), purpose, signature.id, _seal_of(signature))


def opens(purpose, token, signature):
    """Return whether `token` was made for this purpose and this signature, and has not ended."""
    if purpose == MINE:
        return not has_ended(token) and opened_once(token, signature)
    return read_token(secret_key(), purpose, token, _seal_of(signature)) is not None


def own_token(signature, last_day):
    """Return the token that opens all that was signed with the signature's address, until `last_day`."""
    return make_dated_token(secret_key(), MINE, signature.id, last_day, _seal_of(signature))


def opened_once(token, signature):
    """Return whether `token` was made for the owner of this signature, even if it has ended. Those of older versions name no day."""
    proofs = (
        read(secret_key(), MINE, token, _seal_of(signature))
        for read in (read_dated_token, read_token)
    )
    return any(proof is not None for proof in proofs)


def form_token(form_id, signature):
    """Return the token that confirms a later form of this signature."""
    return make_token(secret_key(), CONFIRM_FORM, form_id, _seal_of(signature))


def opens_form(token, form_id, signature):
    """Return whether `token` was made for this form of this signature."""
    return read_token(secret_key(), CONFIRM_FORM, token, _seal_of(signature)) == form_id


def seal(petition_id, digest):
    """Return what a token holds of its signature beside the id: the petition, and whose signature it is.

    After a backup was restored, the id of a lost signature may be a newcomer's: letters open only what their receiver signed.
    """
    return f"{petition_id}:".encode() + (digest or b"")


def email_digest(address):
    """Return the fingerprint of an address: the same for all ways to write it."""
    return keyed_digest(secret_key(), "email", canonical(address))


def exact_digest(address):
    """Return the fingerprint of an address as it is written; only upper and lower case make no difference."""
    return keyed_digest(secret_key(), "exact email", address.lower())


def person_digest(given_name, family_name, postal_code):
    """Return the fingerprint of a person by name and postal code."""
    return keyed_digest(
        secret_key(), "person", f"{name_key(given_name, family_name)}|{postal_code}"
    )


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

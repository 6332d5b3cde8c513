"""The keyed fingerprints by which signatures are compared, and the links that open them."""

from datetime import date, timedelta

from flask import current_app

from campaign.lib.digests import address_digest, is_local, keyed_digest
from campaign.lib.mail_addresses import canonical
from campaign.lib.names import name_key
from campaign.lib.secret import secret_key
from campaign.lib.times import utcnow
from campaign.lib.tokens import make_token, read_token
from campaign.signatures.network_keys import key_of

CONFIRM = "confirm"
CONFIRM_FORM = "confirm-form"
MINE = "mine"
RECEIPT = "receipt"
MOST_DAY_DIGITS = 6
_EPOCH = date(1970, 1, 1)
# The last day of a link is over at different hours around the world.
_GRACE = timedelta(days=1)


def token_for(purpose, signature):
    """Return the token that opens the signature for `purpose`: CONFIRM, MINE or RECEIPT (which only shows its number).

    A token for MINE ends after OWN_LINK_DAYS.
    """
    if purpose == MINE:
        return own_token(signature, utcnow().date() + timedelta(days=current_app.config["OWN_LINK_DAYS"]))
    return make_token(secret_key(), purpose, signature.id, _seal_of(signature))


def opens(purpose, token, signature):
    """Return whether `token` was made for this purpose and this signature, and has not ended."""
    if purpose == MINE:
        last_day = last_day_of(token)
        return last_day is not None and utcnow().date() <= last_day + _GRACE and opened_once(token, signature)
    return read_token(secret_key(), purpose, token, _seal_of(signature)) is not None


def own_token(signature, last_day):
    """Return the token that opens all that was signed with the signature's address, until `last_day`."""
    day = (last_day - _EPOCH).days
    return f"{make_token(secret_key(), f'{MINE}:{day}', signature.id, _seal_of(signature))}.{day}"


def opened_once(token, signature):
    """Return whether `token` was made for the owner of this signature, even if it has ended. Those of older versions name no day."""
    day = _day_of(token)
    purpose = MINE if day is None else f"{MINE}:{day}"
    return read_token(secret_key(), purpose, without_day(token), _seal_of(signature)) is not None


def last_day_of(token):
    """Return the last day of an own token, or None where it names none."""
    day = _day_of(token)
    return None if day is None else _EPOCH + timedelta(days=day)


def without_day(token):
    """Return what an own token says besides its last day."""
    return token if _day_of(token) is None else token.rpartition(".")[0]


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
    return keyed_digest(secret_key(), "person", f"{name_key(given_name, family_name)}|{postal_code}")


def network_digest(remote_address, now=None):
    """Return the fingerprint of an IP address on the day of `now`, or None where it tells nothing of who is asking.

    An address of this machine is that of a proxy that nobody named as trusted, or of a developer: were it counted, one
    forgotten setting would set everybody's signature aside.
    """
    if not remote_address or is_local(remote_address):
        return None
    return address_digest(key_of((now or utcnow()).date()), remote_address)


def _day_of(token):
    head, _, day = token.rpartition(".")
    return int(day) if "." in head and day.isascii() and day.isdecimal() and len(day) <= MOST_DAY_DIGITS else None


def _seal_of(signature):
    return seal(signature.petition_id, signature.email_digest or signature.person_digest)

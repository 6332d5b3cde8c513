"""The code in a one-press link: it proves the mailbox that got the email, for one petition.

It names a confirmed signature, whose name signs the petition. It is bound to the exact address and
to the person, so a corrected address or another person's form ends it.
"""

from datetime import date
from typing import NamedTuple

from campaign.security.dated_tokens import make_dated_token, read_dated_token, without_day
from campaign.security.secret_key import secret_key
from campaign.security.tokens import DIGITS, MAX_ID, base36, claimed_number
from campaign.signatures.models import Signature
from campaign.signatures.tokens import seal

SIGN = "sign"
# The longest id in base 36.
MAX_ID_DIGITS = 13


class Claim(NamedTuple):
    """What a code claims: a supporter and a petition. `is_made_for` checks the claim."""

    signature_id: int
    petition_id: int


def press_token(signature: Signature, petition_id: int, last_day: date) -> str:
    """Return the code that signs a petition as the person of this signature, until `last_day`."""
    dated = make_dated_token(
        secret_key(), _purpose(petition_id), signature.id, last_day, _seal_of(signature)
    )
    return f"{base36(petition_id)}.{dated}"


def claim_of(token: str) -> Claim | None:
    """Return what the code claims, or None if it is no code."""
    head, _, dated = token.partition(".")
    petition_id = _number(head)
    signature_id = claimed_number(without_day(dated))
    if petition_id is None or signature_id is None:
        return None
    return Claim(signature_id, petition_id)


def is_made_for(token: str, petition_id: int, signature: Signature) -> bool:
    """Return whether the code was made for this petition and person, even if it has expired."""
    dated = token.partition(".")[2]
    number = read_dated_token(secret_key(), _purpose(petition_id), dated, _seal_of(signature))
    return number == signature.id


def _number(digits: str) -> int | None:
    if not 0 < len(digits) <= MAX_ID_DIGITS or not set(digits) <= set(DIGITS) or digits[0] == "0":
        return None
    number = int(digits, 36)
    return number if number <= MAX_ID else None


def _purpose(petition_id: int) -> str:
    return f"{SIGN}:{petition_id}"


def _seal_of(signature: Signature) -> bytes:
    # All ways to write an address share a digest, but they may belong to different people.
    exact_address = (signature.email or "").lower().encode()
    return b":".join(
        (
            seal(signature.petition_id, signature.email_digest),
            signature.person_digest or b"",
            exact_address,
        )
    )

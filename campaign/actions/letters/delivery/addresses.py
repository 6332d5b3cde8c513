"""Which address of a target letters go to, and the addresses that letters are sent from.

Each letter and each email of gathered letters has its own sender address. So we know what a bounce
report is about. A keyed code proves that we made the address.
"""

import re
from base64 import b32encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Literal, TypeAlias, cast
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from campaign.actions.letters.models import WRITABLE, LetterRefusal
from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.security.tokens import base36
from campaign.signatures import tokens
from campaign.site.settings import local_day, site_settings
from campaign.targets.models import TargetEmail, TargetProfile
from campaign.text.email_addresses import AddressRefused

Item: TypeAlias = Literal["letter", "letter_batch"]

PURPOSE = "return address of letters"
CODE_BYTES = 10
PREFIXES: dict[str, Item] = {"l": "letter", "g": "letter_batch"}
_LOCAL_PART = re.compile(r"([lg])-([1-9a-z][0-9a-z]{0,12})-([a-z2-7]{16})", re.ASCII)


@dataclass(frozen=True)
class Reach:
    """Where letters to a target go: an `address`, or the `reason` why there is none."""

    address: str = ""
    reason: str = ""


def reach(profile: TargetProfile | None, refused: Collection[bytes], *, now: datetime) -> Reach:
    """Return where letters to the target go now. `refused` are digests of addresses.

    A target that asked for no more letters at one address gets none at another either.
    """
    if profile is None or not profile.is_valid_on(local_day(now)):
        return Reach(reason="removed")
    if any(_is_refused(email, refused) for email in profile.emails):
        return Reach(reason="refused")
    for email in profile.listed_emails:
        if email.status in WRITABLE and digest_of(email) is not None:
            return Reach(email.address)
    return Reach(reason="no_address")


def refused_among(profiles: Iterable[TargetProfile]) -> set[bytes]:
    """Return those of the digests whose targets asked for no more letters."""
    digests = [digest_of(email) for profile in profiles for email in profile.emails]
    column = LetterRefusal.address_digest
    return set(db.session.scalars(select(column).where(column.in_(digests))))


def refusing_among(profiles: Collection[TargetProfile]) -> frozenset[int]:
    """Return the ids of those targets that asked for no more letters by email.

    It holds for all actions of the site.
    """
    refused = refused_among(profiles)
    return frozenset(
        profile.id
        for profile in profiles
        if any(_is_refused(email, refused) for email in profile.emails)
    )


def emails_with(digest: bytes) -> Sequence[TargetEmail]:
    """Return the rows of the address with this digest, in all organisations."""
    return [
        email for email in db.session.scalars(select(TargetEmail)) if digest_of(email) == digest
    ]


def digest_of(email: TargetEmail) -> bytes | None:
    """Return the digest of an address, or None if no email can be sent to it anyway."""
    try:
        return tokens.email_digest(email.address)
    except AddressRefused:
        return None


def zone_of(profile: TargetProfile, petition: Petition) -> ZoneInfo:
    """Return the time zone of a target, or else that of the action, its cause or the site."""
    name = profile.time_zone or petition.time_zone or petition.cause.time_zone
    return ZoneInfo(name or site_settings().time_zone)


def return_address(item: Item, item_id: int) -> str:
    """Return the sender address of a letter or of gathered letters: "" without LETTERS_DOMAIN."""
    domain = cast(str, current_app.config["LETTERS_DOMAIN"])
    if not domain:
        return ""
    prefix = next(prefix for prefix, name in PREFIXES.items() if name == item)
    head = f"{prefix}-{base36(item_id)}"
    return f"{head}-{_code(head)}@{domain}"


def item_of_return_address(addresses: Iterable[str]) -> tuple[Item, int] | None:
    """Return what one of these addresses was made for and its id, or None if none is ours."""
    domain = current_app.config["LETTERS_DOMAIN"]
    for address in addresses:
        local, _, at = address.strip().strip("<>").lower().rpartition("@")
        match = _LOCAL_PART.fullmatch(local) if at == domain else None
        if match and compare_digest(match[3], _code(f"{match[1]}-{match[2]}")):
            return PREFIXES[match[1]], int(match[2], 36)
    return None


def _is_refused(email: TargetEmail, refused: Collection[bytes]) -> bool:
    return email.status == "asked_not" or digest_of(email) in refused


def _code(head: str) -> str:
    digest = keyed_digest(secret_key(), PURPOSE, head)[:CODE_BYTES]
    return b32encode(digest).decode().lower()

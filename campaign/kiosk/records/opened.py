"""A tablet's record after it was decrypted and read."""

from dataclasses import dataclass
from datetime import datetime

from campaign.petitions.queries import SigningTerms
from campaign.signatures.signing.commands import SupporterDetails


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened record: the signature it would become, or the `reason` it needs review.

    `claimed_at` is when the device says it was signed, and `signed_at` is that time limited to
    plausible values. `terms` and `supporter` are set unless there is a `reason`. `petition_id` is
    None if unknown. `notice` is the digest of the privacy notice that the tablet showed.
    `invalid_fields` are the labels of fields.
    """

    uuid: str
    sequence: int
    key: str
    sealed: bytes
    signed_at: datetime
    claimed_at: datetime | None = None
    reason: str = ""
    petition_id: int | None = None
    terms: SigningTerms | None = None
    lang: str = ""
    is_confirmed: bool = True
    shift: str | None = None
    consent: str = ""
    notice: str = ""
    drawing: str = ""
    supporter: SupporterDetails | None = None
    held_reason: str = ""
    invalid_fields: tuple[str, ...] = ()
    is_readable: bool = True

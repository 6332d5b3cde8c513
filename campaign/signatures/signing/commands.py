"""What is said about a signature when it enters, and what the answer is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from campaign.errors import CampaignError
from campaign.notices.models import NOT_RECORDED
from campaign.petitions.queries import SigningTerms
from campaign.signatures.moderation.rules import RuleInput


class PetitionClosed(CampaignError):
    """The petition takes no more signatures."""

    status = 410


class PetitionNotYetOpen(CampaignError):
    """The petition is not open for signatures yet."""

    status = 409


def phase_error(phase: str, slug: str) -> CampaignError | None:
    """Return the error that refuses signatures in this phase of the petition, or None if open."""
    if phase == "closed":
        return PetitionClosed(slug)
    return PetitionNotYetOpen(slug) if phase == "not_yet" else None


class Evidence(StrEnum):
    """How a signature is known."""

    EMAIL = "email"
    API = "api"
    IN_PERSON = "in_person"
    PAPER = "paper"

    @property
    def is_collected(self) -> bool:
        """Return whether someone collected the signature and sends it later, not its supporter."""
        return self in (Evidence.IN_PERSON, Evidence.PAPER)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupporterDetails:
    """What a supporter entered, validated, with the digests by which people are compared.

    `email_digest` identifies the person. Without an address, `person_digest` (name and postal
    code) does.
    """

    given_name: str
    person_digest: bytes
    family_name: str = ""
    email: str | None = None
    email_digest: bytes | None = None
    country: str = ""
    postal_code: str = ""
    comment: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    kind_data: dict[str, Any] | None = None
    name_display: str = "counted"
    subscribe: bool = False
    tell_answer: bool = False

    def rule_input(self, *, mail_domain: str, network: str | None = None) -> RuleInput:
        """Return what rules test. `network` is the IP address as text, or None if unknown."""
        return RuleInput(
            self.given_name, self.family_name, self.comment, self.country, mail_domain, network
        )


@dataclass(frozen=True, slots=True)
class Collector:
    """Who collected a signature at a table: the tablet, the tabler's shift and the event."""

    kiosk_id: int
    shift_id: int | None
    event_id: int


class Status(StrEnum):
    """What became of a SignatureCommand. The first three are the state of its signature."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    HELD = "held"
    REPEAT = "repeat"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCommand:
    """One signature to accept: who signs what, and how we know.

    `signed_at` is when it was signed, and `received_at` when it reached us. `is_confirmed` means
    that a partner or a witness vouches for it. With the evidence `email`, it means that the
    supporter came by a link that only their mailbox got. Otherwise they confirm it by email. With a
    `held_reason` it is held for review. `network_digest` is that of the supporter's IP address.
    `referrer_id` is the id of the signature whose link brought the supporter, and `source` the code
    of a campaign. A full name from a table is shown only after its supporter or an organizer
    confirms it, unless it was `is_reviewed`. `notes_repeat` says whether the worker emails someone
    who has signed already. `notice_id` is the privacy notice that was shown. `consent_at` is when
    the supporter agreed to it, if a partner says so.
    """

    terms: SigningTerms
    supporter: SupporterDetails
    lang: str
    signed_at: datetime
    received_at: datetime
    evidence: Evidence = Evidence.EMAIL
    is_confirmed: bool = False
    is_reviewed: bool = False
    held_reason: str = ""
    network_digest: bytes | None = None
    referrer_id: int | None = None
    source: str = ""
    collector: Collector | None = None
    notes_repeat: bool = True
    notice_id: int = NOT_RECORDED
    consent_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.is_confirmed and not self.supporter.email_digest:
            raise ValueError("a signature that nobody vouches for needs an email address")

    @property
    def proves_mailbox(self) -> bool:
        """Return whether its supporter has proved the mailbox, so that no email need ask them."""
        return self.is_confirmed and self.evidence == Evidence.EMAIL

    @property
    def state(self) -> Status:
        """Return the state of the signature when it enters."""
        if self.held_reason:
            return Status.HELD
        return Status.CONFIRMED if self.is_confirmed else Status.PENDING

    @property
    def created_at(self) -> datetime:
        """Return the start of the time limits of links and unconfirmed signatures.

        Before we received the signature, no email could be sent.
        """
        return min(self.signed_at, self.received_at) if self.is_confirmed else self.received_at


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """The result of a SignatureCommand.

    `signature_id` is the row of a new signature, and `error` says why one was refused. A repeat has
    neither, because nobody may learn whose signature it repeats.
    """

    status: Status
    signature_id: int | None = None
    error: CampaignError | None = None

    @property
    def is_new(self) -> bool:
        """Return whether a new signature was stored."""
        return self.signature_id is not None

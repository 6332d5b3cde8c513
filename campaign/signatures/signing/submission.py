"""Check a signing form and accept its signature, for the website, embeds and partners."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from flask import current_app

from campaign.db.transactions import DATABASE_AWAY, RETRY_SECONDS
from campaign.errors import CampaignError
from campaign.notices.operations import shown_notice_id
from campaign.petitions.queries import SigningTerms
from campaign.petitions.signing_terms import notice_of_terms
from campaign.signatures import tokens
from campaign.signatures.moderation.rules import reason_to_hold
from campaign.signatures.signing.abuse_limits import spend_proof
from campaign.signatures.signing.commands import (
    Evidence,
    SignatureCommand,
    SignatureResult,
    Status,
    SupporterDetails,
    phase_error,
)
from campaign.signatures.signing.operations import accept_in_group
from campaign.surge.state import SigningBusy, surge_state
from campaign.switches.state import SwitchedOffError, switched_off


class InvalidForm(CampaignError):
    """Some fields of the form are missing or wrong. The form has its errors."""

    status = 422


class DatabaseBusy(CampaignError):
    """The signature could not be written now. Nothing was stored."""

    status = 503
    retry_seconds = RETRY_SECONDS


class SigningUnavailable(CampaignError):
    """Nothing can be read or written now, not even the petition. Nothing was stored."""

    status = 503
    retry_seconds = RETRY_SECONDS


class SigningForm(Protocol):
    """The form of a petition: SignatureForm in `forms`."""

    def validate(self) -> bool:
        """Return whether all fields are valid and note the errors."""
        ...

    def details(self) -> SupporterDetails:
        """Return what the valid form says."""
        ...

    @property
    def mail_domain(self) -> str:
        """Return the domain of the valid email address, or ""."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form that was sent to sign a petition, and what else is known about it.

    `network` is the sender's IP address, if a supporter sent it. `honeypot` is the text in the
    hidden field. `notice` is the digest of the privacy notice that the form showed. `needs_proof`
    says whether the petition is under load, and `proof` is the proof of work that was sent.
    `proves_mailbox` means that the form came by a link that only the supporter's mailbox got.
    `is_vouched_for` means that a partner vouches for the signature. A partner names the `notice_id`
    that its own page showed, and when the supporter agreed to it.
    """

    terms: SigningTerms
    form: SigningForm
    lang: str
    received_at: datetime
    network: str | None = None
    honeypot: str = ""
    needs_proof: bool = False
    proof: str = ""
    referrer_id: int | None = None
    source: str = ""
    proves_mailbox: bool = False
    is_vouched_for: bool = False
    notice: str = ""
    notice_id: int | None = None
    consent_at: datetime | None = None


def submit(
    submission: Submission, commit: Callable[[SignatureCommand], SignatureResult] = accept_in_group
) -> SignatureResult:
    """Check a form and accept its signature, and return the result.

    `commit` accepts the signature in a durable transaction. Refusals carry PetitionClosed,
    PetitionNotYetOpen, SwitchedOffError, InvalidForm, DatabaseBusy or SigningBusy.
    """
    surge = surge_state()
    try:
        surge.begin_signing()
    except SigningBusy as error:
        return SignatureResult(Status.REFUSED, error=error)
    try:
        return _submit(submission, commit)
    finally:
        surge.end_signing()


def _submit(
    submission: Submission, commit: Callable[[SignatureCommand], SignatureResult]
) -> SignatureResult:
    terms = submission.terms
    error = phase_error(terms.phase, terms.slug) or _pause(terms)
    if error is None and not submission.form.validate():
        error = InvalidForm(terms.slug)
    if error is not None:
        return SignatureResult(Status.REFUSED, error=error)
    try:
        return commit(_command(submission))
    except DATABASE_AWAY:
        current_app.logger.exception("a signature could not be written")
        return SignatureResult(Status.REFUSED, error=DatabaseBusy(terms.slug))


def _pause(terms: SigningTerms) -> SwitchedOffError | None:
    switch = switched_off("signing", terms.organisation_id)
    return SwitchedOffError(switch) if switch else None


def _command(submission: Submission) -> SignatureCommand:
    details = submission.form.details()
    return SignatureCommand(
        terms=submission.terms,
        supporter=details,
        lang=submission.lang,
        signed_at=submission.received_at,
        received_at=submission.received_at,
        evidence=Evidence.API if submission.is_vouched_for else Evidence.EMAIL,
        is_confirmed=submission.is_vouched_for or submission.proves_mailbox,
        held_reason=_held_reason(submission, details),
        network_digest=tokens.network_digest(submission.network, now=submission.received_at),
        referrer_id=submission.referrer_id,
        source=submission.source,
        notice_id=_shown_notice_id(submission),
        consent_at=submission.consent_at,
    )


def _shown_notice_id(submission: Submission) -> int:
    if submission.notice_id is not None:
        return submission.notice_id
    terms = submission.terms
    return shown_notice_id(
        submission.notice,
        organisation_id=terms.organisation_id,
        compose=partial(notice_of_terms, terms, submission.lang),
    )


def _held_reason(submission: Submission, details: SupporterDetails) -> str:
    """Return why to hold this signature, or an empty text. Its supporter sees no difference."""
    if submission.honeypot:
        return "hidden_field"
    if submission.needs_proof and not spend_proof(submission.proof):
        return "no_proof"
    rule_input = details.rule_input(
        mail_domain=submission.form.mail_domain, network=submission.network
    )
    return reason_to_hold(submission.terms, rule_input)

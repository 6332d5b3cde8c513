"""What a supporter agreed to, for the copies of their data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from campaign.notices.models import Consent, Notice
from campaign.notices.queries import consents_of, notice_by_id
from campaign.signatures.models import Signature
from campaign.signatures.name_consents import NameChoice, name_choice
from campaign.subscriptions.queries import consents_of_signature


@dataclass(frozen=True)
class OwnConsent:
    """A consent, and for one to show the name what was chosen, if its text says it."""

    row: Consent
    name_choice: NameChoice | None


def own_consents(signature: Signature) -> list[OwnConsent]:
    """Return the OwnConsents that came with a signature, for its supporter."""
    return [OwnConsent(row, name_choice(row.shown_text)) for row in consents_with(signature)]


def agreed_to(signature: Signature) -> dict[str, Any]:
    """Return the `notice` and the `consents` of a signature, as JSON can hold them.

    `notice` is None if nobody knows which one was shown.
    """
    notice = cast(Notice, notice_by_id(signature.notice_id))
    return {
        "notice": {
            "digest": notice.digest,
            "lang": notice.lang,
            "text": notice.text,
            "agreed_at": _instant(signature.consent_at or signature.created_at),
        }
        if notice.is_recorded
        else None,
        "consents": [
            {
                "purpose": consent.purpose,
                "text": consent.shown_text.text,
                "channel": consent.channel,
                "given_at": _instant(consent.given_at),
                "withdrawn_at": _instant(consent.withdrawn_at),
            }
            for consent in consents_with(signature)
        ],
    }


def consents_with(signature: Signature) -> list[Consent]:
    """Return the consents that came with a signature: to show the name, and to get news."""
    return [*consents_of("signature", [signature.id]), *consents_of_signature(signature.id)]


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None

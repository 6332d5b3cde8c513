"""Page contexts around a signature: its petition, the cause, and other petitions to sign."""

from datetime import datetime
from typing import Any

from campaign.causes.presenters import page as cause_page
from campaign.petitions.models import Petition
from campaign.petitions.presenters import cards_of_cause
from campaign.petitions.presenters import page as petition_page
from campaign.petitions.queries import petition_by_id, petition_by_slug, petition_counts
from campaign.signatures.models import Signature
from campaign.signatures.recent_signers import signers


def sheet(slug: str, lang: str, now: datetime) -> dict[str, Any] | None:
    """Return the context of the petition's page, or None if there is no such public petition.

    Its keys are `petition`, `cause`, `signers`, `counted_only` and `others`.
    """
    petition = petition_by_slug(slug)
    return None if petition is None else sheet_of_petition(petition, lang, now)


def sheet_of_petition(petition: Petition, lang: str, now: datetime) -> dict[str, Any]:
    """Return the same context for a loaded petition, in any state."""
    shown, counted_only = signers(petition.id, petition.cause_id, lang)
    return {**_surroundings(petition, lang, now), "signers": shown, "counted_only": counted_only}


def sheet_of_signature(signature: Signature, lang: str, now: datetime) -> dict[str, Any]:
    """Return `petition`, `cause` and `others` for the pages that follow a signature."""
    return _surroundings(petition_by_id(signature.petition_id), lang, now)


def _surroundings(petition, lang, now):
    count = petition_counts([petition.id]).get(petition.id, 0)
    cards = cards_of_cause(petition.cause_id, lang, now)
    return {
        "petition": petition_page(petition, lang, count, now),
        "cause": cause_page(petition.cause, lang),
        "others": [card for card in cards if card.id != petition.id and card.state == "open"],
    }

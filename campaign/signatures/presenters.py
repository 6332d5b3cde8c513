"""What pages show around a signature: its petition, the cause, and what else one can sign."""

from campaign.causes.presenters import page as cause_page
from campaign.petitions.presenters import cards_of_cause
from campaign.petitions.presenters import page as petition_page
from campaign.petitions.queries import petition_by_id, petition_by_slug, petition_counts
from campaign.signatures.recent_signers import signers


def sheet(slug, lang, now):
    """Return what the petition's page shows, as a dict of `petition`, `cause`, `signers`, `counted_only` and `others`.

    None where there is no such public petition.
    """
    petition = petition_by_slug(slug)
    return None if petition is None else sheet_of_petition(petition, lang, now)


def sheet_of_petition(petition, lang, now):
    """Return the same for a petition at hand, in whatever state."""
    shown, counted_only = signers(petition.id, petition.cause_id, lang)
    return {**_surroundings(petition, lang, now), "signers": shown, "counted_only": counted_only}


def sheet_of_signature(signature, lang, now):
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

"""The next petition for someone who signed, and the link that signs it with one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign.http.urls import absolute_url
from campaign.petitions.kinds import PETITION, kind_of
from campaign.petitions.models import Petition
from campaign.security.dated_tokens import last_day_after
from campaign.signatures.models import Signature
from campaign.signatures.one_press.queries import (
    is_confirmed,
    key_of,
    organisation_of,
    petitions_to_sign,
)
from campaign.signatures.one_press.tokens import press_token
from campaign.site.settings import site_settings

# The source codes of signatures that came by these links.
FROM_OWN_PAGE, FROM_THANKS = "next-mine", "next-thanks"
# A link that signs does not work as long as a site may let other personal links work.
MAX_DAYS = 30
MAX_OFFERS = 3


def one_press_url(
    signature: Signature,
    petition: Petition,
    lang: str,
    *,
    source: str = FROM_THANKS,
    last_day: date | None = None,
) -> str:
    """Return the link for an email to the mailbox of a confirmed signature.

    Its page signs the petition with one press, until `last_day` or for MAX_DAYS at most. Another
    kind of action needs more than a press, so its link opens its own form.
    """
    if petition.action_kind != PETITION:
        show = kind_of(petition.action_kind).show
        return absolute_url(show, lang, slug=petition.slug, source=source)
    token = one_press_token(signature, petition, last_day)
    return absolute_url("signatures.one_press", lang, token=token, source=source)


def one_press_token(signature: Signature, petition: Petition, last_day: date | None = None) -> str:
    """Return the code of that link."""
    longest = last_day_after(min(MAX_DAYS, site_settings().own_link_days))
    return press_token(signature, petition.id, min(last_day or longest, longest))


@dataclass(frozen=True, slots=True)
class Offer:
    """A petition that the person of a signature, `source`, can still sign."""

    source: Signature
    petition: Petition


def offers_for(signatures: Sequence[Signature], lang: str, *, now: datetime) -> list[Offer]:
    """Return what the people with these signatures of one address can sign next.

    Each person gets up to MAX_OFFERS, of each organisation that they signed for.
    """
    newest: dict[tuple[str, int | None], Signature] = {}
    for row in signatures:
        if is_confirmed(row):
            newest[key_of(row), organisation_of(row)] = row
    return [
        Offer(source, petition)
        for source in newest.values()
        for petition in petitions_to_sign(source, now, lang)[:MAX_OFFERS]
    ]

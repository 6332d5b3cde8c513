"""What the privacy page says about the organisations that are responsible for data."""

from dataclasses import dataclass

from markupsafe import Markup

from campaign.notices.composition import (
    complaint_of,
    contact_of,
    in_one_line,
    legal_name,
)
from campaign.organisations.identity import identities
from campaign.text.markdown import to_html


@dataclass(frozen=True, slots=True)
class Controller:
    """An organisation that is responsible for data, in the language of the page.

    `complaint` says to whom people can complain. `privacy_text` is what it adds to the page.
    """

    slug: str
    name: str
    address: str
    contact: str
    representative: str
    complaint: str
    privacy_text: Markup


def controllers(lang: str) -> list[Controller]:
    """Return the organisations of the site, the host first."""
    return [
        Controller(
            slug=identity.slug,
            name=legal_name(identity, lang),
            address=identity.address_line(lang),
            contact=contact_of(identity),
            representative=in_one_line(identity.representative),
            complaint=complaint_of(identity),
            privacy_text=to_html(identity.text(lang).privacy_text),
        )
        for identity in identities().by_id.values()
    ]

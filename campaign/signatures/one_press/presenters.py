"""What a one-press page shows: what anyone with its link may know of the supporter, and changes."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from campaign.petitions.models import Petition, PetitionVersion
from campaign.petitions.versions import terms_of
from campaign.signatures.models import Signature
from campaign.site.settings import local_day
from campaign.text.email_addresses import mask
from campaign.text.initials import initials


@dataclass(frozen=True, slots=True)
class PressSigner:
    """The supporter, as the page names them before they press.

    An email may have been forwarded, so this is the given name, an initial and a masked address.
    `known_from` is the day of the signature that the rest comes from.
    """

    name: str
    email: str
    known_from: date


def press_signer(source: Signature) -> PressSigner:
    """Return the PressSigner of the person of this signature."""
    initial = initials("", source.family_name)
    return PressSigner(
        # A line must not end between the two.
        name="\u00a0".join(part for part in (source.given_name, initial) if part),
        email=mask(source.email or ""),
        known_from=local_day(source.confirmed_at or source.created_at),
    )


def changes_since(petition: Petition, number: int | None, lang: str) -> list[str]:
    """Return the names of what changed since this version, or an empty list if it is unknown."""
    seen = next((version for version in petition.versions if version.number == number), None)
    if seen is None:
        return []
    before, now = _parts(petition, seen, lang), _parts(petition, petition.current_version, lang)
    return [name for name, part in now.items() if part != before[name]]


def _parts(petition: Petition, version: PetitionVersion, lang: str) -> dict[str, object]:
    text, terms = version.text(lang, petition.original_lang), terms_of(version)
    return {
        _("Title"): text.title,
        _("Summary"): text.summary,
        _("Petition text"): text.body,
        _("Published by"): text.published_by,
        _("Addressed to"): terms["targets"],
        _("Questions"): terms["questions"],
        _("What they receive"): (terms["delivered_names"], terms["delivered_details"]),
    }

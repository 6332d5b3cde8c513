"""What supporters' pages show of a target."""

from dataclasses import dataclass

from campaign.i18n.fallbacks import best_text
from campaign.targets.models import TargetProfile
from campaign.text.postal_regions import region_name


@dataclass(frozen=True)
class TargetCard:
    """A target in one language. Texts that are missing are empty, but never `name`.

    `salutation` is how a letter to it begins, without a comma. `has_address` says whether emails
    can be sent to it.
    """

    id: int
    name: str
    office: str
    body: str
    party: str
    area_name: str
    salutation: str
    has_address: bool
    contact_form: str


def target_card(profile: TargetProfile, lang: str) -> TargetCard:
    """Return the TargetCard of a target for a reader of `lang`."""
    return TargetCard(
        id=profile.id,
        name=profile_name(profile, lang),
        office=best_text(profile.offices, lang),
        body=best_text(profile.bodies, lang),
        party=profile.party,
        area_name=best_text(profile.area_names, lang) or region_name(profile.area),
        salutation=salutation(profile, lang),
        has_address=profile.usable_address is not None,
        contact_form=profile.contact_form,
    )


def profile_name(profile: TargetProfile, lang: str) -> str:
    """Return the name of a target for a reader of `lang`."""
    return best_text(profile.names, lang)


def salutation(profile: TargetProfile, lang: str) -> str:
    """Return how a letter in `lang` begins.

    Without a text for this language it is honorific and name, which fit every language and gender.
    """
    name = f"{best_text(profile.honorifics, lang)} {profile_name(profile, lang)}".strip()
    own = {tag: text for tag, text in profile.salutations.items() if _is_same_language(tag, lang)}
    return best_text(own, lang) or name


def _is_same_language(one: str, other: str) -> bool:
    return one.partition("-")[0] == other.partition("-")[0]

"""Find what a petition lacks before it can be published, and which translations it lacks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from campaign.organisations.identity import identities
from campaign.organisations.readiness import missing_legal_details
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.publishing.life_cycle import NotPublishable
from campaign.site.settings import site_settings

# What every text of a public action needs.
TEXT_FAULTS = ("title", "summary", "body")


class Fault(NamedTuple):
    """A reason not to publish a petition.

    `code` is `target`, `title`, `summary`, `body`, `ended`, `legal`, or one of the kind of action.
    `legal` means that legal details of the organisation are missing, on a site that demands them.
    `lang` is the language in which a text is missing.
    """

    code: str
    lang: str = ""


class PetitionNotReady(NotPublishable):
    """The petition lacks something required for publishing. `faults` come from `faults_of`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def faults_of(petition: Petition, now: datetime) -> list[Fault]:
    """Return the Faults that keep the petition from being published, in the order to fix them."""
    faults = [
        Fault(name, text.lang)
        for text in petition.current_version.texts
        for name in TEXT_FAULTS
        if not getattr(text, name).strip()
    ]
    if not petition.targets:
        faults.append(Fault("target"))
    of_kind = kind_of(petition.action_kind).missing
    faults += [Fault(*missing) for missing in (of_kind(petition.id) if of_kind else ())]
    if petition.closes_at and petition.closes_at <= now:
        faults.append(Fault("ended"))
    if site_settings().is_strict and missing_details(petition):
        faults.append(Fault("legal"))
    return list(dict.fromkeys(faults))


def missing_details(petition: Petition) -> list[str]:
    """Return which legal details its organisation lacks, as names of columns."""
    return missing_legal_details(identities().of(petition.cause.organisation_id))


def missing_languages(petition: Petition) -> list[str]:
    """Return the site's languages in which the petition has no text.

    Readers of these languages get the text in the petition's original language.
    """
    available = {text.lang for text in petition.current_version.texts}
    return [lang for lang in site_settings().languages if lang not in available]

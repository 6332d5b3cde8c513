"""What a petition lacks before it can be published, and which translations it lacks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from campaign.petitions.models import Petition
from campaign.publishing.life_cycle import NotPublishable
from campaign.site.settings import site_settings


class Fault(NamedTuple):
    """A reason not to publish: `target`, `title`, `summary`, `body` or `ended`.

    `lang` is the language in which a text is missing.
    """

    code: str
    lang: str = ""


class NotReady(NotPublishable):
    """The petition lacks something required for publishing. `faults` come from `faults_of`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def faults_of(petition: Petition, now: datetime) -> list[Fault]:
    """Return the Faults that keep the petition from being published, in the order to fix them."""
    faults = [
        Fault(name, text.lang)
        for text in petition.current_version.texts
        for name in ("title", "summary", "body")
        if not getattr(text, name).strip()
    ]
    if not petition.targets:
        faults.append(Fault("target"))
    if petition.closes_at and petition.closes_at <= now:
        faults.append(Fault("ended"))
    return faults


def missing_languages(petition: Petition) -> list[str]:
    """Return the site's languages in which the petition has no text.

    Readers of these languages get the text in the petition's original language.
    """
    available = {text.lang for text in petition.current_version.texts}
    return [lang for lang in site_settings().languages if lang not in available]

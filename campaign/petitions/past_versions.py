"""Earlier versions of a petition, for the public page that shows what people signed then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from campaign.petitions.delivery_terms import delivered_list
from campaign.petitions.models import Petition, name_in
from campaign.petitions.questions import in_language
from campaign.text.markdown import to_html


@dataclass(frozen=True)
class PastVersion:
    """One version in one language. People signed it from `since` to `until`."""

    number: int
    since: datetime
    until: datetime
    lang: str
    title: str
    summary: str
    body: Markup
    published_by: str
    targets: dict[str, str]
    questions: tuple[dict[str, Any], ...]
    delivered_names: str
    delivered_details: tuple[str, ...]

    @property
    def delivered_list(self) -> str:
        """Return what was delivered of a signature, as one text."""
        return delivered_list(self.delivered_names, self.delivered_details)


def past_version(petition: Petition, number: int, lang: str) -> PastVersion | None:
    """Return an earlier version of a Petition loaded with its texts.

    Return None if the number is unknown or is that of the current version.
    """
    by_number = {version.number: version for version in petition.versions}
    version, following = by_number.get(number), by_number.get(number + 1)
    if version is None or following is None:
        return None
    text = version.text(lang, petition.original_lang)
    return PastVersion(
        number=number,
        since=version.created_at,
        until=following.created_at,
        lang=text.lang,
        title=text.title,
        summary=text.summary,
        body=to_html(text.body),
        published_by=text.published_by,
        targets=dict(name_in(names, lang) for names in version.targets),
        questions=tuple(in_language(question, lang) for question in version.questions),
        delivered_names=version.delivered_names,
        delivered_details=tuple(version.delivered_details),
    )

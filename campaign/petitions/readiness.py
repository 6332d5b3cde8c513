"""What a petition lacks before it can go out, and what would be good to have."""

from typing import NamedTuple

from campaign.i18n.locales import LOCALES


class Fault(NamedTuple):
    """What stands in the way: `target`, `title`, `summary`, `body` or `ended`; the words are missing in `lang`."""

    code: str
    lang: str = ""


def faults_of(petition, now):
    """Return the Faults that keep the petition from being published, in the order in which one would mend them."""
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


def missing_languages(petition):
    """Return the languages of the site that the petition has no words in: readers get those of its first language."""
    written = {text.lang for text in petition.current_version.texts}
    return [lang for lang in LOCALES if lang not in written]

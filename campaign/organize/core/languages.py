"""The languages in which organizers write texts: those of the site, and those already used."""

from campaign.causes.models import Cause
from campaign.events.models import Event
from campaign.petitions.models import Petition
from campaign.site.languages import languages_with
from campaign.updates.models import Update


def cause_languages(cause: Cause) -> tuple[str, ...]:
    """Return the languages of a cause's forms."""
    return languages_with(text.lang for text in cause.texts)


def petition_languages(petition: Petition) -> tuple[str, ...]:
    """Return the languages of a petition's forms."""
    written = [petition.original_lang, *(text.lang for text in petition.current_version.texts)]
    for texts in (
        *(target.names for target in petition.targets),
        *(question["label"] for question in petition.questions),
        petition.deliver_places,
    ):
        written += texts
    return languages_with(written)


def event_languages(event: Event) -> tuple[str, ...]:
    """Return the languages of an event's forms."""
    written = [event.original_lang, *(text.lang for text in event.texts)]
    for texts in (
        *(person.get("words", {}) for person in event.people),
        *(question["label"] for question in event.questions),
    ):
        written += texts
    return languages_with(written)


def update_languages(update: Update) -> tuple[str, ...]:
    """Return the languages of an update's forms."""
    return languages_with(update.written_in)


def original_first(original: str, languages: tuple[str, ...]) -> list[str]:
    """Return the languages with the original one first."""
    return [original, *(lang for lang in languages if lang != original)]

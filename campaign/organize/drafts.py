"""Starting and previewing a draft, for events, petitions and updates alike."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from flask import g, request
from flask_babel import refresh

from campaign.causes.queries import causes_among
from campaign.i18n.locales import NAMES
from campaign.organize.draft_forms import DraftForm
from campaign.organize.identity import causes_where


def offered(form: DraftForm, action: str) -> DraftForm:
    """Return the form, offering the causes in which the organizer may do `action`.

    Archived causes are left out.
    """
    return form.offer(
        [cause for cause in causes_among(causes_where(action)) if cause.state != "archived"], g.lang
    )


def is_made_already(
    found: Any, form: DraftForm, texts_of: Callable[[Any], Iterable[Any]] = attrgetter("texts")
) -> bool:
    """Return whether `found`, the object at the slug (or None), was created by this same form.

    A button pressed twice must lead to one draft. `texts_of` returns the object's texts in each
    language.
    """
    is_draft = (
        found is not None and found.state == "draft" and found.cause_id == int(form.cause.data)
    )
    return is_draft and form.title.data in {text.title for text in texts_of(found)}


def speak_as_asked() -> None:
    """Show a preview in the language of `?lang=`, whatever the organizer's own language is."""
    speak(request.args.get("lang"))


def speak(lang: str | None) -> None:
    """Switch this page to `lang` if the site has that language."""
    if lang in NAMES:
        g.lang = lang
        refresh()


def preview_asked() -> bool:
    """Return whether a preview button was pressed, and switch to the language on that button.

    The unsaved text is then shown as the public page will show it, and nothing is saved.
    """
    press, _dash, lang = request.form.get("press", "").partition("-")
    if press != "preview":
        return False
    speak(lang)
    return True

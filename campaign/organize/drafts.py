"""What beginning and previewing have in common, whether it is an event, a petition or an update."""

from operator import attrgetter

from flask import g, request
from flask_babel import refresh

from campaign.causes.queries import causes_among
from campaign.i18n.locales import NAMES
from campaign.organize.identity import causes_where


def offered(form, action):
    """Return the DraftForm, offering the causes in which who is signed in may do `action`."""
    return form.offer(
        [cause for cause in causes_among(causes_where(action)) if cause.state != "archived"], g.lang
    )


def is_made_already(found, form, texts_of=attrgetter("texts")):
    """Return whether what lives at the address (or None) came of this very form: a button pressed twice leads to one draft.

    `texts_of` returns its words in each language.
    """
    is_draft = (
        found is not None and found.state == "draft" and found.cause_id == int(form.cause.data)
    )
    return is_draft and form.title.data in {text.title for text in texts_of(found)}


def speak_as_asked():
    """Let a preview speak the language of `?lang=`, whichever the organizer's own is."""
    speak(request.args.get("lang"))


def speak(lang):
    """Let this page speak `lang`, where that is a language of ours."""
    if lang in NAMES:
        g.lang = lang
        refresh()


def preview_asked():
    """Return whether a form's button for its preview was pressed, and let the page speak the language on that button.

    What was typed so far is then shown as the public page will show it, and nothing is saved.
    """
    press, _dash, lang = request.form.get("press", "").partition("-")
    if press != "preview":
        return False
    speak(lang)
    return True

"""Start, preview and schedule a draft of any kind."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Self, TypeVar

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_babel import refresh
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import DataRequired, InputRequired

from campaign.causes.queries import causes_among
from campaign.i18n.local_times import local_time
from campaign.organize.core.fields import (
    CauseChoiceForm,
    LineField,
    SlugField,
    language_choices,
    max_length,
)
from campaign.organize.core.identity import causes_where
from campaign.organize.core.time_fields import IS_OVER, HourField, ZoneField
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.text.slugs import free_slug, slug_of

MAX_TITLE_LENGTH = 200


Draft = TypeVar("Draft", bound="DraftForm")


class DraftForm(CauseChoiceForm):
    """The first fields of an event, a petition or an update. The rest is added later."""

    lang = SelectField(_l("Original language"), choices=language_choices)
    title = LineField(
        _l("Title"), [DataRequired(_l("Enter a title.")), max_length(MAX_TITLE_LENGTH)]
    )
    slug = SlugField(_l("Web address"))

    def new_slug(self, fallback: str, is_taken: Callable[[str], bool]) -> str:
        """Return the slug that was entered, else one from the title, else one from `fallback`."""
        return self.slug.data or slug_of(self.title.data) or free_slug(fallback, is_taken)


def offered(form: Draft, action: str) -> Draft:
    """Return the form, offering the causes in which the organizer may do `action`.

    Archived causes are left out.
    """
    return form.offer(
        [cause for cause in causes_among(causes_where(action)) if cause.state != "archived"], g.lang
    )


def is_already_created(
    existing: Any, form: DraftForm, texts_of: Callable[[Any], Iterable[Any]] = attrgetter("texts")
) -> bool:
    """Return whether `existing`, the object at the slug (or None), was created by this same form.

    A button pressed twice must create only one draft. `texts_of` returns the object's texts in each
    language.
    """
    is_draft = (
        existing is not None
        and existing.state == "draft"
        and existing.cause_id == int(form.cause.data)
    )
    return is_draft and form.title.data in {text.title for text in texts_of(existing)}


def use_requested_language() -> None:
    """Show a preview in the language of `?lang=`, whatever the organizer's own language is."""
    use_language(request.args.get("lang"))


def use_language(lang: str | None) -> None:
    """Switch this page to `lang` if the site has that language."""
    if lang in site_settings().languages:
        g.lang = lang
        refresh()


def is_preview_requested() -> bool:
    """Return whether a preview button was pressed, and switch to the language on that button.

    The unsaved text is then shown as the public page will show it, and nothing is saved.
    """
    press, _dash, lang = request.form.get("press", "").partition("-")
    if press != "preview":
        return False
    use_language(lang)
    return True


class LaterForm(FlaskForm):
    """When the draft of a cause or petition is published automatically.

    `moment` holds the instant once the form is valid.
    """

    publish_at = HourField(_l("Schedule"), [InputRequired(_l("Choose a date and time."))])
    time_zone = ZoneField()
    moment = None

    @property
    def zone(self) -> str:
        """The time zone in which the time was entered."""
        zone: str = self.time_zone.data
        return zone

    @classmethod
    def of(cls, draft: Any, usual_zone: str) -> Self:
        zone = draft.time_zone or usual_zone
        planned = {"publish_at": local_time(draft.publish_at, zone)} if draft.publish_at else {}
        return cls(formdata=None, data={"time_zone": zone, **planned})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the time exists and lies in the future."""
        if not super().validate(extra_validators):
            return False
        self.moment = self.publish_at.instant_in(self.time_zone.data)
        if self.moment and self.moment <= utcnow():
            self.publish_at.errors = [IS_OVER]
        return not self.publish_at.errors

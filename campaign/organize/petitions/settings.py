"""Settings of a petition: targets, dates and slug."""

from datetime import datetime
from functools import partial
from typing import Any, Self

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField
from wtforms.validators import Optional

from campaign.actions.letters.models import LETTER
from campaign.i18n.fallbacks import best_text
from campaign.i18n.local_times import local_time
from campaign.i18n.locales import language_name
from campaign.organize.core.access import allowed
from campaign.organize.core.drafts import is_preview_requested
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    RowsField,
    VersionField,
    by_language,
    in_language,
    max_length,
    moved,
)
from campaign.organize.core.languages import petition_languages
from campaign.organize.core.scope import load_petition
from campaign.organize.core.time_fields import DayField, HourField, ZoneField, flash_ambiguous_times
from campaign.organize.petitions.forms import SlugForm
from campaign.organize.petitions.parts import part_page, save_part
from campaign.organize.petitions.routes import (
    audit_event_of,
    blueprint,
    editor_of,
    preview_page,
)
from campaign.petitions.editing import change_dates, change_petition_slug, change_targets
from campaign.petitions.models import Petition, name_in
from campaign.petitions.readiness import Fault, PetitionNotReady
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.site.settings import site_settings
from campaign.targets.presenters import target_card
from campaign.targets.queries import profile_count, profiles_by_ids, search_profiles

MAX_TARGETS = 30
MAX_TARGET_LENGTH = 200
MAX_ID_LENGTH = 19
# How many targets of a search are shown. To find others, people add words to the search.
MAX_FOUND = 20


class TargetRow(InLanguages, Form):
    """A target, with its name in each language, and its profile if the organisation has one."""

    profile = HiddenField()

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            lang: LineField(language_name(lang), [max_length(MAX_TARGET_LENGTH)])
            for lang in languages
        }


class TargetsForm(InLanguages, FlaskForm):
    """The targets in order, each with its name in each language."""

    version = VersionField()
    directory = LineField(_l("Find in your list"), [max_length(MAX_TARGET_LENGTH)])

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        row = FormField(TargetRow.in_languages(languages))
        return {"rows": RowsField(row, _l("Addressed to"), max_entries=MAX_TARGETS)}

    @classmethod
    def of(cls, petition: Petition) -> Self:
        return cls.in_languages(petition_languages(petition)).with_rows(
            [_row_of(target.names, target.profile_id) for target in petition.targets] or [{}],
            petition.version_of("settings"),
        )

    @classmethod
    def with_rows(cls, rows: list[dict[str, str]], version: int, directory: str = "") -> Self:
        data = {"rows": rows[:MAX_TARGETS], "version": version, "directory": directory}
        return cls(formdata=None, data=data)

    def targets(self) -> list[dict[str, str]]:
        """Return the rows that are not empty, as {language: name}."""
        return [names for names, _profile_id in self._filled()]

    def profile_ids(self) -> list[int | None]:
        """Return the profile of each of `targets`, None for one that was typed."""
        return [profile_id for _names, profile_id in self._filled()]

    def _filled(self) -> list[tuple[dict[str, str], int | None]]:
        rows = (
            ({lang: row[lang] for lang in self.languages if row[lang]}, _number(row["profile"]))
            for row in self.rows.data
        )
        return [(names, profile_id) for names, profile_id in rows if names]


def _row_of(names: dict[str, str], profile_id: int | None) -> dict[str, str]:
    return {**names, "profile": str(profile_id or "")}


def _number(text: str | None) -> int | None:
    """Return the id in a text that a form sent, or None."""
    is_id = text and text.isascii() and text.isdecimal() and len(text) < MAX_ID_LENGTH
    return int(text) if text and is_id else None


class DatesForm(InLanguages, FlaskForm):
    """When supporters can sign, and when and where the signatures are delivered."""

    version = VersionField()
    time_zone = ZoneField()
    opens_at = HourField(_l("Opens"), [Optional()])
    closes_at = HourField(_l("Closes"), [Optional()])
    deliver_on = DayField(_l("Delivery date"), [Optional()])

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "deliver_place", _place)

    @classmethod
    def of(cls, petition: Petition, usual_zone: str) -> Self:
        zone = petition.time_zone or usual_zone
        times = {
            name: local_time(moment, zone)
            for name in ("opens_at", "closes_at")
            if (moment := getattr(petition, name))
        }
        places = {f"deliver_place_{lang}": place for lang, place in petition.deliver_places.items()}
        data = {
            "version": petition.version_of("settings"),
            "time_zone": zone,
            "deliver_on": petition.deliver_on,
            **times,
            **places,
        }
        return cls.in_languages(petition_languages(petition))(formdata=None, data=data)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.opens: datetime | None = None
        self.closes: datetime | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.time_zone.errors:
            return False
        self.opens, self.closes = (
            field.instant_in(self.time_zone.data) if field.data and not field.errors else None
            for field in (self.opens_at, self.closes_at)
        )
        if self.opens and self.closes and self.closes <= self.opens:
            self.closes_at.errors = [_l("The closing time must be after the opening time.")]
        return valid and not self.opens_at.errors and not self.closes_at.errors

    def places(self) -> dict[str, str]:
        """Return {language: where the signatures are delivered}."""
        typed = {lang: self[f"deliver_place_{lang}"].data for lang in self.languages}
        return {lang: place for lang, place in typed.items() if place}


def _place(lang: str) -> LineField:
    return LineField(in_language(_l("Delivery place"), lang), [max_length(MAX_TARGET_LENGTH)])


@blueprint.get("/<slug>/targets")
@allowed("petitions.edit", load_petition)
def targets(petition: Petition) -> ResponseReturnValue:
    if petition.action_kind == LETTER:
        return redirect(url_for("organize.petitions.letter_targets", slug=petition.slug))
    return _targets_page(petition, TargetsForm.of(petition))


@blueprint.post("/<slug>/targets")
@allowed("petitions.edit", load_petition)
def save_targets(petition: Petition) -> ResponseReturnValue:
    form = TargetsForm.in_languages(petition_languages(petition))()
    rows = _rows_after_press(form, petition)
    if rows is not None:
        shown = form.with_rows(rows, form.version.data, form.directory.data or "")
        return _targets_page(petition, shown)
    if not form.validate():
        return _targets_page(petition, form, 422)
    if is_preview_requested():
        return preview_page(
            petition, targets=dict(name_in(names, g.lang) for names in form.targets())
        )
    try:
        if petition.state != "draft" and not form.targets():
            raise PetitionNotReady([Fault("target")])
        return save_part(
            "targets",
            petition,
            form,
            TargetsForm.of,
            change_targets,
            versioned={"targets": form.targets()},
            profile_ids=form.profile_ids(),
            now=utcnow(),
        )
    except PetitionNotReady:
        form.form_errors.append(
            _("The petition is public, so it needs a target. Enter at least one name.")
        )
        return _targets_page(petition, form, 422)


def _rows_after_press(form: TargetsForm, petition: Petition) -> list[dict[str, str]] | None:
    """Return the rows after a press on a button that does not save, None if none was pressed.

    Enter in the field that finds targets finds them, and in any other field it saves.
    """
    press = request.form.get("press")
    if press == "choose":
        return [
            *(row for row in form.rows.data if any(row.values())),
            *_chosen_rows(form, petition),
        ]
    if press == "find" or (press == "enter" and form.directory.data):
        return list(form.rows.data)
    return moved(form.rows.data, press)


def _chosen_rows(form: TargetsForm, petition: Petition) -> list[dict[str, str]]:
    """Return a row for each target that was checked in the list of those found."""
    ids = [number for text in request.form.getlist("chosen") if (number := _number(text))]
    profiles = profiles_by_ids(set(ids), organisation_id=petition.cause.organisation_id)
    rows = []
    for profile_id in filter(profiles.__contains__, dict.fromkeys(ids)):
        named = profiles[profile_id].names
        names = {lang: named[lang] for lang in form.languages if named.get(lang)}
        original = petition.original_lang
        rows.append(_row_of(names or {original: best_text(named, original)}, profile_id))
    return rows


def _targets_page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    """Return the page of the targets, with search results from the organisation's list."""
    organisation_id = petition.cause.organisation_id
    chosen = {row["profile"] for row in form.rows.data}
    matches = (
        search_profiles(organisation_id=organisation_id, query=form.directory.data, limit=MAX_FOUND)
        if form.directory.data
        else ()
    )
    cards = [target_card(profile, g.lang) for profile in matches]
    return part_page(
        "targets",
        petition,
        form,
        status,
        matches=[card for card in cards if str(card.id) not in chosen],
        has_directory=profile_count(organisation_id=organisation_id) > 0,
    )


@blueprint.get("/<slug>/dates")
@allowed("petitions.edit", load_petition)
def dates(petition: Petition) -> ResponseReturnValue:
    return part_page("dates", petition, _dates_of(petition))


@blueprint.post("/<slug>/dates")
@allowed("petitions.edit", load_petition)
def save_dates(petition: Petition) -> ResponseReturnValue:
    form = DatesForm.in_languages(petition_languages(petition))()
    if not form.validate():
        return part_page("dates", petition, form, 422)
    answer = save_part(
        *("dates", petition, form, _dates_of, change_dates),
        opens_at=form.opens,
        closes_at=form.closes,
        time_zone=form.time_zone.data,
        deliver_on=form.deliver_on.data,
        deliver_places=form.places(),
        now=utcnow(),
    )
    flash_ambiguous_times((form.opens_at.data, form.closes_at.data), form.time_zone.data)
    return answer


@blueprint.get("/<slug>/address")
@allowed("petitions.edit", load_petition)
def address(petition: Petition) -> ResponseReturnValue:
    return part_page("address", petition, _slug_of(petition))


@blueprint.post("/<slug>/address")
@allowed("petitions.edit", load_petition)
def save_address(petition: Petition) -> ResponseReturnValue:
    form = SlugForm()
    if not form.validate():
        return part_page("address", petition, form, 422)
    audit_event = audit_event_of("petitions.edit", petition, part="address")
    try:
        save(
            editor_of(petition, form, _slug_of, partial(part_page, "address")),
            audit_event,
            change_petition_slug,
            petition_id=petition.id,
            slug=form.slug.data,
        )
    except SlugTaken:
        form.slug.errors = [_("Another petition uses, or used, this web address. Choose another.")]
        return part_page("address", petition, form, 422)
    flash(_("The page has a new web address. The old one redirects to it."), "success")
    return redirect(url_for("organize.petitions.show", slug=form.slug.data), 303)


def _dates_of(petition: Petition) -> FlaskForm:
    return DatesForm.of(petition, site_settings().time_zone)


def _slug_of(petition: Petition | Any) -> SlugForm:
    return SlugForm(formdata=None, slug=petition.slug, version=petition.version_of("settings"))

"""Causes: list, create, edit texts, change the slug."""

from dataclasses import replace
from functools import partial
from typing import Any, Self

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from campaign.answers.presenters import answers_on_cards
from campaign.causes.models import Cause
from campaign.causes.operations import change_cause, change_cause_slug, create_cause
from campaign.causes.presenters import form_consent
from campaign.causes.presenters import page as cause_page
from campaign.causes.queries import cause_count, cause_in_any_state, causes_among
from campaign.events.presenters import cards_ahead, cards_past
from campaign.i18n.fallbacks import best_lang
from campaign.montage.queries import shape_title
from campaign.notices.composition import compose_notice
from campaign.organisations.identity import identities
from campaign.organisations.presenters import show_organisation
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.drafts import LaterForm, is_preview_requested, use_requested_language
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import (
    InLanguages,
    LineField,
    LinesField,
    ShortTextField,
    SlugField,
    VersionField,
    by_language,
    in_language,
    max_length,
    unchosen,
)
from campaign.organize.core.identity import causes_where, may, organisations_where
from campaign.organize.core.languages import cause_languages
from campaign.organize.core.scope import load_cause
from campaign.organize.petitions.forms import SlugForm
from campaign.petitions.presenters import cards_of_cause
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from campaign.site.settings import site_settings
from campaign.text.markdown import to_html
from campaign.text.slugs import slug_of
from campaign.updates.presenters import recent_cards

PARTS = ("title", "summary", "story")
MISSING_ERRORS = {
    "title": _l("Enter a title."),
    "summary": _l("Enter one or two sentences about the cause."),
}
PALETTES = [
    SelectChoice("monarch", _l("Amber")),
    SelectChoice("water", _l("Blue")),
]
SHAPES = [
    SelectChoice("monarch", _l("A butterfly")),
    SelectChoice("dove", _l("A dove")),
    SelectChoice("drop", _l("A drop of water")),
]


class CauseForm(InLanguages, FlaskForm):
    """A cause's texts in all languages, its colour, and the shape of its montage.

    A new one also chooses its organisation, where the organizer may create causes in several.
    """

    parts, missing_errors = PARTS, MISSING_ERRORS
    version = VersionField()
    organisation = SelectField(_l("Organization"), [InputRequired(_l("Choose an organization."))])
    slug = SlugField(_l("Web address"))
    palette = RadioField(_l("Colour"), choices=PALETTES, default="monarch")
    shape = RadioField(_l("Shape of the montage"), choices=SHAPES, default="monarch")

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return {
            **by_language(languages, "title", _title),
            **by_language(languages, "summary", _summary),
            **by_language(languages, "story", _story),
        }

    @classmethod
    def of(cls, cause: Cause) -> Self:
        texts = {
            f"{part}_{text.lang}": getattr(text, part) for text in cause.texts for part in PARTS
        }
        looks = {"palette": cause.palette, "slug": cause.slug}
        form = cls.in_languages(cause_languages(cause))(
            formdata=None, data={"version": cause.version_of("text"), **looks, **texts}
        )
        return form.of_existing()

    def of_existing(self) -> Self:
        """Remove the fields that only a new cause has, and return the form.

        An existing cause has its own page for shapes.
        """
        del self.shape, self.organisation
        return self

    def offer(self, organisations: dict[int, str]) -> Self:
        """Offer these organisations, {id: name}, if there are several, and return the form."""
        self._organisation_ids = list(organisations)
        if len(organisations) < 2:
            del self.organisation
        else:
            choices = [SelectChoice(str(each), name) for each, name in organisations.items()]
            self.organisation.choices = unchosen(choices, _l("Choose an organization"))
        return self

    @property
    def organisation_id(self) -> int | None:
        """The organisation of a new cause, or None if the site has none yet."""
        if self.organisation:
            return int(self.organisation.data)
        return next(iter(self._organisation_ids), None)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        # If nothing was entered, require the first language.
        return self.require_parts(self.texts() or self.languages[:1], MISSING_ERRORS) and valid


def _title(lang: str) -> LineField:
    return LineField(in_language(_l("Title"), lang), [max_length(200)])


def _summary(lang: str) -> ShortTextField:
    return ShortTextField(in_language(_l("Summary"), lang), [max_length(1000)])


def _story(lang: str) -> LinesField:
    return LinesField(in_language(_l("How it started"), lang), [max_length(20_000)])


# Show the montage of a draft with this many sample butterflies.
SAMPLE, NO_PICTURE = 100, "none"
blueprint = Blueprint("causes", __name__, url_prefix="/causes")


@blueprint.get("/")
@allowed("causes.see")
def index() -> ResponseReturnValue:
    causes = causes_among(causes_where("causes.see"))
    return render_template(
        "organize/causes/index.html", rows=[(cause, cause_count(cause.id)) for cause in causes]
    )


@blueprint.get("/new")
@allowed("causes.create")
def new() -> ResponseReturnValue:
    return _writing_page(_offered(CauseForm.in_languages(site_settings().languages)(formdata=None)))


@blueprint.post("/new")
@allowed("causes.create")
def create() -> ResponseReturnValue:
    form = _offered(CauseForm.in_languages(site_settings().languages)())
    if not form.validate():
        return _writing_page(form, status=422)
    texts = form.texts()
    slug = form.slug.data or slug_of(next(iter(texts.values()))["title"]) or "cause"
    try:
        act(
            AuditEvent(
                "causes.create", on=lambda made: ("cause", made.id), cause_id=lambda made: made.id
            ),
            create_cause,
            slug=slug,
            texts=texts,
            palette=form.palette.data,
            shape=form.shape.data,
            organisation_id=form.organisation_id,
            state="draft",
        )
    except SlugTaken:
        existing = cause_in_any_state(slug)
        if (
            existing is None
            or not may("causes.see", existing)
            or existing.state != "draft"
            or {lang: t["title"] for lang, t in texts.items()} != _titles(existing)
        ):
            form.slug.errors = [_("Another cause uses, or used, this web address. Choose another.")]
            return _writing_page(form, status=422)
    flash(_("Draft created. Only organizers can see it until you publish."), "success")
    return redirect(url_for("organize.causes.show", slug=slug), 303)


@blueprint.get("/<slug>")
@allowed("causes.see", load_cause)
def show(cause: Cause) -> ResponseReturnValue:
    return render_cause(cause, LaterForm.of(cause, site_settings().time_zone))


def render_cause(cause: Cause, later: LaterForm, status: int = 200) -> tuple[str, int]:
    """Return the page of a cause, with the given LaterForm."""
    missing = [
        lang
        for lang in site_settings().languages
        if lang not in {text.lang for text in cause.texts}
    ]
    return render_template(
        "organize/causes/show.html",
        cause=cause,
        title=cause.text(g.lang).title,
        count=cause_count(cause.id),
        missing=missing,
        shape_title=next((choice.label for choice in SHAPES if choice.value == cause.shape), None)
        or shape_title(cause.shape),
        later=later,
    ), status


@blueprint.get("/<slug>/words")
@allowed("causes.edit", load_cause)
def text(cause: Cause) -> ResponseReturnValue:
    return _writing_page(CauseForm.of(cause), cause)


@blueprint.post("/<slug>/words")
@allowed("causes.edit", load_cause)
def save_text(cause: Cause) -> ResponseReturnValue:
    form = CauseForm.in_languages(cause_languages(cause))().of_existing()
    form.slug.data = cause.slug
    if not form.validate():
        return _writing_page(form, cause, 422)
    if is_preview_requested():
        return preview_page(cause, **_as_typed(form))
    save(
        Editor(
            form,
            partial(cause_in_any_state, cause.slug),
            CauseForm.of,
            lambda present, form: _writing_page(form, present),
        ),
        audit_event_of("causes.edit", cause),
        change_cause,
        cause_id=cause.id,
        texts=form.texts(),
        palette=form.palette.data,
    )
    flash(_("Saved."), "success")
    return back_to(cause.slug)


@blueprint.get("/<slug>/address")
@allowed("causes.edit", load_cause)
def address(cause: Cause) -> ResponseReturnValue:
    return _address_page(cause, _slug_of(cause))


@blueprint.post("/<slug>/address")
@allowed("causes.edit", load_cause)
def save_address(cause: Cause) -> ResponseReturnValue:
    form = SlugForm()
    if not form.validate():
        return _address_page(cause, form, 422)
    try:
        save(
            Editor(form, partial(cause_in_any_state, cause.slug), _slug_of, _address_page),
            audit_event_of("causes.edit", cause),
            change_cause_slug,
            cause_id=cause.id,
            slug=form.slug.data,
        )
    except SlugTaken:
        form.slug.errors = [_("Another cause uses, or used, this web address. Choose another.")]
        return _address_page(cause, form, 422)
    flash(_("The page has a new web address. The old one redirects to it."), "success")
    return back_to(form.slug.data)


@blueprint.get("/<slug>/preview")
@allowed("causes.see", load_cause)
def preview(cause: Cause) -> ResponseReturnValue:
    """Show the public page as it will be, for organizers only, in the language of `?lang=`."""
    use_requested_language()
    return preview_page(cause)


def preview_page(cause: Cause, **typed: Any) -> str:
    """Return a cause's public page for organizers. `typed` holds unsaved CausePage fields."""
    show_organisation(cause.organisation_id)
    now = utcnow()
    if cause.state == "draft":
        sample = url_for(
            "organize.causes.shape_preview", slug=cause.slug, name=cause.shape, count=SAMPLE
        )
        g.sample_picture = sample if may("causes.edit", cause) else NO_PICTURE
    petitions = cards_of_cause(cause.id, g.lang, now)
    return render_template(
        "organize/causes/preview.html",
        cause=replace(cause_page(cause, g.lang), **typed),
        petitions=petitions,
        events=cards_ahead(g.lang, now, cause_id=cause.id),
        past_events=cards_past(g.lang, now, cause_id=cause.id),
        updates=recent_cards(g.lang, now, cause_id=cause.id),
        news_notice=compose_notice(
            "subscription", organisation_id=cause.organisation_id, lang=g.lang
        ),
        news_consent=form_consent(cause, g.lang),
        is_unsaved=bool(typed),
        **answers_on_cards(petitions, g.lang, now),
    )


def _as_typed(form: FlaskForm) -> dict[str, Any]:
    texts = form.texts()
    lang = best_lang(texts, g.lang)
    text = texts[lang]
    return {
        "lang": lang,
        "title": text["title"],
        "summary": text["summary"],
        "story": to_html(text["story"]),
        "palette": form.palette.data,
    }


def _offered(form: CauseForm) -> CauseForm:
    organisation_ids = organisations_where("causes.create")
    return form.offer(
        {
            organisation_id: identity.name(g.lang)
            for organisation_id, identity in identities().by_id.items()
            if organisation_ids is None or organisation_id in organisation_ids
        }
    )


def _writing_page(
    form: FlaskForm, cause: Cause | None = None, status: int = 200
) -> tuple[str, int]:
    return render_template(
        "organize/causes/text.html",
        cause=cause,
        form=form,
        order=form.languages,
        stories={lang: to_html(form[f"story_{lang}"].data or "") for lang in form.languages},
    ), status


def _address_page(cause: Cause | Any, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template("organize/causes/address.html", cause=cause, form=form), status


def _slug_of(cause: Cause | Any) -> SlugForm:
    return SlugForm(formdata=None, slug=cause.slug, version=cause.version_of("text"))


def _titles(cause: Cause) -> dict[str, str]:
    return {text.lang: text.title for text in cause.texts}


def audit_event_of(action: str, cause: Cause) -> AuditEvent:
    """Return the AuditEvent to record for a change to this cause."""
    return AuditEvent(action, on=("cause", cause.id), cause_id=cause.id)


def back_to(slug: str) -> BaseResponse:
    """Return a redirect to the page of the cause with this slug."""
    return redirect(url_for("organize.causes.show", slug=slug), 303)

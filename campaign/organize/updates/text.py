"""The text of an update in all languages, with a live preview, and its pictures."""

from functools import partial
from typing import Any, cast

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.events.models import Event
from campaign.events.queries import event_by_id, events_ahead, events_past
from campaign.i18n.fallbacks import best_lang
from campaign.i18n.locales import current_locale, language_name, translated_language_name
from campaign.organize.content.pictures import MAX_UPLOAD_BYTES, BodyPictureForm
from campaign.organize.core.access import accepts_bytes, allowed
from campaign.organize.core.audit import act
from campaign.organize.core.drafts import is_preview_requested
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.languages import original_first, update_languages
from campaign.organize.core.scope import load_update, petitions_where
from campaign.organize.updates.forms import MAX_BODY_LENGTH, TextForm
from campaign.organize.updates.routes import (
    audit_event_of,
    back_to,
    blueprint,
    preview_page,
)
from campaign.process.clock import utcnow
from campaign.text.markdown import to_html
from campaign.updates import body_pictures, operations
from campaign.updates.body_pictures import pictures_of
from campaign.updates.models import Update, UpdateBodyPicture
from campaign.updates.queries import update_in_any_state

MAX_EVENTS = 50


@blueprint.get("/<slug>/words")
@allowed("updates.edit", load_update)
def text(update: Update) -> ResponseReturnValue:
    return _writing_page(update, TextForm.of(update))


@blueprint.post("/<slug>/words")
@allowed("updates.edit", load_update)
def save_text(update: Update) -> ResponseReturnValue:
    form = _about(TextForm.in_languages(update_languages(update))(), update)
    if not form.validate_for(update):
        return _writing_page(update, form, 422)
    if is_preview_requested():
        return preview_page(update, **_as_typed(form, update))
    about = operations.Links(
        tuple(map(int, form.petitions.data)), int(form.event.data) if form.event.data else None
    )
    try:
        save(
            Editor(
                form,
                partial(update_in_any_state, update.slug),
                lambda present: _about(TextForm.of(present), present),
                _writing_page,
            ),
            audit_event_of("updates.edit", update),
            operations.change_update,
            update_id=update.id,
            texts=form.texts(),
            links=about,
            now=utcnow(),
        )
    except operations.UpdateNotReady as error:
        form.form_errors.append(_incomplete_message(error))
        return _writing_page(update, form, 422)
    flash(_("Saved."), "success")
    return back_to(update.slug)


def _as_typed(form: Any, update: Update) -> dict[str, Any]:
    """Return the entered texts as fields of an UpdatePage."""
    texts = form.texts()
    lang = best_lang(texts, g.lang, update.original_lang) or g.lang
    text = texts.get(lang) or {"title": "", "body": ""}
    unsaved = {
        "lang": lang,
        "title": text["title"],
        "body": to_html(text["body"], pictures_of(update, lang)),
        "languages": tuple(texts),
    }
    return {**unsaved, "summary": summary} if (summary := text.get("summary")) else unsaved


def _writing_page(update: Update, form: Any, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/updates/text.html",
        update=update,
        form=_about(form, update),
        order=original_first(update.original_lang, form.languages),
        bodies={
            lang: to_html(form[f"body_{lang}"].data or "", pictures_of(update, lang))
            for lang in form.languages
        },
        pictures={lang: pictures_of(update, lang) for lang in form.languages},
    ), status


def _about(form: Any, update: Any) -> Any:
    """Let the form offer what the update may be about, and return it.

    The choices are the petitions and events of its cause, and the event that it is about now.
    """
    now = utcnow()
    petitions = [
        (petition.id, petition.title)
        for petition in petitions_where("petitions.see")
        if petition.cause_id == update.cause_id
    ]
    near = {"cause_id": update.cause_id, "limit": MAX_EVENTS}
    events = {item.id: item for item in (*events_ahead(now, **near), *events_past(now, **near))}
    if update.event_id and update.event_id not in events:
        events[update.event_id] = cast(Event, event_by_id(update.event_id))
    return form.offer(
        petitions,
        [
            (event.id, f"{event.text(g.lang).title} ({event.starts_local:%Y-%m-%d})")
            for event in events.values()
        ],
    )


def _incomplete_message(error: operations.UpdateNotReady) -> str:
    lacking = {
        "title": _("title"),
        "body": _("text"),
        "picture_alt": _("description of the picture"),
        "body_alt": _("description of a picture in the text"),
    }
    parts = ", ".join(f"{lacking[part]} ({language_name(lang)})" for part, lang in error.faults)
    return _("This update is public, so it must stay complete. Add: %(parts)s.", parts=parts)


@blueprint.get("/<slug>/pictures")
@allowed("updates.edit", load_update)
def pictures(update: Update) -> ResponseReturnValue:
    return _all_page(update, BodyPictureForm.in_languages(update_languages(update))(formdata=None))


@blueprint.post("/<slug>/pictures")
@accepts_bytes(MAX_UPLOAD_BYTES)
@allowed("updates.edit", load_update)
def add_picture(update: Update) -> ResponseReturnValue:
    form, written = BodyPictureForm.in_languages(update_languages(update))(), update.written_in
    if not form.validate_about(has_picture=False, spoken=written):
        return _all_page(update, form, 422)
    try:
        made = act(
            audit_event_of("updates.edit", update, part="pictures"),
            body_pictures.add_body_picture,
            update_id=update.id,
            picture=form.sent,
            alts=form.alts(written),
            now=utcnow(),
        )
    except body_pictures.TooManyPictures:
        form.picture.errors = [
            _(
                "An update can have at most %(max)s pictures in its text. Remove one first.",
                max=body_pictures.MAX_PICTURES,
            )
        ]
        return _all_page(update, form, 409)
    flash(
        _("Picture %(number)s is ready. Now insert its line into the text.", number=made.number),
        "success",
    )
    return _back(update)


@blueprint.get("/<slug>/pictures/<int:number>")
@allowed("updates.edit", load_update)
def one_picture(update: Update, number: int) -> ResponseReturnValue:
    picture = body_pictures.body_picture(update, number) or abort(404)
    return _one_page(update, picture, _body_picture_form(update, picture))


@blueprint.post("/<slug>/pictures/<int:number>")
@allowed("updates.edit", load_update)
def save_picture_texts(update: Update, number: int) -> ResponseReturnValue:
    picture = body_pictures.body_picture(update, number) or abort(404)
    form, written = BodyPictureForm.in_languages(update_languages(update))(), update.written_in
    if not form.validate_about(has_picture=True, spoken=written):
        return _one_page(update, picture, form, 422)
    slug = update.slug

    def load() -> tuple[Update, UpdateBodyPicture] | None:
        present = update_in_any_state(slug)
        present_picture = body_pictures.body_picture(present, number) if present else None
        return (present, present_picture) if present and present_picture else None

    save(
        Editor(
            form,
            load,
            lambda present: _body_picture_form(present[0], present[1]),
            lambda present, form: _one_page(present[0], present[1], form),
        ),
        audit_event_of("updates.edit", update, part="pictures"),
        body_pictures.change_alts,
        update_id=update.id,
        number=number,
        alts=form.alts(written),
        now=utcnow(),
    )
    flash(_("Saved."), "success")
    return _back(update)


@blueprint.post("/<slug>/pictures/<int:number>/remove")
@allowed("updates.edit", load_update)
def remove_body_picture(update: Update, number: int) -> ResponseReturnValue:
    try:
        act(
            audit_event_of("updates.edit", update, part="pictures"),
            body_pictures.remove_body_picture,
            update_id=update.id,
            number=number,
            now=utcnow(),
        )
    except body_pictures.PictureInText as error:
        languages = ", ".join(
            translated_language_name(lang, str(current_locale())) for lang in error.langs
        )
        flash(
            _(
                "The picture is still in the text (%(languages)s). Remove its line there first.",
                languages=languages,
            ),
            "danger",
        )
        return _back(update)
    flash(_("Picture removed."), "success")
    return _back(update)


@blueprint.post("/<slug>/words-as-read")
@allowed("updates.edit", load_update)
def text_preview(update: Update) -> ResponseReturnValue:
    """Return Markdown with the update's pictures as readers will see it, for the live preview."""
    body = request.form.get("body", "")[:MAX_BODY_LENGTH]
    return render_template(
        "organize/petitions/text_preview.html",
        body=to_html(body, body_pictures.pictures_of(update, update.original_lang)),
    )


def _body_picture_form(update: Update, picture: UpdateBodyPicture) -> FlaskForm:
    alts = {f"alt_{lang}": alt for lang, alt in picture.alts.items()}
    version = update.version_of(body_pictures.part_of(picture.number))
    return BodyPictureForm.in_languages(update_languages(update))(
        formdata=None, data={"version": version, **alts}
    )


def _all_page(update: Update, form: Any, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/updates/pictures.html",
        update=update,
        title=update.text(g.lang).title,
        form=form,
        shown_in={
            picture.number: body_pictures.langs_showing(update, picture)
            for picture in update.body_pictures
        },
        max_pictures=body_pictures.MAX_PICTURES,
    ), status


def _one_page(
    update: Update, picture: UpdateBodyPicture, form: Any, status: int = 200
) -> tuple[str, int]:
    return render_template(
        "organize/updates/one_picture.html", update=update, picture=picture, form=form
    ), status


def _back(update: Update) -> BaseResponse:
    return redirect(url_for("organize.updates.pictures", slug=update.slug), 303)

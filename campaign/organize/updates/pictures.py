"""Pictures within the text of an update: add, edit alt texts, remove."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from campaign.i18n.locales import NAMES
from campaign.organize.access import allowed, takes_bytes
from campaign.organize.audited_write import act
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.picture_forms import MAX_UPLOAD_BYTES, BodyPictureForm
from campaign.organize.updates.forms import MAX_BODY_LENGTH
from campaign.organize.updates.routes import blueprint, fact_of, load_update
from campaign.process.clock import utcnow
from campaign.text.markdown import to_html
from campaign.updates import body_pictures
from campaign.updates.models import Update, UpdateBodyPicture
from campaign.updates.queries import update_in_any_state


@blueprint.get("/<slug>/pictures")
@allowed("updates.edit", load_update)
def pictures(update: Update) -> ResponseReturnValue:
    return _all_page(update, BodyPictureForm(formdata=None))


@blueprint.post("/<slug>/pictures")
@takes_bytes(MAX_UPLOAD_BYTES)
@allowed("updates.edit", load_update)
def add_picture(update: Update) -> ResponseReturnValue:
    form, written = BodyPictureForm(), update.written_in
    if not form.validate_about(has_picture=False, spoken=written):
        return _all_page(update, form, 422)
    named = {"picture": form.sent, "alts": form.alts(written), "now": utcnow()}
    try:
        made = act(
            fact_of("updates.edit", update, part="pictures"),
            body_pictures.add_body_picture,
            update_id=update.id,
            **named,
        )
    except body_pictures.TooManyPictures:
        form.picture.errors = [
            _(
                "An update can have at most %(most)s pictures in its text. Remove one first.",
                most=body_pictures.MAX_PICTURES,
            )
        ]
        return _all_page(update, form, 409)
    flash(
        _("This is picture %(number)s. Now insert its line into the text.", number=made.number),
        "success",
    )
    return _back(update)


@blueprint.get("/<slug>/pictures/<int:number>")
@allowed("updates.edit", load_update)
def one_picture(update: Update, number: int) -> ResponseReturnValue:
    picture = body_pictures.body_picture(update, number) or abort(404)
    return _one_page(update, picture, _form_of(update, picture))


@blueprint.post("/<slug>/pictures/<int:number>")
@allowed("updates.edit", load_update)
def save_picture_words(update: Update, number: int) -> ResponseReturnValue:
    picture = body_pictures.body_picture(update, number) or abort(404)
    form, written = BodyPictureForm(), update.written_in
    if not form.validate_about(has_picture=True, spoken=written):
        return _one_page(update, picture, form, 422)
    slug = update.slug

    def load() -> tuple[Update, UpdateBodyPicture] | None:
        present = update_in_any_state(slug)
        present_picture = body_pictures.body_picture(present, number)
        return present_picture and (present, present_picture)

    save(
        Editor(
            form,
            load,
            lambda present: _form_of(present[0], present[1]),
            lambda present, form: _one_page(present[0], present[1], form),
        ),
        fact_of("updates.edit", update, part="pictures"),
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
            fact_of("updates.edit", update, part="pictures"),
            body_pictures.remove_body_picture,
            update_id=update.id,
            number=number,
            now=utcnow(),
        )
    except body_pictures.PictureInText as fact:
        shown_in = ", ".join(NAMES[lang] for lang in fact.langs)
        flash(
            _(
                "It is still in the text (%(languages)s). Remove its line there first.",
                languages=shown_in,
            ),
            "danger",
        )
        return _back(update)
    flash(_("Picture removed."), "success")
    return _back(update)


@blueprint.post("/<slug>/words-as-read")
@allowed("updates.edit", load_update)
def words_as_read(update: Update) -> ResponseReturnValue:
    """Return Markdown with the update's pictures as readers will see it, for the live preview."""
    body = request.form.get("body", "")[:MAX_BODY_LENGTH]
    return render_template(
        "organize/petitions/text_preview.html",
        body=to_html(body, body_pictures.pictures_of(update, update.original_lang)),
    )


def _form_of(update: Update, picture: UpdateBodyPicture) -> FlaskForm:
    alts = {f"alt_{lang}": words for lang, words in picture.alts.items()}
    version = update.version_of(body_pictures.part_of(picture.number))
    return BodyPictureForm(formdata=None, data={"version": version, **alts})


def _all_page(update: Update, form: Any, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/updates/pictures.html",
        update=update,
        title=update.text(g.lang).title,
        form=form,
        shown_in={
            each.number: body_pictures.langs_showing(update, each) for each in update.body_pictures
        },
        most=body_pictures.MAX_PICTURES,
    ), status


def _one_page(
    update: Update, picture: UpdateBodyPicture, form: Any, status: int = 200
) -> tuple[str, int]:
    return render_template(
        "organize/updates/one_picture.html", update=update, picture=picture, form=form
    ), status


def _back(update: Update) -> BaseResponse:
    return redirect(url_for("organize.updates.pictures", slug=update.slug), 303)

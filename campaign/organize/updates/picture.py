"""The picture of an update."""

from functools import partial
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.access import allowed, takes_bytes
from campaign.organize.audited_write import act
from campaign.organize.content_fields import sent_version
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.picture_forms import (
    MAX_UPLOAD_BYTES,
    PictureForm,
    shown_picture,
)
from campaign.organize.updates.routes import back_to, blueprint, fact_of, load_update
from campaign.process.clock import utcnow
from campaign.updates.models import Update
from campaign.updates.pictures import (
    remove_update_picture,
    set_update_picture,
    wide_cut,
)
from campaign.updates.queries import update_in_any_state


@blueprint.get("/<slug>/picture")
@allowed("updates.edit", load_update)
def picture(update: Update) -> ResponseReturnValue:
    return _page(update, _form_of(update))


@blueprint.post("/<slug>/picture")
@takes_bytes(MAX_UPLOAD_BYTES)
@allowed("updates.edit", load_update)
def save_picture(update: Update) -> ResponseReturnValue:
    form, written = PictureForm(), update.written_in
    if not form.validate_about(has_picture=update.picture is not None, spoken=written):
        return _page(update, form, 422)
    wide = wide_cut(update, form.sent, form.focal())
    save(
        Editor(form, partial(update_in_any_state, update.slug), _form_of, _page),
        fact_of("updates.edit", update, part="picture"),
        set_update_picture,
        update_id=update.id,
        picture=form.sent,
        focus=form.focal(),
        wide=wide,
        alts=form.alts(written),
        now=utcnow(),
    )
    flash(_("Saved."), "sure")
    return back_to(update.slug)


@blueprint.post("/<slug>/picture/remove")
@allowed("updates.edit", load_update)
def remove_picture(update: Update) -> ResponseReturnValue:
    act(
        fact_of("updates.edit", update, part="picture"),
        remove_update_picture,
        update_id=update.id,
        version=sent_version(),
        now=utcnow(),
    )
    flash(_("The picture is taken away."), "sure")
    return redirect(url_for("organize.updates.picture", slug=update.slug), 303)


def _form_of(update: Update) -> FlaskForm:
    shown = update.picture
    known = {"focal_x": shown.focus_x, "focal_y": shown.focus_y} if shown else {}
    alts = {f"alt_{text.lang}": text.picture_alt for text in update.texts}
    return PictureForm(
        formdata=None,
        data={"version": update.version_of("picture"), **shown_picture(shown), **known, **alts},
    )


def _page(update: Update, form: Any, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/updates/picture.html",
        update=update,
        title=update.text(g.lang).title,
        form=form,
        shown=update.picture,
        written=update.written_in,
    ), status

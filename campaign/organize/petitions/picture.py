"""The picture of a petition."""

from functools import partial
from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.i18n.locales import LOCALES
from campaign.organize.access import allowed, takes_bytes
from campaign.organize.audited_write import act
from campaign.organize.content_fields import sent_version
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.petitions.guide import onward
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition
from campaign.organize.picture_forms import (
    MAX_UPLOAD_BYTES,
    PictureForm,
    shown_picture,
)
from campaign.petitions.models import Petition
from campaign.petitions.pictures import change_picture, picture_bytes, remove_picture
from campaign.petitions.queries import petition_in_any_state


@blueprint.get("/<slug>/picture")
@allowed("petitions.edit", load_petition)
def picture(petition: Petition) -> ResponseReturnValue:
    return _page(petition, _form_of(petition))


@blueprint.post("/<slug>/picture")
@takes_bytes(MAX_UPLOAD_BYTES)
@allowed("petitions.edit", load_petition)
def save_picture(petition: Petition) -> ResponseReturnValue:
    form = PictureForm()
    if not form.validate_about(
        has_picture=petition.picture is not None, spoken=[petition.original_lang]
    ):
        return _page(petition, form, 422)
    save(
        Editor(form, partial(petition_in_any_state, petition.slug), _form_of, _page),
        fact_of("petitions.edit", petition, part="picture"),
        change_picture,
        petition_id=petition.id,
        picture=form.sent,
        focal=form.focal(),
        alts=form.alts(LOCALES),
    )
    flash(_("Saved."), "sure")
    return onward(petition, "picture")


@blueprint.post("/<slug>/picture/remove")
@allowed("petitions.edit", load_petition)
def take_picture_away(petition: Petition) -> ResponseReturnValue:
    act(
        fact_of("petitions.edit", petition, part="picture"),
        remove_picture,
        petition_id=petition.id,
        version=sent_version(),
    )
    flash(_("The picture is taken away."), "sure")
    return redirect(url_for("organize.petitions.picture", slug=petition.slug), 303)


@blueprint.get("/<slug>/picture-<digest>.webp")
@allowed("petitions.see", load_petition)
def picture_file(petition: Petition, digest: str) -> ResponseReturnValue:
    """Return the picture for organizers, before it is public."""
    if petition.picture is None or petition.picture.digest != digest:
        abort(404)
    return Response(picture_bytes(petition.id), mimetype="image/webp")


def _form_of(petition: Petition) -> FlaskForm:
    shown = petition.picture
    known = {"focal_x": shown.focal_x, "focal_y": shown.focal_y} if shown else {}
    alts = {f"alt_{lang}": words for lang, words in shown.alts.items()} if shown else {}
    return PictureForm(
        formdata=None,
        data={"version": petition.version_of("picture"), **shown_picture(shown), **known, **alts},
    )


def _page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    shown = petition.picture
    address = (
        url_for("organize.petitions.picture_file", slug=petition.slug, digest=shown.digest)
        if shown
        else ""
    )
    return render_template(
        "organize/petitions/picture.html",
        petition=petition,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
        form=form,
        shown=shown,
        address=address,
        written=[
            petition.original_lang,
            *(lang for lang in LOCALES if lang != petition.original_lang),
        ],
    ), status

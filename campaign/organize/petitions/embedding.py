"""A petition embedded in other sites: who may embed it, the code to copy, and a preview."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.embeds.frames import asked_frame
from campaign.embeds.operations import change_embedding
from campaign.embeds.queries import embedding_of
from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.content_fields import caught_up
from campaign.organize.petitions.embedding_forms import EmbeddingForm, PieceForm
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition
from campaign.petitions.editing import EditConflict
from campaign.petitions.models import Petition


@blueprint.get("/<slug>/embedding")
@allowed("petitions.see", load_petition)
def embedding(petition: Petition) -> ResponseReturnValue:
    return _page(petition, EmbeddingForm.of(embedding_of(petition.id)))


@blueprint.post("/<slug>/embedding")
@allowed("petitions.edit", load_petition)
def save_embedding(petition: Petition) -> ResponseReturnValue:
    form = EmbeddingForm()
    if not form.validate():
        return _page(petition, form, 422)
    slug, words = petition.slug, {"allowed": form.allowed.data, "origins": form.origins.origins}
    fact = fact_of("petitions.edit", petition, part="embedding", **words)
    try:
        act(fact, change_embedding, petition_id=petition.id, mark=form.mark.data, **words)
    except EditConflict:
        if conflicting := caught_up(form, EmbeddingForm.of(embedding_of(petition.id))):
            return _page(petition, form, 409, conflicting)
    flash(_("Saved. Pages that hold it already keep to it within a minute."), "sure")
    return redirect(url_for("organize.petitions.embedding", slug=slug), 303)


def _page(
    petition: Petition, form: FlaskForm, status: int = 200, conflicting: Sequence[Any] = ()
) -> tuple[str, int]:
    frame = asked_frame(request.args)
    return render_template(
        "organize/petitions/embedding.html",
        petition=petition,
        form=form,
        conflicting=conflicting,
        piece=PieceForm(formdata=None, data=vars(frame)),
        frame=frame,
        is_public=petition.state != "draft" and petition.cause.state != "draft",
        # Use the petition's own URL, not the one of the person who copies the code.
        frame_address=current_app.config["PUBLIC_URL"]
        + url_for("embeds.show", slug=petition.slug, **frame.query()),
        script_address=current_app.config["PUBLIC_URL"] + url_for("embeds.script"),
        standing=embedding_of(petition.id).allowed,
    ), status

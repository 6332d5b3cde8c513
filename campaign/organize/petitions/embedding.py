"""A petition in somebody else's page: who may, and the piece to copy, with a look at it."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaign.embeds.frames import asked_frame
from campaign.embeds.operations import change_embedding
from campaign.embeds.queries import embedding_of
from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.content_fields import caught_up
from campaign.organize.petitions.embedding_forms import EmbeddingForm, PieceForm
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition
from campaign.petitions.editing import EditConflict


@blueprint.get("/<slug>/embedding")
@allowed("petitions.see", load_petition)
def embedding(petition):
    return _page(petition, EmbeddingForm.of(embedding_of(petition.id)))


@blueprint.post("/<slug>/embedding")
@allowed("petitions.edit", load_petition)
def save_embedding(petition):
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


def _page(petition, form, status=200, conflicting=()):
    frame = asked_frame(request.args)
    return render_template(
        "organize/petitions/embedding.html",
        petition=petition,
        form=form,
        conflicting=conflicting,
        piece=PieceForm(formdata=None, data=vars(frame)),
        frame=frame,
        is_public=petition.state != "draft" and petition.cause.state != "draft",
        # In the words of the petition, not of who copies it.
        frame_address=current_app.config["PUBLIC_URL"]
        + url_for("embeds.show", slug=petition.slug, **frame.query()),
        script_address=current_app.config["PUBLIC_URL"] + url_for("embeds.script"),
        standing=embedding_of(petition.id).allowed,
    ), status

"""A petition embedded in other sites: who may embed it, the code to copy, and a preview."""

from functools import partial

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.embeds.frames import asked_frame
from campaign.embeds.operations import change_embedding
from campaign.embeds.queries import embedding_of
from campaign.organize.access import allowed
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.petitions.embedding_forms import EmbeddingForm, PieceForm
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state


@blueprint.get("/<slug>/embedding")
@allowed("petitions.see", load_petition)
def embedding(petition: Petition) -> ResponseReturnValue:
    return _page(petition, _form_of(petition))


@blueprint.post("/<slug>/embedding")
@allowed("petitions.edit", load_petition)
def save_embedding(petition: Petition) -> ResponseReturnValue:
    form = EmbeddingForm()
    if not form.validate():
        return _page(petition, form, 422)
    slug, words = petition.slug, {"allowed": form.allowed.data, "origins": form.origins.origins}
    fact = fact_of("petitions.edit", petition, part="embedding", **words)
    save(
        Editor(form, partial(petition_in_any_state, slug), _form_of, _page),
        fact,
        change_embedding,
        petition_id=petition.id,
        **words,
    )
    flash(_("Saved. Pages that embed it follow within a minute."), "success")
    return redirect(url_for("organize.petitions.embedding", slug=slug), 303)


def _form_of(petition: Petition) -> EmbeddingForm:
    return EmbeddingForm.of(embedding_of(petition.id), petition.version_of("embedding"))


def _page(petition: Petition, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    frame = asked_frame(request.args)
    return render_template(
        "organize/petitions/embedding.html",
        petition=petition,
        form=form,
        piece=PieceForm(formdata=None, data=vars(frame)),
        frame=frame,
        is_public=petition.state != "draft" and petition.cause.state != "draft",
        # Use the petition's own URL, not the one of the person who copies the code.
        frame_address=current_app.config["PUBLIC_URL"]
        + url_for("embeds.show", slug=petition.slug, **frame.query()),
        script_address=current_app.config["PUBLIC_URL"] + url_for("embeds.script"),
        standing=embedding_of(petition.id).allowed,
    ), status

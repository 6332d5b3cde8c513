"""The texts for sharing a petition, and what each achieved."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.access import allowed
from campaign.organize.audited_write import act
from campaign.organize.content_fields import caught_up
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition
from campaign.organize.petitions.sharing_forms import SharingForm
from campaign.petitions.editing import EditConflict
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.sharing.comparison import comparisons
from campaign.sharing.operations import change_texts
from campaign.sharing.queries import texts_of


@blueprint.get("/<slug>/sharing")
@allowed("petitions.edit", load_petition)
def sharing(petition: Petition) -> ResponseReturnValue:
    return _page(petition, SharingForm.of(texts_of(petition.id)))


@blueprint.post("/<slug>/sharing")
@allowed("petitions.edit", load_petition)
def save_sharing(petition: Petition) -> ResponseReturnValue:
    form = SharingForm()
    if not form.validate():
        return _page(petition, form.with_room(), 422)
    slug, texts = petition.slug, form.texts()
    fact = fact_of("petitions.edit", petition, part="sharing", texts=sum(map(len, texts.values())))
    try:
        act(
            fact,
            change_texts,
            petition_id=petition.id,
            texts=texts,
            mark=form.mark.data,
            now=utcnow(),
        )
    except EditConflict:
        if conflicting := caught_up(form, SharingForm.of(texts_of(petition.id))):
            return _page(petition, form.with_room(), 409, conflicting)
    flash(_("Saved."), "sure")
    return redirect(url_for("organize.petitions.sharing", slug=slug), 303)


def _page(
    petition: Petition, form: FlaskForm, status: int = 200, conflicting: Sequence[Any] = ()
) -> tuple[str, int]:
    return render_template(
        "organize/petitions/sharing.html",
        petition=petition,
        form=form,
        comparisons=comparisons(petition.id),
        conflicting=conflicting,
    ), status

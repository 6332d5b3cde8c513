"""The texts for sharing a petition, and what each achieved."""

from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.access import allowed
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.petitions.routes import blueprint, fact_of, load_petition
from campaign.organize.petitions.sharing_forms import SharingForm
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from campaign.sharing.comparison import comparisons
from campaign.sharing.operations import change_texts
from campaign.sharing.queries import texts_of


@blueprint.get("/<slug>/sharing")
@allowed("petitions.edit", load_petition)
def sharing(petition: Petition) -> ResponseReturnValue:
    return _page(petition, _form_of(petition))


@blueprint.post("/<slug>/sharing")
@allowed("petitions.edit", load_petition)
def save_sharing(petition: Petition) -> ResponseReturnValue:
    form = SharingForm()
    if not form.validate():
        return _page(petition, form.with_room(), 422)
    slug, texts = petition.slug, form.texts()
    fact = fact_of("petitions.edit", petition, part="sharing", texts=sum(map(len, texts.values())))
    save(
        Editor(
            form,
            partial(petition_in_any_state, slug),
            _form_of,
            lambda present, form: _page(present, form.with_room()),
        ),
        fact,
        change_texts,
        petition_id=petition.id,
        texts=texts,
        now=utcnow(),
    )
    flash(_("Saved."), "success")
    return redirect(url_for("organize.petitions.sharing", slug=slug), 303)


def _form_of(petition: Petition) -> FlaskForm:
    return SharingForm.of(texts_of(petition.id), petition.version_of("sharing"))


def _page(petition: Petition, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/petitions/sharing.html",
        petition=petition,
        form=form,
        comparisons=comparisons(petition.id),
    ), status

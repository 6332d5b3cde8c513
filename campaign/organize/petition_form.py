"""What supporters of a petition are asked: the fields that must be filled, its own questions, how they confirm."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaign.organize.acts import Fact, act
from campaign.organize.content_fields import conflicts, moved
from campaign.organize.guard import allowed
from campaign.organize.petition_form_forms import FormForm
from campaign.organize.petitions import any_petition, blueprint
from campaign.petitions.editing import ChangedMeanwhile, change_form
from campaign.petitions.queries import petition_in_any_state


@blueprint.get("/<slug>/form")
@allowed("petitions.edit", any_petition)
def form(petition):
    return _page(petition, FormForm.of(petition))


@blueprint.post("/<slug>/form")
@allowed("petitions.edit", any_petition)
def save_form(petition):
    typed = FormForm()
    rows = moved(typed.rows.data, request.form.get("press"))
    if rows is not None:
        return _page(petition, typed.with_rows(rows))
    if not typed.validate_asking(petition.original_lang):
        return _page(petition, typed, 422)
    fact = Fact("petitions.edit", on=("petition", petition.id), cause_id=petition.cause_id, details={"part": "form"})
    try:
        act(
            fact,
            change_form,
            petition_id=petition.id,
            revision=typed.revision.data,
            required_fields=typed.required_fields.data,
            questions=typed.questions(petition.original_lang),
            confirmation=typed.confirmation.data,
            two_per_address=typed.two_per_address.data,
        )
    except ChangedMeanwhile:
        present = petition_in_any_state(petition.slug)
        conflicting = conflicts(typed, FormForm.of(present))
        typed.revision.data = present.revision
        return _page(present, typed, 409, conflicting)
    flash(_("Saved."), "sure")
    return redirect(url_for("organize.petitions.show", slug=petition.slug), 303)


def _page(petition, form, status=200, conflicting=()):
    return render_template("organize/petitions/form.html", petition=petition, form=form, conflicting=conflicting), status

"""The result of a petition: set it, change it, or take it away."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.answers.labels import RESULT_LABELS
from campaign.answers.queries import answers_of, suggested_result
from campaign.organize.answers.forms import ResultForm
from campaign.organize.answers.routes import blueprint
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.scope import load_petition, petition_summary
from campaign.petitions.models import RESULTS, Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.results import change_result
from campaign.process.clock import utcnow
from campaign.site.settings import local_day


@blueprint.get("/<slug>/result")
@allowed("answers.edit", load_petition)
def result(petition: Petition) -> ResponseReturnValue:
    form = ResultForm.of(petition)
    suggested = request.args.get("suggest", "")
    if not petition.result and suggested in RESULTS:
        form.result.data = suggested
    if not petition.result:
        form.result_on.data = local_day(utcnow())
    return _result_page(petition, form)


@blueprint.post("/<slug>/result")
@allowed("answers.edit", load_petition)
def save_result(petition: Petition) -> ResponseReturnValue:
    form = ResultForm()
    if not form.validate():
        return _result_page(petition, form, 422)
    save(
        Editor(form, partial(petition_in_any_state, petition.slug), ResultForm.of, _result_page),
        AuditEvent("answers.result", on=("petition", petition.id), cause_id=petition.cause_id),
        change_result,
        petition_id=petition.id,
        result=form.result.data,
        result_on=form.result_on.data,
    )
    flash(_("Saved. The petition’s page shows it now."), "success")
    return redirect(url_for("organize.answers.index", slug=petition.slug), 303)


def _result_page(petition: Petition, form: Any, status: int = 200) -> tuple[str, int]:
    suggestion = suggested_result(answers_of(petition.id))
    return render_template(
        "organize/answers/result.html",
        petition=petition,
        petition_summary=petition_summary(petition),
        form=form,
        suggestion=RESULT_LABELS.get(suggestion, ""),
    ), status

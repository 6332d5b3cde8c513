"""How long each petition's personal data is kept after it ends."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.organize.access import allowed, fresh
from campaign.organize.audited_write import Fact, act
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.scope import in_sight, load_petition, petitions_where
from campaign.organize.signatures.forms import RetentionForm
from campaign.petitions.models import DEFAULT_RETENTION_DAYS, Petition
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures.batches import waiting_under
from campaign.signatures.erasure import (
    NOTICE,
    ended_at,
    erases_at,
    personal_left,
    set_quiet,
    set_retention,
    would_erase_at,
)

blueprint = Blueprint("retention", __name__, url_prefix="/retention")


@blueprint.get("/")
@allowed("retention.edit")
def index() -> ResponseReturnValue:
    petitions = [petition_by_id(each.id) for each in petitions_where("retention.edit")]
    rows = [(in_sight(petition), petition, erases_at(petition)) for petition in petitions]
    return render_template("organize/retention/index.html", rows=rows)


@blueprint.get("/<slug>")
@allowed("retention.edit", load_petition)
def edit(petition: Petition) -> ResponseReturnValue:
    return _page(petition, RetentionForm.of(petition))


@blueprint.post("/<slug>")
@allowed("retention.edit", load_petition)
@fresh
def update(petition: Any) -> ResponseReturnValue:
    form = RetentionForm()
    form.before, form.is_trial = petition.retention_days, request.form.get("press") == "try"
    if not form.validate():
        return _page(petition, form, 422)
    if form.is_trial:
        return _page(petition, form, shows_trial=True)
    details = {"days": form.number, "before": petition.retention_days}
    fact = Fact(
        "retention.edit", on=("petition", petition.id), cause_id=petition.cause_id, details=details
    )
    save(
        Editor(form, partial(petition_by_id, petition.id), RetentionForm.of, _page),
        fact,
        set_retention,
        petition_id=petition.id,
        days=form.number,
    )
    flash(_("Saved."), "success")
    return redirect(url_for("organize.retention.edit", slug=petition.slug), 303)


@blueprint.post("/<slug>/quiet")
@allowed("retention.edit", load_petition)
def quiet(petition: Petition) -> ResponseReturnValue:
    """Make the count move in batches only, or right away again."""
    is_quiet = request.form.get("quiet") == "y"
    fact = Fact(
        "petitions.quiet" if is_quiet else "petitions.loud",
        on=("petition", petition.id),
        cause_id=petition.cause_id,
    )
    act(fact, set_quiet, petition_id=petition.id, is_quiet=is_quiet, now=utcnow())
    flash(_("Saved."), "success")
    return redirect(
        url_for("organize.retention.edit", slug=petition.slug, _anchor="quiet-title"), 303
    )


def _page(
    petition: Petition, form: Any, status: int = 200, *, shows_trial: bool = False
) -> tuple[str, int]:
    whole, now = petition_by_id(petition.id), utcnow()
    page = render_template(
        "organize/retention/edit.html",
        petition=whole,
        sight=in_sight(whole),
        form=form,
        shows_trial=shows_trial,
        would_erase_at=would_erase_at(whole, form.number, now)
        if shows_trial and form.number
        else None,
        ended_at=ended_at(whole),
        erases_at=erases_at(whole),
        left=personal_left(whole.id),
        notice_days=NOTICE.days,
        default_days=DEFAULT_RETENTION_DAYS,
        waiting=waiting_under(whole.id),
        now=now,
    )
    return page, status

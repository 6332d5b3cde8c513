"""The queue of held signatures: what was held and why, for an organizer to decide."""

from collections.abc import Iterable
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from campaign.organize.access import allowed
from campaign.organize.identity import causes_where
from campaign.organize.moderation.queues import act_by_petition, decision, queue_page, same_page
from campaign.organize.scope import chosen, petitions_where
from campaign.organize.signatures.forms import ReasonForm
from campaign.organize.signatures.labels import words
from campaign.organize.signatures.view_log import note_list
from campaign.signatures import moderation
from campaign.signatures.rule_operations import rules_of
from campaign.signatures.search import held_by_reason, held_for_review

blueprint = Blueprint("held", __name__, url_prefix="/held")
DECISIONS = {
    "let_through": ("signatures.let_through", moderation.let_through_waiting),
    "reject": ("signatures.reject", moderation.reject),
}


@blueprint.get("/")
@allowed("signatures.review")
def index() -> ResponseReturnValue:
    return _page(ReasonForm(formdata=None))


@blueprint.post("/")
@allowed("signatures.review")
def decide() -> ResponseReturnValue:
    """Do one thing to the selected rows, or to exactly those that the page showed."""
    (way, ids), form = decision(), ReasonForm()
    if way not in DECISIONS or not ids:
        flash(_("Nothing was selected, so nothing was changed."), "waiting")
        return redirect(_here(), 303)
    # Approving needs no reason: the queue says why a signature was held.
    if way == "reject" and not form.validate():
        return _page(form, 422, ticked=ids)
    action, operation = DECISIONS[way]
    done = act_by_petition(action, operation, ids, reason=form.reason.data or "")
    if not done:
        flash(_("Someone else already decided. Nothing was changed."), "waiting")
    elif way == "reject":
        flash(
            ngettext(
                "%(figure)s signature rejected.",
                "%(figure)s signatures rejected.",
                done,
                figure=format_decimal(done),
            ),
            "success",
        )
    else:
        flash(
            ngettext(
                "%(figure)s signature approved.",
                "%(figure)s signatures approved.",
                done,
                figure=format_decimal(done),
            ),
            "success",
        )
    return redirect(_here(), 303)


def _here() -> str:
    return url_for(
        "organize.held.index", **same_page(), held_for=request.values.get("held_for") or None
    )


def _page(form: ReasonForm, status: int = 200, ticked: Iterable[int] = ()) -> ResponseReturnValue:
    petitions = petitions_where("signatures.review")
    ids = [each.id for each in chosen(petitions, request.values.get("petition"))]
    reasons, held_for = held_by_reason(ids), request.values.get("held_for") or ""
    queue = queue_page(partial(held_for_review, ids, held_reason=held_for))
    note_list(queue.rows, ["held"])
    page = render_template(
        "organize/held/index.html",
        form=form,
        queue=queue,
        ticked=set(ticked),
        reasons=sorted(reasons.items(), key=lambda each: -each[1]),
        held_for=held_for,
        waiting=reasons.get(held_for, 0) if held_for else sum(reasons.values()),
        rules={rule.id: rule for rule in rules_of(causes_where("signatures.review"))},
        petitions=petitions,
        chosen_slug=request.values.get("petition") or "",
        titles={each.id: each.title for each in petitions},
        **words(),
    )
    return page, status

"""Full names entered at a table that wait to be shown: approve them or keep them private."""

from functools import partial

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.events.models import Event
from campaign.kiosk.queries import kiosks_of
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act_on_some, note
from campaign.organize.identity import causes_where
from campaign.organize.kiosks.routes import blueprint, load_event
from campaign.organize.moderation.queues import decision, queue_page, same_page
from campaign.organize.scope import petitions_where
from campaign.signatures import name_display

# A limit per step keeps the transaction short; the rest takes another press.
MAX_AT_ONCE = 5_000
DECISIONS = {
    "show": ("kiosks.show_names", name_display.confirm_by_organizer),
    "keep": ("kiosks.hide_names", name_display.keep_private),
}


@blueprint.get("/<slug>/names")
@allowed("signatures.review", load_event)
def names(event: Event) -> ResponseReturnValue:
    queue = queue_page(partial(name_display.asked_at, event.id))
    if queue.rows:
        note(
            Fact(
                "kiosks.names",
                on=("event", event.id),
                cause_id=event.cause_id,
                details={"shown": len(queue.rows)},
            )
        )
    return render_template(
        "organize/kiosks/names.html",
        event=event,
        title=event.text(g.lang).title,
        queue=queue,
        many=name_display.many_asked_at([event.id]).get(event.id, 0),
        most=MAX_AT_ONCE,
        titles={petition.id: petition.title for petition in petitions_where("signatures.review")},
        tablets={kiosk.id: kiosk.name for kiosk in kiosks_of(event.id)},
    )


@blueprint.post("/<slug>/names")
@allowed("signatures.review", load_event)
def decide_names(event: Event) -> ResponseReturnValue:
    """Show the chosen names as their signers asked, or keep them private."""
    (way, ids), slug = decision(), event.slug
    if request.form.get("do", "").endswith(".all"):
        ids = name_display.asked_ids(event.id, most=MAX_AT_ONCE)
    if way not in DECISIONS or not ids:
        flash(_("Nothing was selected, so nothing was changed."), "waiting")
        return _back(slug)
    action, operation = DECISIONS[way]
    fact = Fact(action, on=("event", event.id), cause_id=event.cause_id)
    done = len(act_on_some(fact, operation, ids=ids, cause_ids=causes_where("signatures.review")))
    if way == "show":
        flash(
            ngettext("%(num)s full name is now shown.", "%(num)s full names are now shown.", done),
            "success",
        )
    else:
        flash(
            ngettext("%(num)s name stays private.", "%(num)s names stay private.", done), "success"
        )
    return _back(slug)


def _back(slug: str) -> ResponseReturnValue:
    return redirect(url_for("organize.kiosks.names", slug=slug, after=same_page()["after"]), 303)

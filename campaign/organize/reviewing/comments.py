"""Comments that wait to be read: they appear publicly only once somebody has let them through."""

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.organize.guard import allowed
from campaign.organize.reviewing.queues import act_by_petition, numbers, queue_page, same_page
from campaign.organize.scope import chosen, petitions_where
from campaign.organize.signatures.sights import note_list
from campaign.organize.signatures.words import words
from campaign.signatures import reviewing
from campaign.signatures.finding import how_many_unread, unread_comments

blueprint = Blueprint("comments", __name__, url_prefix="/comments")


@blueprint.get("/")
@allowed("signatures.review")
def index():
    petitions = petitions_where("signatures.review")
    ids = [each.id for each in chosen(petitions, request.args.get("petition"))]
    queue = queue_page(partial(unread_comments, ids))
    note_list(queue.rows, ["comments"])
    return render_template(
        "organize/comments/index.html",
        queue=queue,
        waiting=how_many_unread(ids),
        petitions=petitions,
        chosen_slug=request.args.get("petition") or "",
        titles={each.id: each.title for each in petitions},
        fingerprint=reviewing.fingerprint,
        **words(),
    )


@blueprint.post("/")
@allowed("signatures.review")
def decide():
    """Show or keep hidden what was decided row by row or, by a button, all comments that the page showed."""
    ids, whole = numbers("shown"), request.form.get("all")
    decided = {number: whole or request.form.get(f"decision-{number}") for number in ids}
    shown = [number for number, word in decided.items() if word == "show"]
    hidden = [number for number, word in decided.items() if word == "hide"]
    seen = {number: request.form.get(f"seen-{number}", "") for number in ids}
    done = sum(
        act_by_petition(action, _decision, some, seen=seen, shown=is_shown)
        for action, some, is_shown in (("comments.show", shown, True), ("comments.hide", hidden, False))
        if some
    )
    _tell(done, len(shown) + len(hidden))
    return redirect(url_for("organize.comments.index", **same_page()), 303)


def _decision(*, ids, seen, **named):
    return reviewing.decide_comments(seen={number: seen[number] for number in ids}, **named)


def _tell(done, wanted):
    if not wanted:
        flash(_("Nothing was decided, so nothing was changed."), "waiting")
        return
    flash(ngettext("%(num)s comment is decided.", "%(num)s comments are decided.", done), "sure")
    if left := wanted - done:
        flash(
            ngettext(
                "%(num)s was changed by its owner meanwhile, and waits for another look.",
                "%(num)s were changed by their owners meanwhile, and wait for another look.",
                left,
            ),
            "waiting",
        )

"""Review comments: those to decide, and those decided.

They appear publicly only after an organizer has chosen to show them.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.db.versioned import content_version
from campaign.organize.access import allowed
from campaign.organize.moderation.queues import act_by_petition, numbers, queue_page, same_page
from campaign.organize.scope import chosen, petitions_where
from campaign.organize.signatures.labels import words
from campaign.organize.signatures.view_log import note_list
from campaign.signatures import moderation
from campaign.signatures.search import COMMENTS, comments_of, how_many_unread

blueprint = Blueprint("comments", __name__, url_prefix="/comments")
TABS = {"waiting": _l("To review"), "shown": _l("Shown"), "hidden": _l("Hidden")}
MAX_WORDS = 200


@blueprint.get("/")
@allowed("signatures.review")
def index() -> ResponseReturnValue:
    petitions = petitions_where("signatures.review")
    ids = [each.id for each in chosen(petitions, request.args.get("petition"))]
    asked = same_list()
    searched, tab = asked["words"] or "", asked["tab"] or "waiting"
    queue = queue_page(partial(comments_of, ids, comments=tab, words=searched))
    note_list(queue.rows, ["comments"])
    return render_template(
        "organize/comments/index.html",
        queue=queue,
        waiting=how_many_unread(ids),
        petitions=petitions,
        chosen_slug=request.args.get("petition") or "",
        titles={each.id: each.title for each in petitions},
        content_version=content_version,
        tabs=TABS,
        tab=tab,
        searched=searched,
        asked=asked,
        **words(),
    )


@blueprint.post("/")
@allowed("signatures.review")
def decide() -> ResponseReturnValue:
    """Show or hide comments as decided row by row or, with one button, all on the page."""
    ids, whole = numbers("shown"), request.form.get("all")
    decided = {number: whole or request.form.get(f"decision-{number}") for number in ids}
    shown = [number for number, word in decided.items() if word == "show"]
    hidden = [number for number, word in decided.items() if word == "hide"]
    versions = {number: request.form.get(f"version-{number}", "") for number in ids}
    done = sum(
        act_by_petition(action, _decision, some, versions=versions, shown=is_shown)
        for action, some, is_shown in (
            ("comments.show", shown, True),
            ("comments.hide", hidden, False),
        )
        if some
    )
    _tell(done, len(shown) + len(hidden))
    return redirect(url_for("organize.comments.index", **same_page(), **same_list()), 303)


def same_list() -> dict[str, Any]:
    """Return the URL arguments for the tab and the search within it."""
    tab = request.values.get("tab")
    searched = (request.values.get("words") or "").strip()[:MAX_WORDS]
    return {"tab": tab if tab in COMMENTS and tab != "waiting" else None, "words": searched or None}


def _decision(*, ids: Iterable[int], versions: Mapping[int, str], **named: Any) -> Sequence[int]:
    return moderation.decide_comments(
        versions={number: versions[number] for number in ids}, **named
    )


def _tell(done: int, wanted: int) -> None:
    if not wanted:
        flash(_("You made no decision, so nothing was changed."), "waiting")
        return
    flash(
        ngettext(
            "%(figure)s comment decided.",
            "%(figure)s comments decided.",
            done,
            figure=format_decimal(done),
        ),
        "success",
    )
    if left := wanted - done:
        flash(
            ngettext(
                "%(num)s comment was changed by the person who wrote it. Please read it again.",
                "%(num)s comments were changed by the people who wrote them. Please read them again.",
                left,
            ),
            "waiting",
        )

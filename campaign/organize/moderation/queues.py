"""The queues for review: held signatures, held corrections and comments.

Paging and decisions are shared with the records from tablets.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.db.versioned import content_version
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act_on_some, log_list_view
from campaign.organize.core.identity import causes_where
from campaign.organize.core.pagination import possible_id
from campaign.organize.core.scope import chosen, load_signature, petitions_where
from campaign.organize.signatures.forms import ReasonForm
from campaign.organize.signatures.labels import approved_text, label_context
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.moderation import decisions
from campaign.signatures.moderation.decisions import held_corrections, settle_correction
from campaign.signatures.moderation.rules import rules_of
from campaign.signatures.search.queries import (
    COMMENTS,
    comments_of,
    count_unread_comments,
    held_by_reason,
    held_for_review,
)

PAGE_SIZE = 20


@dataclass(frozen=True)
class QueuePage:
    """The rows of a page. It begins after the id `after`.

    `next_after` is the `after` of the next page, or None if there is none.
    """

    rows: Sequence[Any]
    after: int
    next_after: int | None


def queue_page(find: Callable[..., Sequence[Any]]) -> QueuePage:
    """Return the requested QueuePage. `find` takes after_id and most, and returns rows by id.

    If nothing is left after the previous page, return the first page: rows skipped there still
    wait.
    """
    after = _after()
    rows = find(after_id=after, limit=PAGE_SIZE + 1)
    if not rows and after:
        after, rows = 0, find(after_id=0, limit=PAGE_SIZE + 1)
    page_rows = rows[:PAGE_SIZE]
    return QueuePage(page_rows, after, page_rows[-1].id if len(rows) > PAGE_SIZE else None)


def same_page() -> dict[str, Any]:
    """Return the URL arguments of the page from which the form was sent."""
    return {"after": _after() or None, "petition": request.values.get("petition") or None}


def sent_decision() -> tuple[str, Sequence[int]]:
    """Return (pressed button, ids it applies to): the selected rows, or exactly those shown."""
    decision, _dot, selection = request.form.get("do", "").partition(".")
    return decision, numbers("shown" if selection == "shown" else "ticked")


def numbers(name: str) -> list[int]:
    """Return the ids in the form fields `name`, without invalid ones."""
    texts = (
        text
        for text in request.form.getlist(name)
        if text.isascii() and text.isdecimal() and len(text) < 19
    )
    return sorted({int(text) for text in texts})


def act_by_petition(
    action: str,
    operation: Callable[..., Any],
    ids: Collection[int],
    *,
    reason: str = "",
    **named: Any,
) -> int:
    """Run a bulk operation for each petition separately and return how many signatures changed.

    Each petition gets its own entry in the activity log.
    """
    cause_ids, done = causes_where("signatures.review"), 0
    rows = sorted(decisions.petitions_of(ids))
    for (cause_id, petition_id), group in groupby(rows, key=lambda row: row[:2]):
        some = [row[2] for row in group]
        if cause_ids is not None and cause_id not in cause_ids:
            continue
        audit_event = AuditEvent(
            action, on=("petition", petition_id), cause_id=cause_id, reason=reason
        )
        done += len(
            act_on_some(
                audit_event, operation, ids=some, cause_ids=cause_ids, now=utcnow(), **named
            )
        )
    return done


def _after() -> int:
    return possible_id(request.values.get("after", type=int)) or 0


blueprint = Blueprint("held", __name__, url_prefix="/held")
DECISIONS = {
    "let_through": ("signatures.let_through", decisions.approve_waiting),
    "reject": ("signatures.reject", decisions.reject),
}


@blueprint.get("/")
@allowed("signatures.review")
def index() -> ResponseReturnValue:
    return _render_page(ReasonForm(formdata=None))


@blueprint.post("/")
@allowed("signatures.review")
def decide() -> ResponseReturnValue:
    """Do one thing to the selected rows, or to exactly those that the page showed."""
    (decision, ids), form = sent_decision(), ReasonForm()
    if decision not in DECISIONS or not ids:
        flash(_("You selected nothing, so nothing was changed."), "waiting")
        return redirect(_current_url(), 303)
    # Approving needs no reason: the queue says why a signature was held.
    if decision == "reject" and not form.validate():
        return _render_page(form, 422, ticked=ids)
    action, operation = DECISIONS[decision]
    done = act_by_petition(action, operation, ids, reason=form.reason.data or "")
    if not done:
        flash(_("Someone else has already decided, so nothing was changed."), "waiting")
    elif decision == "reject":
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
        flash(approved_text(done), "success")
    return redirect(_current_url(), 303)


def _current_url() -> str:
    return url_for(
        "organize.held.index", **same_page(), held_for=request.values.get("held_for") or None
    )


def _render_page(
    form: ReasonForm, status: int = 200, ticked: Iterable[int] = ()
) -> ResponseReturnValue:
    petitions = petitions_where("signatures.review")
    ids = [item.id for item in chosen(petitions, request.values.get("petition"))]
    reasons, held_for = held_by_reason(ids), request.values.get("held_for") or ""
    queue = queue_page(partial(held_for_review, ids, held_reason=held_for))
    log_list_view(queue.rows, ["held"])
    page = render_template(
        "organize/held/index.html",
        form=form,
        queue=queue,
        ticked=set(ticked),
        reasons=sorted(reasons.items(), key=lambda row: -row[1]),
        held_for=held_for,
        waiting=reasons.get(held_for, 0) if held_for else sum(reasons.values()),
        rules={rule.id: rule for rule in rules_of(causes_where("signatures.review"))},
        petitions=petitions,
        chosen_slug=request.values.get("petition") or "",
        titles={petition.id: petition.title for petition in petitions},
        **label_context(),
    )
    return page, status


corrections_blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")
CORRECTIONS_PER_PAGE = 50


@corrections_blueprint.get("/", endpoint="index")
@allowed("signatures.review")
def corrections_index() -> ResponseReturnValue:
    petitions = petitions_where("signatures.review")
    corrections = held_corrections(
        [petition.id for petition in petitions], limit=CORRECTIONS_PER_PAGE
    )
    log_list_view([signature for _correction, signature in corrections], ["corrections"])
    return render_template(
        "organize/corrections/index.html",
        corrections=corrections,
        titles={petition.id: petition.title for petition in petitions},
        content_version=content_version,
        rules={rule.id: rule for rule in rules_of(causes_where("signatures.review"))},
        **label_context(),
    )


@corrections_blueprint.post("/<int:signature_id>", endpoint="decide")
@allowed("signatures.review", load_signature)
def decide_correction(signature: Signature) -> ResponseReturnValue:
    """Show the correction, or keep the former text."""
    is_accepted = request.form.get("decision") == "show"
    action = "corrections.show" if is_accepted else "corrections.refuse"
    audit_event = AuditEvent(action, on=("signature", signature.id), cause_id=signature.cause_id)
    act_on_some(
        audit_event,
        settle_correction,
        signature_id=signature.id,
        version=request.form.get("version", ""),
        is_accepted=is_accepted,
    )
    flash(
        _("The change is now shown.") if is_accepted else _("The previous name stays."),
        "success",
    )
    return redirect(url_for("organize.corrections.index"), 303)


comments_blueprint = Blueprint("comments", __name__, url_prefix="/comments")
TABS = {"waiting": _l("To review"), "shown": _l("Shown"), "hidden": _l("Hidden")}
MAX_SEARCH_LENGTH = 200


@comments_blueprint.get("/", endpoint="index")
@allowed("signatures.review")
def comments_index() -> ResponseReturnValue:
    petitions = petitions_where("signatures.review")
    ids = [item.id for item in chosen(petitions, request.args.get("petition"))]
    query = same_list()
    searched, tab = query["words"] or "", query["tab"] or "waiting"
    queue = queue_page(partial(comments_of, ids, comments=tab, text=searched))
    log_list_view(queue.rows, ["comments"])
    return render_template(
        "organize/comments/index.html",
        queue=queue,
        waiting=count_unread_comments(ids),
        petitions=petitions,
        chosen_slug=request.args.get("petition") or "",
        titles={petition.id: petition.title for petition in petitions},
        content_version=content_version,
        tabs=TABS,
        tab=tab,
        searched=searched,
        query=query,
        **label_context(),
    )


@comments_blueprint.post("/", endpoint="decide")
@allowed("signatures.review")
def decide_comments() -> ResponseReturnValue:
    """Show or hide comments as decided row by row or, with one button, all on the page."""
    ids, for_all = numbers("shown"), request.form.get("all")
    decided = {number: for_all or request.form.get(f"decision-{number}") for number in ids}
    to_show = [number for number, choice in decided.items() if choice == "show"]
    to_hide = [number for number, choice in decided.items() if choice == "hide"]
    versions = {number: request.form.get(f"version-{number}", "") for number in ids}
    done = sum(
        act_by_petition(action, _decision, some, versions=versions, shown=is_shown)
        for action, some, is_shown in (
            ("comments.show", to_show, True),
            ("comments.hide", to_hide, False),
        )
        if some
    )
    _flash_result(done, len(to_show) + len(to_hide))
    return redirect(url_for("organize.comments.index", **same_page(), **same_list()), 303)


def same_list() -> dict[str, Any]:
    """Return the URL arguments for the tab and the search within it."""
    tab = request.values.get("tab")
    searched = (request.values.get("words") or "").strip()[:MAX_SEARCH_LENGTH]
    return {"tab": tab if tab in COMMENTS and tab != "waiting" else None, "words": searched or None}


def _decision(*, ids: Iterable[int], versions: Mapping[int, str], **named: Any) -> Sequence[int]:
    return decisions.decide_comments(versions={number: versions[number] for number in ids}, **named)


def _flash_result(done: int, wanted: int) -> None:
    if not wanted:
        flash(_("You made no decision, so nothing was changed."), "waiting")
        return
    flash(
        ngettext(
            "%(figure)s comment reviewed.",
            "%(figure)s comments reviewed.",
            done,
            figure=format_decimal(done),
        ),
        "success",
    )
    if left := wanted - done:
        flash(
            ngettext(
                "%(num)s person changed their comment. Please read it again.",
                "%(num)s people changed their comments. Please read them again.",
                left,
            ),
            "waiting",
        )

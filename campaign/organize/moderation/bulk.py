"""Decide about everything that matches a filter: preview, one press, progress and undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from campaign.accounts.audit import Actor, record_audit_event
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import write
from campaign.i18n.countries import country_name
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import short_date
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, log_list_view
from campaign.organize.core.identity import actor, causes_where, organizer
from campaign.organize.core.scope import PetitionSummary, chosen, petitions_where
from campaign.organize.moderation.bulk_labels import (
    DONE_LABELS,
    RUNNING_LABELS,
    UNDONE_LABELS,
    button_label,
)
from campaign.organize.moderation.queues import TABS, same_list
from campaign.organize.signatures.forms import ReasonForm, SignatureSearch
from campaign.organize.signatures.labels import (
    EVIDENCE_LABELS,
    STATE_LABELS,
    label_context,
    reason_text,
)
from campaign.process.clock import utcnow
from campaign.security.tokens import MAX_ID
from campaign.signatures.moderation import bulk_decisions
from campaign.signatures.moderation.models import BulkDecision
from campaign.signatures.moderation.rules import rules_of
from campaign.signatures.search.queries import Search

# Where a decision begins → the verbs offered there. Pressing Enter after typing a reason presses
# the first button, so that one rejects.
VERBS = {
    "held": ("reject", "approve"),
    "signatures": ("reject", "approve"),
    "comments": ("show", "hide"),
}


@dataclass(frozen=True)
class Filter:
    """A Search, the page it comes from, and the arguments that rebuild that page's URL."""

    on: str
    search: Search
    address: dict[str, str]
    petition: Any

    @property
    def verbs(self) -> tuple[str, ...]:
        return VERBS[self.on]


def requested_filter() -> Filter:
    """Return the Filter that the URL names, or abort with 404."""
    on = request.args.get("on")
    if on not in VERBS:
        abort(404)
    petitions = petitions_where("signatures.review")
    slug = request.args.get("petition")
    petition = next((item for item in petitions if item.slug == slug), None)
    search = _SEARCHES[on](petitions, tuple(item.id for item in chosen(petitions, slug)))
    return Filter(on, search, request.args.to_dict(), petition)


def filter_lines(search: Search, petition: Any) -> list[tuple[str, str]]:
    """Return pairs (label, value) of what was searched for, as a page lists them."""
    lines = [(str(petition.kind.texts.noun), petition.title)] if petition else []
    if search.comments:
        lines.append((_("Comments"), str(TABS[search.comments])))
    if search.state:
        lines.append((_("Status"), str(STATE_LABELS[search.state])))
    if search.held_reason:
        rules = {rule.id: rule for rule in rules_of(causes_where("signatures.review"))}
        lines.append((_("Why it is held"), str(reason_text(search.held_reason, rules))))
    if search.text:
        lines.append((_("Search"), search.text))
    if search.evidence:
        lines.append((_("Type of proof"), str(EVIDENCE_LABELS[search.evidence])))
    if search.country:
        lines.append((_("Country"), country_name(search.country, _lang())))
    if search.since:
        lines.append((_("First day"), short_date(search.since, current_locale())))
    if search.until:
        lines.append((_("Last day"), short_date(search.until, current_locale())))
    return lines


def filter_for_log(search: Search) -> dict[str, Any]:
    """Return the filter for the activity log, without any person's name or address."""
    return {**search.without_text().to_json(), **({"words": True} if search.text else {})}


def _held(petitions: list[PetitionSummary], ids: tuple[int, ...]) -> Search:
    return Search(ids, state="held", held_reason=request.args.get("held_for", "")[:40])


def _comments(petitions: list[PetitionSummary], ids: tuple[int, ...]) -> Search:
    query = same_list()
    return Search(ids, comments=query["tab"] or "waiting", text=query["words"] or "")


def _signatures(petitions: list[PetitionSummary], ids: tuple[int, ...]) -> Search:
    form = SignatureSearch(petitions)
    form.validate()
    return form.search()


_SEARCHES = {"held": _held, "comments": _comments, "signatures": _signatures}


def _lang() -> str:
    return str(current_locale())


blueprint = Blueprint("bulk", __name__, url_prefix="/bulk")
POLL_SECONDS = 2
# Only rejecting needs a reason, as it does for a single signature.
NEEDS_REASON = ("reject",)


def load_bulk(bulk_id: int) -> BulkDecision | None:
    return bulk_decisions.bulk_by_id(bulk_id)


@blueprint.get("/")
@allowed("signatures.review")
def index() -> ResponseReturnValue:
    decisions = bulk_decisions.newest_bulk(causes_where("signatures.review"))
    return render_template(
        "organize/bulk/index.html", decisions=decisions, heading_of=_heading, can_undo=_can_undo
    )


@blueprint.get("/new")
@allowed("signatures.review")
def new() -> ResponseReturnValue:
    """Preview how many match, what they look like, and what can be done with them."""
    return _preview(
        requested_filter(), ReasonForm(formdata=None), bulk_decisions.take_snapshot(utcnow())
    )


@blueprint.post("/")
@allowed("signatures.review")
def create() -> ResponseReturnValue:
    chosen, form, snapshot = requested_filter(), ReasonForm(), _snapshot()
    verb = request.form.get("verb")
    if snapshot is None or verb not in chosen.verbs:
        return _preview(chosen, form, bulk_decisions.take_snapshot(utcnow()), 422)
    if verb in NEEDS_REASON and not form.validate():
        return _preview(chosen, form, snapshot, 422)
    matches = {
        cause_id: item
        for cause_id, item in bulk_decisions.preview(chosen.search, snapshot).items()
        if item.verbs[verb]
    }
    if not matches:
        flash(_("Someone else has already decided, so nothing was changed."), "waiting")
        return redirect(_back(chosen), 303)
    if sum(row.total for row in matches.values()) > bulk_decisions.MAX_SIGNATURES:
        return _preview(chosen, form, snapshot, 422)
    decisions = write(
        _decide, actor(), chosen.search, snapshot, verb, (form.reason.data or "").strip(), matches
    )
    if len(decisions) > 1:
        return redirect(url_for("organize.bulk.index"), 303)
    return redirect(url_for("organize.bulk.show", bulk_id=decisions[0].id), 303)


@blueprint.get("/<int:bulk_id>")
@allowed("signatures.review", load_bulk)
def show(decision: BulkDecision) -> ResponseReturnValue:
    """Show the progress of a decision and, once it is carried out, until when it can be undone."""
    if "progress" in request.args:
        state = "working" if decision.is_in_work else "ready"
        return jsonify(state=state, progress=decision.percent, words=_how_far(decision))
    return render_template(
        "organize/bulk/show.html",
        decision=decision,
        heading=_heading(decision),
        how_far=_how_far(decision),
        lines=filter_lines(Search.from_json(decision.search), None),
        left_alone=max(0, decision.total - decision.changed),
        can_undo=_can_undo(decision),
        undo_until=decision.decided_at + bulk_decisions.UNDO_FOR,
        undone_by=organizer_by_id(decision.undone_by) if decision.undone_by else None,
        seconds=POLL_SECONDS,
    )


@blueprint.post("/<int:bulk_id>/undo")
@allowed("signatures.review", load_bulk)
def undo(decision: BulkDecision) -> ResponseReturnValue:
    bulk_id, cause_id = decision.id, decision.cause_id
    try:
        act(
            AuditEvent("bulk.undo", on=("bulk", bulk_id), cause_id=cause_id),
            bulk_decisions.undo,
            bulk_id=bulk_id,
            organizer_id=organizer().id,
            now=utcnow(),
        )
    except bulk_decisions.CannotUndoError:
        flash(_("You can no longer undo this."), "waiting")
    return redirect(url_for("organize.bulk.show", bulk_id=bulk_id), 303)


def _decide(
    who: Actor,
    search: Search,
    snapshot: bulk_decisions.PreviewSnapshot,
    verb: str,
    reason: str,
    matches: Mapping[int, Any],
) -> list[BulkDecision]:
    """Ask for a decision in each cause, and record each in the activity log."""
    decisions = []
    for cause_id, row in matches.items():
        decision = bulk_decisions.create_decision(
            organizer_id=cast(int, who.organizer_id),
            cause_id=cause_id,
            verb=verb,
            search=search,
            snapshot=snapshot,
            total=row.verbs[verb],
            reason=reason,
            now=utcnow(),
        )
        details = {
            "signatures": row.verbs[verb],
            "counted": row.counted,
            "filter": filter_for_log(search),
        }
        record_audit_event(
            who,
            f"bulk.{verb}",
            subject=("bulk", decision.id),
            cause_id=cause_id,
            reason=reason,
            details=details,
        )
        decisions.append(decision)
    return decisions


def _snapshot() -> bulk_decisions.PreviewSnapshot | None:
    """Return the Snapshot of the preview that was sent, or None if it is invalid."""
    upto_id = request.form.get("upto", type=int)
    try:
        at = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        return None
    if upto_id is None or not 0 <= upto_id <= MAX_ID or at.tzinfo is None or at > utcnow():
        return None
    return bulk_decisions.PreviewSnapshot(upto_id, at)


def _preview(
    chosen: Filter, form: ReasonForm, snapshot: bulk_decisions.PreviewSnapshot, status: int = 200
) -> ResponseReturnValue:
    matches = bulk_decisions.preview(chosen.search, snapshot).values()
    total = sum(row.total for row in matches)
    rows = bulk_decisions.sample(chosen.search, snapshot)
    log_list_view(rows, [chosen.on])
    page = render_template(
        "organize/bulk/new.html",
        chosen=chosen,
        form=form,
        snapshot=snapshot,
        total=total,
        counted=sum(row.counted for row in matches),
        changes={verb: sum(row.verbs[verb] for row in matches) for verb in chosen.verbs},
        is_too_many=total > bulk_decisions.MAX_SIGNATURES,
        max_signatures=bulk_decisions.MAX_SIGNATURES,
        undo_days=bulk_decisions.UNDO_FOR.days,
        lines=filter_lines(chosen.search, chosen.petition),
        sample=rows,
        back=_back(chosen),
        button_label=button_label,
        needs_reason=any(verb in NEEDS_REASON for verb in chosen.verbs),
        **label_context(),
    )
    return page, status


def _back(chosen: Filter) -> str:
    named: dict[str, Any] = {name: value for name, value in chosen.address.items() if name != "on"}
    return url_for(f"organize.{chosen.on}.index", **named)


def _can_undo(decision: BulkDecision) -> bool:
    return bulk_decisions.can_undo(decision, utcnow())


def _heading(decision: BulkDecision) -> str:
    """Return a short label of what a decision does or did."""
    sentences = {"done": DONE_LABELS, "running": RUNNING_LABELS}.get(decision.state, UNDONE_LABELS)
    many = decision.total if decision.state == "running" else decision.changed
    return sentences[decision.verb](many, format_decimal(many))


def _how_far(decision: BulkDecision) -> str:
    done, total = (
        (decision.restored, decision.changed)
        if decision.state == "undoing"
        else (decision.changed, decision.total)
    )
    return ngettext(
        "%(done)s of %(whole)s",
        "%(done)s of %(whole)s",
        total,
        done=format_decimal(done),
        whole=format_decimal(total),
    )

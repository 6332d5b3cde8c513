"""Review what tablets sent: records that cannot be counted yet, and full names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.accounts.audit import Actor
from campaign.events.models import Event
from campaign.extensions import write
from campaign.i18n.countries import country_name
from campaign.i18n.locales import current_locale
from campaign.kiosk.models import Kiosk, KioskRecord
from campaign.kiosk.queries import kiosks_of
from campaign.kiosk.records.forms import read_again
from campaign.kiosk.records.opened import Opened
from campaign.kiosk.records.parsing import RecordContent
from campaign.kiosk.records.sealing import Unreadable
from campaign.kiosk.review import decisions as review_decisions
from campaign.kiosk.review.queries import records_by_id, records_in_review, review_by_kiosk
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.identity import actor, may
from campaign.organize.core.pagination import possible_id
from campaign.organize.core.scope import load_event, petitions_where
from campaign.organize.kiosks.devices import load_kiosk
from campaign.organize.kiosks.routes import blueprint
from campaign.organize.moderation.queues import queue_page, same_page, sent_decision
from campaign.organize.signatures.forms import ReasonForm
from campaign.process.clock import utcnow
from campaign.signatures import name_display
from campaign.signatures.moderation import bulk_decisions
from campaign.signatures.moderation.models import BulkDecision
from campaign.site.settings import site_settings

# Records from a revoked kiosk need an admin's decision.
NEEDS_ADMIN = "revoked"


@dataclass(frozen=True)
class HeldRecord:
    """A record and its content, or None if it is unreadable. `faults` names the invalid fields."""

    record: KioskRecord
    content: RecordContent | None
    faults: tuple[Any, ...] = ()


@blueprint.get("/<slug>/review")
@allowed("signatures.review", load_event)
def review(event: Event) -> ResponseReturnValue:
    return _render_page(event, ReasonForm(formdata=None))


@blueprint.post("/<slug>/review")
@allowed("signatures.review", load_event)
@fresh
def decide(event: Event) -> ResponseReturnValue:
    """Approve the selected records, or reject them with a reason."""
    (decision, ids), form = sent_decision(), ReasonForm()
    if decision not in ("let_in", "reject") or not ids:
        flash(_("You selected nothing, so nothing was changed."), "waiting")
        return _back(event.slug)
    # Approving needs no reason: the record says why it was kept for review.
    if decision == "reject" and not form.validate():
        return _render_page(event, form, 422, ticked=ids)
    slug, records = event.slug, records_by_id(event.id, ids)
    if decision == "reject":
        done = _reject(event, [record.id for record in records], form.reason.data)
        flash(
            ngettext("%(num)s record rejected.", "%(num)s records rejected.", done),
            "success",
        )
    else:
        _approve(event, records)
    return _back(slug)


def _approve(event: Event, records: Sequence[KioskRecord]) -> None:
    event_id, cause_id = event.id, event.cause_id
    may_recover, approved = may("kiosks.recover", event), []
    chosen = [_ready(record) for record in records if record.reason != NEEDS_ADMIN or may_recover]
    refused = len(records) - len(chosen)
    for record_id, kiosk_id, opened in chosen:
        if opened is None or opened.reason:
            refused += 1
            continue
        audit_event = AuditEvent(
            "kiosks.let_in",
            on=("event", event_id),
            cause_id=cause_id,
            details={"record": opened.uuid},
        )
        try:
            approved.append(
                act(
                    audit_event,
                    review_decisions.approve,
                    kiosk_id=kiosk_id,
                    record_id=record_id,
                    opened=opened,
                    now=utcnow(),
                )
            )
        except review_decisions.AlreadyDecided:
            refused += 1
    done = sum(approved)
    flash(
        ngettext("%(num)s signature approved.", "%(num)s signatures approved.", done),
        "success" if done else "note",
    )
    if twice := len(approved) - done:
        flash(
            ngettext(
                "%(num)s signature is a duplicate, so it does not count.",
                "%(num)s signatures are duplicates, so they do not count.",
                twice,
            ),
            "waiting",
        )
    if refused:
        flash(
            ngettext(
                "%(num)s record cannot be approved.", "%(num)s records cannot be approved.", refused
            ),
            "waiting",
        )


def _ready(record: KioskRecord) -> tuple[int, int, Opened | None]:
    """Return (id, kiosk id, what it would become or None) of a record, read before any change."""
    try:
        _, opened = read_again(record)
    except Unreadable:
        opened = None
    return record.id, record.kiosk_id, opened


def _reject(event: Event, ids: list[int], reason: str) -> int:
    audit_event = AuditEvent(
        "kiosks.reject",
        on=("event", event.id),
        cause_id=event.cause_id,
        reason=reason,
        details={"records": len(ids)},
    )
    return len(act(audit_event, review_decisions.reject, record_ids=ids, now=utcnow()))


def _back(slug: str) -> ResponseReturnValue:
    return redirect(
        url_for("organize.kiosks.review", slug=slug, tablet=_tablet(), **same_page()), 303
    )


def _tablet() -> int | None:
    """Return the id of the tablet whose records alone are requested, or None."""
    return possible_id(request.values.get("tablet", type=int))


def _render_page(
    event: Event, form: ReasonForm, status: int = 200, ticked: Iterable[int] = ()
) -> ResponseReturnValue:
    queue = queue_page(partial(records_in_review, event.id, _tablet()))
    rows = [_read_record(record) for record in queue.rows]
    if rows:
        log_view(
            AuditEvent(
                "kiosks.review",
                on=("event", event.id),
                cause_id=event.cause_id,
                details={"shown": len(rows)},
            )
        )
    page = render_template(
        "organize/kiosks/review.html",
        event=event,
        form=form,
        rows=rows,
        titles={petition.slug: petition.title for petition in petitions_where("signatures.review")},
        queue=queue,
        tablets=review_by_kiosk(event.id),
        chosen=_tablet(),
        ticked=set(ticked),
        may_recover=may("kiosks.recover", event),
        country=lambda code: country_name(code, str(current_locale())) if code else "",
    )
    return page, status


def _read_record(record: KioskRecord) -> HeldRecord:
    try:
        content, opened = read_again(record)
        return HeldRecord(record, content, opened.invalid_fields)
    except Unreadable:
        return HeldRecord(record, None)


# A limit per step keeps the transaction short. The rest takes another press.
MAX_AT_ONCE = 5_000
# What the pressed button does: the action in the activity log, and the verb of the decision.
DECISIONS = {"show": ("kiosks.show_names", "name"), "keep": ("kiosks.hide_names", "private")}


@blueprint.get("/<slug>/names")
@allowed("signatures.review", load_event)
def names(event: Event) -> ResponseReturnValue:
    queue = queue_page(partial(name_display.waiting_names_at, event.id))
    if queue.rows:
        log_view(
            AuditEvent(
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
        decided=_latest_decision(event),
        many=name_display.count_waiting_names([event.id]).get(event.id, 0),
        max_at_once=MAX_AT_ONCE,
        titles={petition.id: petition.title for petition in petitions_where("signatures.review")},
        tablets={kiosk.id: kiosk.name for kiosk in kiosks_of(event.id)},
    )


@blueprint.post("/<slug>/names")
@allowed("signatures.review", load_event)
def decide_names(event: Event) -> ResponseReturnValue:
    """Show the chosen names as their signers asked, or keep them private."""
    (decision, ids), slug = sent_decision(), event.slug
    if request.form.get("do", "").endswith(".all"):
        ids = name_display.waiting_name_ids(event.id, limit=MAX_AT_ONCE)
    if decision not in DECISIONS or not ids:
        flash(_("You selected nothing, so nothing was changed."), "waiting")
        return _back_to_names(slug)
    decided = write(
        _decide_names,
        actor(),
        event_id=event.id,
        cause_id=event.cause_id,
        decision=decision,
        ids=ids,
    )
    done, bulk_id = (len(decided[1]), decided[0].id) if decided else (0, None)
    if decision == "show":
        flash(
            ngettext("%(num)s full name is now shown.", "%(num)s full names are now shown.", done),
            "success",
        )
    else:
        flash(
            ngettext("%(num)s name stays private.", "%(num)s names stay private.", done), "success"
        )
    return _back_to_names(slug, bulk_id)


def _decide_names(
    who: Actor, *, event_id: int, cause_id: int, decision: str, ids: Sequence[int]
) -> tuple[BulkDecision, list[int]] | None:
    """Decide about these names, and record it in the activity log."""
    (action, verb), now = DECISIONS[decision], utcnow()
    decided = bulk_decisions.decide_names(
        organizer_id=cast(int, who.organizer_id),
        cause_id=cause_id,
        verb=verb,
        ids=ids,
        now=now,
    )
    if decided:
        audit_event = AuditEvent(
            action,
            on=("event", event_id),
            cause_id=cause_id,
            details={"signatures": decided[1]},
        )
        audit_event.record_entry(who, decided)
    return decided


def _latest_decision(event: Event) -> BulkDecision | None:
    """Return the decision that was just made here, if it can be undone, or None."""
    bulk_id = possible_id(request.args.get("decided", type=int))
    latest = bulk_decisions.bulk_by_id(bulk_id) if bulk_id else None
    if latest is None or latest.cause_id != event.cause_id:
        return None
    return latest if bulk_decisions.can_undo(latest, utcnow()) else None


def _back_to_names(slug: str, bulk_id: int | None = None) -> ResponseReturnValue:
    return redirect(
        url_for("organize.kiosks.names", slug=slug, after=same_page()["after"], decided=bulk_id),
        303,
    )


@blueprint.get("/tablets/<int:kiosk_id>/discard")
@allowed("signatures.review", load_kiosk)
def discard(kiosk: Kiosk) -> ResponseReturnValue:
    return _discard_page(kiosk, ReasonForm(formdata=None))


@blueprint.post("/tablets/<int:kiosk_id>/discard")
@allowed("signatures.review", load_kiosk)
def discard_now(kiosk: Kiosk) -> ResponseReturnValue:
    form, only_unreadable = ReasonForm(), request.form.get("do") == "unreadable"
    if not form.validate():
        return _discard_page(kiosk, form, 422)
    slug = kiosk.event.slug
    audit_event = AuditEvent(
        "kiosks.discard", on=("kiosk", kiosk.id), cause_id=kiosk.cause_id, reason=form.reason.data
    )
    done = act(
        audit_event,
        review_decisions.discard,
        kiosk_id=kiosk.id,
        only_unreadable=only_unreadable,
        now=utcnow(),
    )
    flash(ngettext("%(num)s record discarded.", "%(num)s records discarded.", done), "success")
    return _back_to_review(slug)


@blueprint.post("/tablets/<int:kiosk_id>/put-back")
@allowed("signatures.review", load_kiosk)
def put_back(kiosk: Kiosk) -> ResponseReturnValue:
    slug = kiosk.event.slug
    audit_event = AuditEvent("kiosks.put_back", on=("kiosk", kiosk.id), cause_id=kiosk.cause_id)
    done = act(audit_event, review_decisions.put_back, kiosk_id=kiosk.id)
    flash(
        ngettext("%(num)s record is back in review.", "%(num)s records are back in review.", done),
        "success",
    )
    return _back_to_review(slug)


def _back_to_review(slug: str) -> ResponseReturnValue:
    return redirect(url_for("organize.kiosks.review", slug=slug), 303)


def _discard_page(kiosk: Kiosk, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    event = kiosk.event
    row = next((row for row in review_by_kiosk(event.id) if row.id == kiosk.id), None)
    page = render_template(
        "organize/kiosks/discard.html",
        kiosk=kiosk,
        event=event,
        title=event.text(g.lang).title,
        row=row,
        form=form,
        discard_days=site_settings().erase_pending_days,
    )
    return page, status

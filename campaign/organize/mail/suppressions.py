"""Suppressed addresses, which never get news: look one up, add one, or lift it if we may."""

from collections.abc import Collection
from typing import cast

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import exists, or_, select
from wtforms.validators import DataRequired

from campaign.accounts.permissions import EVERYWHERE
from campaign.causes.models import Cause
from campaign.events.models import Event, Registration
from campaign.extensions import db
from campaign.mail.operations import clear_refusal, refusal_of
from campaign.organisations.identity import identities
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, act, log_view
from campaign.organize.core.fields import AddressField, LineField, max_length
from campaign.organize.core.identity import causes_where
from campaign.organize.core.pagination import page_of
from campaign.organize.signatures.forms import ReasonForm
from campaign.process.clock import utcnow
from campaign.security.digests import DIGEST_BYTES
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.subscriptions import operations
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import suppression_of, suppressions, suppressions_by_reason
from campaign.text.email_addresses import Address


class FindForm(FlaskForm):
    """An address to look up. It is sent by POST, so that it is in no log."""

    email = AddressField(_l("Email"))

    @property
    def digest(self) -> bytes:
        return tokens.email_digest(cast(Address, self.email.address).normalized)


class AddForm(FindForm):
    """An address that must never get news, and why."""

    reason = LineField(
        _l("Reason"),
        [
            DataRequired(_l("Say why, in a few words. We record it in the activity log.")),
            max_length(300),
        ],
    )


NOT_YOURS = _l(
    "Nobody with this address has signed, subscribed or registered in your causes. Ask an admin."
)


def is_known_in(digest: bytes, cause_ids: Collection[int]) -> bool:
    """Return whether the address of a digest signed, subscribed or registered in these causes."""
    signed = exists().where(Signature.email_digest == digest, Signature.cause_id.in_(cause_ids))
    subscribed = exists().where(
        Subscription.email_digest == digest,
        or_(
            Subscription.cause_id.in_(cause_ids),
            Subscription.organisation_id.in_(
                select(Cause.organisation_id).where(Cause.id.in_(cause_ids))
            ),
        ),
    )
    events = select(Event.id).where(Event.cause_id.in_(cause_ids))
    registered = exists().where(
        Registration.email_digest == digest, Registration.event_id.in_(events)
    )
    return bool(db.session.scalar(select(or_(signed, subscribed, registered))))


blueprint = Blueprint("suppressions", __name__, url_prefix="/suppressions")
PAGE_SIZE = 50


@blueprint.get("/")
@allowed("suppressions.see")
def index() -> ResponseReturnValue:
    return _render_page(FindForm(formdata=None, prefix="find"), AddForm(formdata=None))


@blueprint.post("/find")
@allowed("suppressions.see")
def find() -> ResponseReturnValue:
    form = FindForm(prefix="find")
    if not form.validate():
        return _render_page(form, AddForm(formdata=None), 422)
    if not _may_ask_about(form.digest):
        form.email.errors = [NOT_YOURS]
        return _render_page(form, AddForm(formdata=None), 422)
    is_listed = _is_listed(form.digest)
    log_view(AuditEvent("suppressions.see", details={"found": is_listed}))
    if is_listed:
        return _back_to(form.digest)
    flash(_("This address is not on the list. It gets updates if it is subscribed."), "success")
    return redirect(url_for("organize.suppressions.index"), 303)


@blueprint.post("/add")
@allowed("suppressions.add")
def add() -> ResponseReturnValue:
    form = AddForm()
    if not form.validate():
        return _render_page(FindForm(formdata=None, prefix="find"), form, 422)
    cause_ids = causes_where("suppressions.add")
    # A suppression applies to all causes, so the owner of one decides only about people in that
    # cause.
    if cause_ids is not EVERYWHERE and not is_known_in(form.digest, cause_ids):
        form.email.errors = [NOT_YOURS]
        return _render_page(FindForm(formdata=None, prefix="find"), form, 422)
    audit_event = AuditEvent("suppressions.add", reason=form.reason.data)
    act(
        audit_event,
        operations.suppress,
        email_digest=form.digest,
        reason="organizer",
        note=form.reason.data,
        now=utcnow(),
    )
    flash(
        _(
            "We will no longer send updates to this address. This person still gets emails about their own signatures and registrations."
        ),
        "success",
    )
    return _back_to(form.digest)


@blueprint.get("/<fingerprint>")
@allowed("suppressions.see")
def show(fingerprint: str) -> ResponseReturnValue:
    return _entry_page(_digest(fingerprint), ReasonForm(formdata=None))


@blueprint.post("/<fingerprint>/lift")
@allowed("suppressions.lift")
def lift(fingerprint: str) -> ResponseReturnValue:
    digest, form = _digest(fingerprint), ReasonForm()
    if not form.validate():
        return _entry_page(digest, form, 422)
    try:
        act(
            AuditEvent("suppressions.lift", reason=form.reason.data),
            operations.lift_suppression,
            email_digest=digest,
        )
    except operations.SuppressedByOwner:
        flash(_("This person asked to be on the list. Only they can undo it."), "danger")
        return _back_to(digest)
    flash(
        _("Removed from the list. To get updates, the person must subscribe again."),
        "success",
    )
    return redirect(url_for("organize.suppressions.index"), 303)


@blueprint.post("/<fingerprint>/retry")
@allowed("suppressions.add")
def retry(fingerprint: str) -> ResponseReturnValue:
    digest = _digest(fingerprint)
    if not _may_ask_about(digest):
        abort(404)
    act(AuditEvent("suppressions.retry"), clear_refusal, digest=digest)
    flash(_("We will try again with the next email."), "success")
    return (
        _back_to(digest)
        if _is_listed(digest)
        else redirect(url_for("organize.suppressions.index"), 303)
    )


def _render_page(finding: FindForm, adding: AddForm, status: int = 200) -> ResponseReturnValue:
    is_list_shown = _sees_all()
    return render_template(
        "organize/suppressions/index.html",
        finding=finding,
        adding=adding,
        is_list_shown=is_list_shown,
        page=page_of(suppressions, PAGE_SIZE, "organize.suppressions.index")
        if is_list_shown
        else None,
        counts=suppressions_by_reason() if is_list_shown else {},
    ), status


def _entry_page(digest: bytes, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    if not _is_listed(digest) or not _may_ask_about(digest):
        abort(404)
    return render_template(
        "organize/suppressions/show.html",
        fingerprint=digest.hex(),
        entry=suppression_of(digest),
        refusal=refusal_of(digest),
        form=form,
    ), status


def _sees_all() -> bool:
    """Return whether the list may be shown: it belongs to the site, not to one organisation."""
    return causes_where("suppressions.see") is EVERYWHERE or not identities().are_several


def _may_ask_about(digest: bytes) -> bool:
    cause_ids = causes_where("suppressions.see")
    return _sees_all() or (cause_ids is not EVERYWHERE and is_known_in(digest, cause_ids))


def _is_listed(digest: bytes) -> bool:
    return bool(suppression_of(digest) or refusal_of(digest))


def _digest(fingerprint: str) -> bytes:
    """Return the digest in a URL, or abort with 404."""
    try:
        digest = bytes.fromhex(fingerprint)
    except ValueError:
        abort(404)
    return digest if len(digest) == DIGEST_BYTES else abort(404)


def _back_to(digest: bytes) -> ResponseReturnValue:
    return redirect(url_for("organize.suppressions.show", fingerprint=digest.hex()), 303)

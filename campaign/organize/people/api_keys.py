"""API keys with which partners send signatures: create, show once, and revoke."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import DataRequired

from campaign.accounts.alerts import alert_admins
from campaign.accounts.audit_models import AuditEntry
from campaign.api.models import MAX_NAME_LENGTH, ApiKey
from campaign.api.operations import make_key, revoke_key
from campaign.api.queries import key_by_id, keys_among
from campaign.causes.queries import causes_among
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.fields import CauseChoiceForm, LineField, max_length
from campaign.organize.core.identity import causes_where
from campaign.process.clock import utcnow


class KeyForm(CauseChoiceForm):
    """The partner, the cause, and whether the partner's signatures count without confirmation."""

    name = LineField(
        _l("Name of the partner"),
        [DataRequired(_l("Enter the name of the partner.")), max_length(MAX_NAME_LENGTH)],
    )
    is_trusted = BooleanField(
        _l("Trusted: signatures count right away, without a request to confirm")
    )


blueprint = Blueprint("keys", __name__, url_prefix="/keys")


@blueprint.get("/")
@allowed("keys.edit")
def index() -> ResponseReturnValue:
    return _render_page(_offered(KeyForm(formdata=None)))


@blueprint.post("/")
@allowed("keys.edit")
@fresh
def create() -> ResponseReturnValue:
    """Create a key and show it: this page is the only place where it ever appears."""
    form = _offered(KeyForm())
    if not form.validate():
        return _render_page(form, 422)
    details = {"trusted": form.is_trusted.data}
    audit_event = AuditEvent(
        "keys.create",
        on=lambda made: ("api_key", made[0].id),
        cause_id=int(form.cause.data),
        details=details,
    )
    values = {"name": form.name.data, "is_trusted": form.is_trusted.data}
    then = _alert_of_trust if form.is_trusted.data else None
    _key, secret = act(
        audit_event, make_key, then=then, cause_id=int(form.cause.data), now=utcnow(), **values
    )
    return _render_page(_offered(KeyForm(formdata=None)), 201, secret=secret)


@blueprint.post("/<int:key_id>/revoke")
@allowed("keys.edit", key_by_id)
def revoke(key: ApiKey) -> ResponseReturnValue:
    audit_event = AuditEvent("keys.revoke", on=("api_key", key.id), cause_id=key.cause_id)
    act(audit_event, revoke_key, key_id=key.id, now=utcnow())
    flash(_("The key no longer works. Signatures sent with it still count."), "success")
    return redirect(url_for("organize.keys.index"), 303)


def _alert_of_trust(entry: AuditEntry, _made: object) -> None:
    alert_admins(entry)


def _offered(form: KeyForm) -> KeyForm:
    return form.offer(causes_among(causes_where("keys.edit")), g.lang)


def _render_page(form: KeyForm, status: int = 200, secret: str = "") -> ResponseReturnValue:
    cause_ids = causes_where("keys.edit")
    titles = {cause.id: cause.text(g.lang).title for cause in causes_among(cause_ids)}
    return render_template(
        "organize/keys/index.html",
        form=form,
        keys=keys_among(cause_ids),
        cause_titles=titles,
        secret=secret,
    ), status

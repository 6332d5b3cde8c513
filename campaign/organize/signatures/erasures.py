"""Erase one signature, when the supporter asks without their link."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.organize.access import allowed, fresh
from campaign.organize.audited_write import Fact, act
from campaign.organize.scope import in_sight
from campaign.organize.signatures.forms import ReasonForm
from campaign.organize.signatures.routes import load_signature
from campaign.organize.signatures.view_log import note_each
from campaign.petitions.queries import petition_by_id
from campaign.signatures.erasure import StillCounted, erase_one
from campaign.signatures.models import Signature

blueprint = Blueprint("erasures", __name__, url_prefix="/erasures")


@blueprint.get("/<int:signature_id>")
@allowed("signatures.erase", load_signature)
@fresh
def new(signature: Signature) -> ResponseReturnValue:
    return _page(signature, ReasonForm(formdata=None))


@blueprint.post("/<int:signature_id>")
@allowed("signatures.erase", load_signature)
@fresh
def create(signature: Signature) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return _page(signature, form, 422)
    signature_id = signature.id
    fact = Fact(
        "signatures.erase",
        on=("signature", signature_id),
        cause_id=signature.cause_id,
        reason=form.reason.data,
    )
    try:
        act(fact, erase_one, signature_id=signature_id)
    except StillCounted:
        flash(
            _("We are still removing it from the count. Please try again in a second."), "waiting"
        )
        return redirect(url_for("organize.erasures.new", signature_id=signature_id), 303)
    flash(_("Deleted. No personal data of this person is left here."), "success")
    return redirect(url_for("organize.signatures.show", signature_id=signature_id), 303)


def _page(signature: Signature, form: FlaskForm, status: int = 200) -> tuple[str, int]:
    note_each([signature])
    petition = in_sight(petition_by_id(signature.petition_id))
    return render_template(
        "organize/erasures/new.html", signature=signature, petition=petition, form=form
    ), status

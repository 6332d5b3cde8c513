"""Download everything stored about one signature, when the supporter asks without their link."""

import json

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.exports.formats import JsonLines
from campaign.exports.queries import Sheet
from campaign.exports.selection import Selection
from campaign.organize.access import allowed, fresh
from campaign.organize.audited_write import Fact, note
from campaign.organize.signatures.forms import ReasonForm
from campaign.organize.signatures.routes import load_signature
from campaign.signatures.corrections import correction_of
from campaign.signatures.models import Signature
from campaign.signatures.pending_forms import copies_of_forms

blueprint = Blueprint("copies", __name__, url_prefix="/copies")


@blueprint.post("/<int:signature_id>")
@allowed("signatures.correct", load_signature)
@fresh
def create(signature: Signature) -> ResponseReturnValue:
    form, signature_id = ReasonForm(), signature.id
    if not form.validate():
        flash(_("Say why, in a few words. We record it in the activity log."), "danger")
        return redirect(url_for("organize.signatures.show", signature_id=signature_id), 303)
    sheet = Sheet(Selection(signature.petition_id, state="all"))
    fact = Fact(
        "signatures.copy",
        on=("signature", signature_id),
        cause_id=signature.cause_id,
        reason=form.reason.data,
    )
    _last, [columns] = sheet.after(signature_id - 1, signature_id, 1)
    kept = json.loads(JsonLines(sheet.header, sheet.kinds).add(columns))
    correction = correction_of(signature_id)
    kept |= {
        "unconfirmed_forms": copies_of_forms(signature),
        "correction_in_review": correction.words if correction else None,
    }
    # Indented, one value per line, so that the supporter can read it in any text editor.
    response = Response(
        json.dumps(kept, ensure_ascii=False, indent=2) + "\n", content_type="application/json"
    )
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"signature-{signature_id}.json"
    )
    note(fact)
    return response

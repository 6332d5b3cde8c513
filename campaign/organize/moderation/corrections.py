"""Review changed names or countries that a rule held; until then the former ones are shown."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.db.versioned import content_version
from campaign.organize.access import allowed
from campaign.organize.audited_write import Fact, act_on_some
from campaign.organize.scope import petitions_where
from campaign.organize.signatures.labels import words
from campaign.organize.signatures.routes import load_signature
from campaign.organize.signatures.view_log import note_list
from campaign.signatures.corrections import held_corrections, settle_correction
from campaign.signatures.models import Signature
from campaign.signatures.rule_operations import rules_of

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")
ON_A_PAGE = 50


@blueprint.get("/")
@allowed("signatures.review")
def index() -> ResponseReturnValue:
    petitions = petitions_where("signatures.review")
    found = held_corrections([each.id for each in petitions], limit=ON_A_PAGE)
    note_list([signature for _correction, signature in found], ["corrections"])
    return render_template(
        "organize/corrections/index.html",
        found=found,
        titles={each.id: each.title for each in petitions},
        content_version=content_version,
        rules={rule.id: rule for rule in rules_of(None)},
        **words(),
    )


@blueprint.post("/<int:signature_id>")
@allowed("signatures.review", load_signature)
def decide(signature: Signature) -> ResponseReturnValue:
    """Show the correction, or keep the former text."""
    is_accepted = request.form.get("decision") == "show"
    action = "corrections.show" if is_accepted else "corrections.refuse"
    fact = Fact(action, on=("signature", signature.id), cause_id=signature.cause_id)
    act_on_some(
        fact,
        settle_correction,
        signature_id=signature.id,
        version=request.form.get("version", ""),
        is_accepted=is_accepted,
    )
    flash(
        _("The change is now shown.") if is_accepted else _("The former name is kept."),
        "success",
    )
    return redirect(url_for("organize.corrections.index"), 303)

"""The page of the letters of an action: how many are in which state, a test, and files to print."""

from io import BytesIO

from flask import abort, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from campaign.actions.letters.delivery.sample_emails import send_test
from campaign.actions.letters.delivery.sending import SWITCH
from campaign.actions.letters.editing import letter_settings
from campaign.actions.letters.queries import (
    count_printable,
    letter_counts,
    printable_letters,
    stuck_letters,
    total_of,
)
from campaign.actions.letters.readiness import missing, profiles_of, reaches
from campaign.exports.letter_pdf import make_letter_pdf
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import log_view
from campaign.organize.core.scope import load_letter_action
from campaign.organize.core.test_emails import send_test_email
from campaign.organize.petitions.labels import WAY_LABELS
from campaign.organize.petitions.routes import audit_event_of, blueprint
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.switches.state import switched_off

# More letters make further files, because one request makes each file.
MAX_PRINTED = 1000


@blueprint.get("/<slug>/letters", endpoint="letters")
@allowed("numbers.see", load_letter_action)
def show_letters(petition: Petition) -> ResponseReturnValue:
    """Show how many letters are waiting, sent, came back or were stopped, by target."""
    counts = letter_counts(petition.id, g.lang)
    profiles = profiles_of(petition.id)
    unreachable = {
        profile.id: reached.reason
        for profile, reached in zip(profiles, reaches(profiles), strict=True)
        if reached.reason
    }
    return render_template(
        "organize/petitions/letters.html",
        petition=petition,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
        way=(way := letter_settings(petition.id).way),
        way_label=WAY_LABELS[way],
        counts=counts,
        total=total_of(counts),
        unreachable=unreachable,
        stuck=stuck_letters([petition.id], utcnow()).get(petition.id, 0),
        is_switched_off=bool(switched_off(SWITCH, petition.cause.organisation_id)),
        faults={code for code, _lang in missing(petition.id)},
        files=_files(count_printable(petition.id)),
    )


@blueprint.post("/<slug>/letters/test")
@allowed("petitions.edit", load_letter_action)
def test_letter(petition: Petition) -> ResponseReturnValue:
    """Send a sample letter only to this organizer, even before the action is published."""
    lang = request.form.get("lang", "")
    if lang not in {text.lang for text in petition.current_version.texts}:
        lang = petition.original_lang
    send_test_email(send_test, petition_id=petition.id, lang=lang)
    return redirect(url_for("organize.petitions.show", slug=petition.slug), 303)


@blueprint.post("/<slug>/letters/print")
@allowed("signatures.export", load_letter_action)
@fresh
def print_letters(petition: Petition) -> ResponseReturnValue:
    """Return a PDF of letters to hand over, at most MAX_PRINTED. `part` counts the files from 1."""
    part = request.form.get("part", 1, type=int)
    if not 1 <= part <= len(_files(count_printable(petition.id))):
        abort(404)
    letters = printable_letters(petition.id, limit=MAX_PRINTED, offset=(part - 1) * MAX_PRINTED)
    document = make_letter_pdf(petition, letters, petition.original_lang)
    log_view(audit_event_of("letters.print", petition, letters=len(letters)))
    return send_file(
        BytesIO(document),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"letters-{petition.slug}-{part}.pdf",
    )


def _files(letters: int) -> list[tuple[int, int]]:
    """Return the first and the last letter of each file to print, counted from 1."""
    starts = range(0, letters, MAX_PRINTED)
    return [(start + 1, min(start + MAX_PRINTED, letters)) for start in starts]

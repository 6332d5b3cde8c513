"""The printable poster of a table: a QR code and a short address in all languages of the site."""

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from campaign.events.models import Event
from campaign.kiosk.bundle import petitions_of
from campaign.kiosk.table_poster import PAPERS, table_poster
from campaign.organize.access import allowed
from campaign.organize.kiosks.routes import blueprint, load_event, table_url


@blueprint.get("/<slug>/table.pdf")
@allowed("kiosks.see", load_event)
def poster(event: Event) -> ResponseReturnValue:
    paper = request.args.get("size") if request.args.get("size") in PAPERS else "A3"
    pdf = table_poster(titles=_titles_to_sign(event), url=table_url(event), paper=paper)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="table-{event.slug}.pdf"'
    return answer


def _titles_to_sign(event: Event) -> dict[str, str]:
    """Return the title of what is signed at the table, by language."""
    petitions = petitions_of(event)
    languages = current_app.config["LANGUAGES"]
    if len(petitions) == 1:
        text = petitions[0].current_version.text
        return {lang: text(lang, petitions[0].original_lang).title for lang in languages}
    return {lang: event.cause.text(lang).title for lang in languages}

"""The page that says what a petition lacks, and publishes it now or later."""

from typing import Any

from flask import current_app, g, render_template
from flask.typing import ResponseReturnValue

from campaign.i18n.locales import NAMES
from campaign.organize.access import allowed
from campaign.organize.petitions.routes import back_to, blueprint, load_petition
from campaign.organize.schedule_forms import LaterForm
from campaign.petitions.models import Petition
from campaign.petitions.readiness import faults_of, missing_languages
from campaign.process.clock import utcnow


@blueprint.get("/<slug>/publish")
@allowed("petitions.publish", load_petition)
def ready(petition: Petition) -> ResponseReturnValue:
    if petition.state != "draft":
        return back_to(petition)
    return publish_page(petition)


def publish_page(
    petition: Petition | Any, status: int = 200, later: LaterForm | None = None
) -> tuple[str, int]:
    """Return the page, with the form that schedules the publication."""
    now = utcnow()
    return render_template(
        "organize/petitions/publish.html",
        petition=petition,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
        faults=faults_of(petition, now),
        missing=(missing := missing_languages(petition)),
        missing_names=[NAMES[lang] for lang in missing],
        later=later or LaterForm.of(petition, current_app.config["BABEL_DEFAULT_TIMEZONE"]),
        opens_later=petition.opens_at is not None and petition.opens_at > now,
    ), status

"""Create petitions to test with."""

from sqlalchemy import update

from campaign.extensions import db, write
from campaign.petitions import thresholds
from campaign.petitions.editing import change_petition_text
from campaign.petitions.models import PetitionTally
from campaign.petitions.operations import create_petition
from campaign.petitions.queries import petition_by_id, signing_terms
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause

TEXTS = {
    "en": {
        "title": "Bring them home",
        "summary": "We ask where they are.",
        "body": "We, the undersigned, *ask*.",
    },
    "es": {
        "title": "Que vuelvan",
        "summary": "Preguntamos dónde están.",
        "body": "Los abajo firmantes *pedimos*.",
    },
}
TARGETS = [{"en": "The Senate of the Valley", "es": "El Senado del Valle"}]


def make_petition(slug="home", *, cause_id=None, **settings):
    """Create an open petition, committed, in a new cause unless one is named."""
    settings = {"texts": TEXTS, "targets": TARGETS, **settings}
    return write(create_petition, cause_id=cause_id or make_cause().id, slug=slug, **settings)


def terms_of(petition, *, version=None, now=None):
    """Return the terms on which the petition is signed at `now`."""
    db.session.rollback()
    return signing_terms(petition.slug, now=now or utcnow(), version=version)


def new_version(petition, title="Bring them home now"):
    """Add a version of the petition's text, committed."""
    present = petition_by_id(petition.id)
    texts = {lang: {"published_by": "", **text, "title": title} for lang, text in TEXTS.items()}
    changed = write(
        change_petition_text,
        petition_id=petition.id,
        version=present.version_of("text"),
        texts=texts,
        now=utcnow(),
    )
    return changed.current_version


def reach(petition, count):
    """Set the count, as hatching would, and let the worker look at it."""
    write(
        lambda: db.session.execute(
            update(PetitionTally)
            .where(PetitionTally.petition_id == petition.id)
            .values(count=count)
        )
    )
    write(thresholds.mark_reached, now=utcnow())

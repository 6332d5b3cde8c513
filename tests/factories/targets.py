"""Create targets to test with. All people are invented."""

from sqlalchemy import select

from campaign.extensions import db, write
from campaign.organisations.models import Organisation
from campaign.process.clock import utcnow
from campaign.targets.operations import create_profile
from campaign.targets.queries import profile_by_id
from tests.factories.causes import make_cause

VELA = {
    "target_kind": "person",
    "names": {"en": "Elena Vela", "es": "Elena Vela"},
    "offices": {"en": "Senator", "es": "Senadora"},
    "salutations": {"es": "Estimada senadora Vela"},
    "party": "Valley Party",
    "area": "MX-JAL",
}


def make_target(organisation_id, emails=(), **columns):
    """Create a target, committed. `emails` are addresses, or pairs (address, status)."""
    pairs = [(email, "unknown") if isinstance(email, str) else email for email in emails]
    made = write(
        create_profile,
        organisation_id=organisation_id,
        emails=pairs,
        now=utcnow(),
        **{**VELA, **columns},
    )
    return profile_by_id(made.id)


def some_organisation_id():
    """Return the id of an organisation, which is made with a cause if there is none."""
    return db.session.scalar(select(Organisation.id)) or make_cause().organisation_id

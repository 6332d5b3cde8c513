"""The targets that the form of an action offers to a supporter."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.actions.letters.models import LetterSettings
from campaign.causes.models import Cause
from campaign.extensions import db
from campaign.petitions.models import Petition, Target
from campaign.targets.areas import areas_of_postal_code
from campaign.targets.models import TargetProfile
from campaign.targets.queries import valid_on

# One supporter writes to a few. More would make each letter count less.
MAX_TARGETS = 10
DEFAULTS = {"delivery_method": "self", "period": "week", "selection": "list", "offers_reply": True}


def settings_of(action_id: int) -> LetterSettings:
    """Return how an action delivers its letters: the default where nothing is set."""
    stored = db.session.get(LetterSettings, action_id)
    return stored or LetterSettings(petition_id=action_id, **DEFAULTS)


def offered_targets(action_id: int, day: date) -> Sequence[TargetProfile]:
    """Return the targets of an action that people can write to on this day, in order."""
    query = (
        select(TargetProfile)
        .join(Target, Target.profile_id == TargetProfile.id)
        .options(selectinload(TargetProfile.emails))
        .where(Target.petition_id == action_id, valid_on(day))
        .order_by(Target.position)
    )
    return db.session.scalars(query).all()


def earlier_targets(action_id: int, profile_ids: Collection[int]) -> set[int]:
    """Return the ids of those that are, or were, targets of the organisation of an action."""
    query = (
        select(TargetProfile.id)
        .join(Cause, Cause.organisation_id == TargetProfile.organisation_id)
        .join(Petition, Petition.cause_id == Cause.id)
        .where(Petition.id == action_id, TargetProfile.id.in_(profile_ids))
    )
    return set(db.session.scalars(query))


def likely_targets(
    targets: Sequence[TargetProfile], settings: LetterSettings, *, country: str, postal_code: str
) -> Sequence[TargetProfile]:
    """Return those of the `targets` that may represent a supporter.

    Where people choose from a list, return all. Where they choose by area, return none without a
    postal code that we know.
    """
    if settings.selection == "list" or not targets:
        return targets
    areas = areas_of_postal_code(
        organisation_id=targets[0].organisation_id, country=country, postal_code=postal_code
    )
    ids = {area.id for area in areas}
    return [target for target in targets if target.area in ids]

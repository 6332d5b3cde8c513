"""What a letter action lacks before it can be published."""

from collections.abc import Iterator, Sequence

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.actions.letters.delivery.addresses import Reach, reach, refused_among
from campaign.actions.letters.models import SENT_BY_US, LetterSettings
from campaign.extensions import db
from campaign.petitions.models import Petition, Target
from campaign.petitions.questions import prompts_among
from campaign.process.clock import utcnow
from campaign.targets.models import TargetProfile


def missing(petition_id: int) -> list[tuple[str, str]]:
    """Return what is missing, in the order to fix it: pairs of a name, and a language or "".

    `subject` and `opening` of the letter in a language. A letter with a prompt needs no opening.
    `target` from the list, `area` of a target, or `address` of a target that we may write to.
    `mail` means that this site cannot send email.
    """
    return list(_missing(petition_id))


def profiles_of(petition_id: int) -> list[TargetProfile]:
    """Return the targets of a letter action in their order, with their addresses."""
    query = (
        select(TargetProfile)
        .join(Target, Target.profile_id == TargetProfile.id)
        .where(Target.petition_id == petition_id, TargetProfile.removed_at.is_(None))
        .order_by(Target.position)
        .options(selectinload(TargetProfile.emails))
    )
    return list(db.session.scalars(query))


def reaches(profiles: Sequence[TargetProfile]) -> list[Reach]:
    """Return where letters to each of these targets go."""
    refused, now = refused_among(profiles), utcnow()
    return [reach(profile, refused, now=now) for profile in profiles]


def _missing(petition_id: int) -> Iterator[tuple[str, str]]:
    petition = db.session.get_one(Petition, petition_id)
    has_prompt = bool(prompts_among(petition.questions))
    for text in petition.current_version.texts:
        parts = text.kind_texts or {}
        if not parts.get("subject"):
            yield "subject", text.lang
        if not parts.get("opening") and not has_prompt:
            yield "opening", text.lang
    profiles = profiles_of(petition_id)
    if not profiles:
        yield "target", ""
    settings = db.session.get(LetterSettings, petition_id)
    if settings is None:
        return
    if settings.selection == "area" and profiles and not any(item.area for item in profiles):
        yield "area", ""
    if settings.delivery_method in SENT_BY_US:
        if profiles and not any(reached.address for reached in reaches(profiles)):
            yield "address", ""
        if current_app.config["PRODUCTION"] and not current_app.config["MAIL_URL"]:
            yield "mail", ""

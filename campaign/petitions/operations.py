"""Create and clone petitions."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaign.causes.models import Cause
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.petitions.models import (
    Petition,
    PetitionTally,
    Target,
)
from campaign.petitions.thresholds import copy_thresholds
from campaign.petitions.versions import copy_terms, texts_of, version_of
from campaign.petitions.wording import copy_wording
from campaign.process.clock import utcnow
from campaign.publishing.pictures import Pictures
from campaign.publishing.slug_history import SlugHistory

# Columns that a clone copies: everything except cause, state, dates and slug.
COPIED_COLUMNS = (
    "action_kind", "has_butterflies", "position", "goal", "time_zone", "deliver_places", "required_fields", "questions", "confirmation",
    "two_per_address", "neutral_emails", "offers_answers", "sends_thanks", "original_lang", "is_quiet", "retention_days", "delivered_names",
    "delivered_details", "shows_thresholds",
)  # fmt: skip


class OtherOrganisation(CampaignError):
    """The cause belongs to another organisation than the petition."""

    status = 409


slugs = SlugHistory(Petition)


def create_petition(
    *,
    cause_id: int,
    slug: str,
    texts: dict[str, dict[str, Any]],
    targets: Sequence[Mapping[str, str]],
    state: str = "published",
    **settings: Any,
) -> Petition:
    """Create a petition with its first version and a tally of zero.

    `texts` maps a language to the columns of `PetitionText`. `targets` is a list of {language:
    name}. `settings` are columns of `Petition`. Raise SlugTaken.
    """
    slugs.refuse_taken(slug)
    petition = Petition(
        cause_id=cause_id,
        slug=slug,
        state=state,
        targets=[Target(position=index, names=names) for index, names in enumerate(targets)],
        versions=[version_of(1, texts)],
        **settings,
    )
    if state == "published":
        petition.opened_at = petition.opens_at or utcnow()
    db.session.add(petition)
    slugs.flush(slug)
    copy_terms(petition)
    db.session.add(PetitionTally(petition_id=petition.id, count=0))
    db.session.flush()
    return petition


def clone_petition(*, petition_id: int, slug: str, cause_id: int) -> Petition:
    """Create a draft in a cause as a copy: text, picture, targets, form, terms and wording.

    Raise SlugTaken, OtherOrganisation.
    """
    original = load_for_update(Petition, petition_id)
    cause = db.session.get_one(Cause, cause_id, populate_existing=True)
    if cause.organisation_id != original.cause.organisation_id:
        raise OtherOrganisation(cause.slug)
    texts = texts_of(original.current_version)
    settings = {name: getattr(original, name) for name in COPIED_COLUMNS}
    targets = [dict(target.names) for target in original.targets]
    clone = create_petition(
        cause_id=cause_id, slug=slug, texts=texts, targets=targets, state="draft", **settings
    )
    copy_wording(original, clone)
    for copied, target in zip(clone.targets, original.targets, strict=True):
        copied.profile_id = target.profile_id
    db.session.flush()
    copy_thresholds(from_id=petition_id, to_id=clone.id)
    pictures.copy(from_id=petition_id, to_id=clone.id)
    return clone


pictures = Pictures(model=Petition, is_public=(Petition.state != "draft", Cause.state != "draft"))

"""Change a petition as a whole: create, duplicate, publish, close, reopen, archive, restore."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.petitions.models import (
    FormerSlug,
    Petition,
    PetitionPicture,
    PetitionTally,
    Target,
)
from campaign.petitions.readiness import Fault, faults_of
from campaign.petitions.versions import keep_terms, texts_of, version_of
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugHistory

# Columns that a duplicate copies: everything except state, dates and slug.
TAKEN_OVER = (
    "cause_id", "position", "goal", "time_zone", "deliver_places", "required_fields", "questions", "confirmation",
    "two_per_address", "neutral_emails", "original_lang", "is_quiet",
)  # fmt: skip


class SlugTaken(CampaignError):
    """Another petition has, or had, this slug."""

    status = 409


slugs = SlugHistory(db.session, Petition, FormerSlug, "petition_id", SlugTaken)


class CauseClosed(CampaignError):
    """The petition's cause is closed or archived, so nothing can be signed under it."""

    status = 409


class NotReady(CampaignError):
    """The petition lacks something required for publishing. `faults` come from `faults_of`."""

    status = 409

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def create_petition(
    *,
    cause_id: int,
    slug: str,
    texts: dict[str, dict[str, str]],
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
        targets=[Target(position=place, names=names) for place, names in enumerate(targets)],
        versions=[version_of(1, texts)],
        **settings,
    )
    if state == "published":
        petition.opened_at = petition.opens_at or utcnow()
    db.session.add(petition)
    slugs.flush(slug)
    keep_terms(petition)
    db.session.add(PetitionTally(petition_id=petition.id, count=0))
    db.session.flush()
    return petition


def duplicate_petition(*, petition_id: int, slug: str) -> Petition:
    """Create a draft with the text, picture, targets and form of this petition.

    Raise SlugTaken.
    """
    old = load_for_update(Petition, petition_id)
    texts = texts_of(old.current_version)
    taken_over = {name: getattr(old, name) for name in TAKEN_OVER}
    targets = [dict(target.names) for target in old.targets]
    made = create_petition(slug=slug, texts=texts, targets=targets, state="draft", **taken_over)
    if picture := db.session.get(PetitionPicture, petition_id):
        columns = (
            each.name for each in PetitionPicture.__table__.columns if each.name != "petition_id"
        )
        db.session.add(
            PetitionPicture(
                petition_id=made.id, **{name: getattr(picture, name) for name in columns}
            )
        )
        db.session.flush()
    return made


def publish_petition(*, petition_id: int, now: datetime) -> Petition:
    """Publish a draft. It can be signed immediately, or from its opening date on.

    Raise NotReady and CauseClosed.
    """
    petition = load_for_update(Petition, petition_id)
    if petition.state != "draft":
        return petition
    _demand_open_cause(petition)
    if faults := faults_of(petition, now):
        raise NotReady(faults)
    petition.state, petition.publish_at = "published", None
    petition.opened_at = max(now, petition.opens_at or now)
    petition.archived_at = None
    db.session.flush()
    return petition


def schedule_petition(
    *, petition_id: int, at: datetime | None, now: datetime, zone: str = ""
) -> Petition:
    """Schedule a draft to be published automatically at `at`. None cancels the schedule.

    `zone` becomes the time zone of its dates if none was chosen before. Raise NotReady and
    CauseClosed.
    """
    petition = load_for_update(Petition, petition_id)
    if petition.state != "draft" or petition.archived_at:
        return petition
    if at:
        _demand_open_cause(petition)
        if faults := faults_of(petition, now):
            raise NotReady(faults)
    petition.publish_at, petition.time_zone = at, petition.time_zone or zone
    db.session.flush()
    return petition


def close_petition(*, petition_id: int) -> Petition:
    """Stop taking signatures. Those waiting for confirmation can still be confirmed."""
    petition = load_for_update(Petition, petition_id)
    _close(petition)
    db.session.flush()
    return petition


def reopen_petition(*, petition_id: int, now: datetime) -> Petition:
    """Take signatures again. A closing date that has passed is removed. Raise CauseClosed."""
    petition = load_for_update(Petition, petition_id)
    if petition.state == "draft":
        return petition
    _demand_open_cause(petition)
    petition.state, petition.closed_at = "published", None
    petition.archived_at = None
    if petition.closes_at and petition.closes_at <= now:
        petition.closes_at = None
    db.session.flush()
    return petition


def archive_petition(*, petition_id: int, now: datetime) -> Petition:
    """Archive the petition: it is closed, keeps its page and is in no list."""
    petition = load_for_update(Petition, petition_id)
    _close(petition)
    petition.archived_at = petition.archived_at or now
    petition.publish_at = None
    db.session.flush()
    return petition


def restore_petition(*, petition_id: int) -> Petition:
    """Take the petition out of the archive. It is a draft or closed, as it was."""
    petition = load_for_update(Petition, petition_id)
    petition.archived_at = None
    db.session.flush()
    return petition


def _demand_open_cause(petition: Petition) -> None:
    if petition.cause.is_over:
        raise CauseClosed(f"the cause of {petition.slug}")


def _close(petition: Petition) -> None:
    """Close the petition if it is public.

    A signature made at a table before that instant still counts if it arrives later.
    """
    if petition.state == "published":
        petition.state, petition.closed_at = "closed", utcnow()

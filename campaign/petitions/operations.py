"""What changes a petition as a whole: it is created, published, closed, put away, begun anew."""

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.petitions.models import (
    FormerSlug,
    Petition,
    PetitionPicture,
    PetitionTally,
    Target,
)
from campaign.petitions.readiness import faults_of
from campaign.petitions.versions import keep_terms, texts_of, version_of
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugHistory

# What the next campaign takes over from the one before: everything but its state, its times and its name.
TAKEN_OVER = (
    "cause_id", "position", "goal", "time_zone", "deliver_places", "required_fields", "questions", "confirmation",
    "two_per_address", "neutral_emails", "original_lang", "is_quiet",
)  # fmt: skip


class SlugTaken(CampaignError):
    """Another petition lives at this address, or did."""

    status = 409


slugs = SlugHistory(db.session, Petition, FormerSlug, "petition_id", SlugTaken)


class CauseClosed(CampaignError):
    """The petition's cause is closed or archived, and nothing is signed under it."""

    status = 409


class NotReady(CampaignError):
    """The petition lacks what it cannot go out without; `faults` are those of `readiness.faults_of`."""

    status = 409

    def __init__(self, faults):
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def create_petition(*, cause_id, slug, texts, targets, state="published", **settings):
    """Create a petition with its first version and its tally at nought.

    `texts` maps a language to the columns of `PetitionText`; `targets` is a list of {language: name}; `settings` are
    columns of `Petition`. Raises SlugTaken.
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


def duplicate_petition(*, petition_id, slug):
    """Begin the next campaign as a draft with the words, picture, targets and form of this one. Raises SlugTaken."""
    old = petition_to_change(petition_id)
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


def publish_petition(*, petition_id, now):
    """Make a draft public; it can be signed at once, or from the time that was set. Raises NotReady and CauseClosed."""
    petition = petition_to_change(petition_id)
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


def schedule_petition(*, petition_id, at, now, zone=""):
    """Let a draft be published by itself at an instant, or no longer where `at` is None. Raises NotReady and CauseClosed.

    `zone` is the one in which its hours are told, where none was chosen before.
    """
    petition = petition_to_change(petition_id)
    if petition.state != "draft" or petition.archived_at:
        return petition
    if at:
        _demand_open_cause(petition)
        if faults := faults_of(petition, now):
            raise NotReady(faults)
    petition.publish_at, petition.time_zone = at, petition.time_zone or zone
    db.session.flush()
    return petition


def close_petition(*, petition_id):
    """Stop taking signatures; those that wait for their confirmation can still confirm."""
    petition = petition_to_change(petition_id)
    _close(petition)
    db.session.flush()
    return petition


def reopen_petition(*, petition_id, now):
    """Take signatures again, also where the time set for the end has passed; that end is then forgotten. Raises CauseClosed."""
    petition = petition_to_change(petition_id)
    if petition.state == "draft":
        return petition
    _demand_open_cause(petition)
    petition.state, petition.closed_at = "published", None
    petition.archived_at = None
    if petition.closes_at and petition.closes_at <= now:
        petition.closes_at = None
    db.session.flush()
    return petition


def archive_petition(*, petition_id, now):
    """Put the petition away: closed, at its address still, in no list any more."""
    petition = petition_to_change(petition_id)
    _close(petition)
    petition.archived_at = petition.archived_at or now
    petition.publish_at = None
    db.session.flush()
    return petition


def restore_petition(*, petition_id):
    """Take the petition out of the archive, as it was: a draft or closed."""
    petition = petition_to_change(petition_id)
    petition.archived_at = None
    db.session.flush()
    return petition


def _demand_open_cause(petition):
    if petition.cause.is_over:
        raise CauseClosed(f"the cause of {petition.slug}")


def _close(petition):
    """What was signed at a table before that instant, and comes in later, still counts."""
    if petition.state == "published":
        petition.state, petition.closed_at = "closed", utcnow()


def petition_to_change(petition_id):
    """Return the petition as it is now, and keep other editors out of it until the transaction ends.

    Supporters go on signing meanwhile: their rows only point at it.
    """
    return db.session.scalars(
        select(Petition)
        .where(Petition.id == petition_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()

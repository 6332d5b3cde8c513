"""Create, change, publish and schedule causes."""

from datetime import datetime

from sqlalchemy import select

from campaign.accounts.audit import record_planned
from campaign.causes.models import Cause, CauseTally, CauseText
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.publishing.slug_history import SlugHistory


class CauseSlugTaken(CampaignError):
    """Another cause has, or had, this slug."""

    status = 409


slugs = SlugHistory(model=Cause, taken=CauseSlugTaken)


class CauseEditConflict(CampaignError):
    """Another editor has changed the cause since this editor's page was made."""

    status = 409


def create_cause(
    *,
    slug: str,
    texts: dict[str, dict[str, str]],
    palette: str = "monarch",
    shape: str = "monarch",
    state: str = "published",
) -> Cause:
    """Create a cause with a tally of zero. `texts` maps a language to columns of `CauseText`.

    Raise CauseSlugTaken.
    """
    slugs.refuse_taken(slug)
    cause = Cause(
        slug=slug,
        palette=palette,
        shape=shape,
        state=state,
        texts=[CauseText(lang=lang, **words) for lang, words in texts.items()],
    )
    db.session.add(cause)
    slugs.flush(slug)
    db.session.add(CauseTally(cause_id=cause.id, count=0, last_number=0, freed=0))
    db.session.flush()
    return cause


def change_cause(
    *, cause_id: int, revision: int, texts: dict[str, dict[str, str]], palette: str
) -> Cause:
    """Change the texts and the palette of a cause. Raise CauseEditConflict.

    A language that `texts` leaves out is removed.
    """
    cause = _at_revision(cause_id, revision)
    cause.palette = palette
    written = {text.lang: text for text in cause.texts}
    cause.texts = [text for text in cause.texts if text.lang in texts]
    for lang, words in texts.items():
        if lang not in written:
            cause.texts.append(CauseText(lang=lang, **words))
            continue
        for name, value in words.items():
            setattr(written[lang], name, value)
    db.session.flush()
    return cause


def move_cause(*, cause_id: int, revision: int, slug: str) -> Cause:
    """Change the slug. The old address of a public cause redirects.

    Raise CauseSlugTaken and CauseEditConflict.
    """
    cause = cause_to_change(cause_id)
    if cause.slug == slug:
        return cause
    if revision != cause.revision:
        raise CauseEditConflict(f"the cause is at revision {cause.revision}, not {revision}")
    cause.revision += 1
    slugs.move(cause, slug)
    return cause


def publish_cause(*, cause_id: int) -> Cause:
    """Publish a draft, or an archived cause again. Petitions that were closed stay closed."""
    cause = cause_to_change(cause_id)
    cause.state, cause.publish_at = "published", None
    db.session.flush()
    return cause


def schedule_cause(*, cause_id: int, at: datetime | None, zone: str = "") -> Cause:
    """Schedule a draft to be published automatically at `at`. None cancels the schedule.

    `zone` is the time zone in which `at` was entered.
    """
    cause = cause_to_change(cause_id)
    if cause.state == "draft":
        cause.publish_at, cause.time_zone = at, zone
        db.session.flush()
    return cause


def publish_due_causes(*, now: datetime) -> int:
    """Publish the drafts that are due and record it in the activity log. Return how many."""
    due = select(Cause.id).where(Cause.state == "draft", Cause.publish_at <= now)
    ids = db.session.scalars(due.with_for_update(skip_locked=True)).all()
    for cause_id in ids:
        publish_cause(cause_id=cause_id)
        about = {"subject": ("cause", cause_id), "cause_id": cause_id}
        record_planned("causes.publish", **about, planned=("causes.schedule",), now=now)
    return len(ids)


def cause_to_change(cause_id: int) -> Cause:
    """Return the current cause, and lock out other editors until the transaction ends."""
    return db.session.scalars(
        select(Cause)
        .where(Cause.id == cause_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _at_revision(cause_id: int, revision: int) -> Cause:
    cause = cause_to_change(cause_id)
    if revision != cause.revision:
        raise CauseEditConflict(f"the cause is at revision {cause.revision}, not {revision}")
    cause.revision += 1
    return cause

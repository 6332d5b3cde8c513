"""Create, change, publish and schedule causes."""

from datetime import datetime

from sqlalchemy import select

from campaign.accounts.audit import record_planned
from campaign.causes.models import Cause, CauseTally, CauseText, FormerCauseSlug
from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.publishing.slug_history import SlugHistory


class CauseSlugTaken(CampaignError):
    """Another cause has, or had, this slug."""

    status = 409


slugs = SlugHistory(db.session, Cause, FormerCauseSlug, "cause_id", CauseSlugTaken)


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
    *, cause_id: int, version: int | None, texts: dict[str, dict[str, str]], palette: str
) -> Cause:
    """Change the texts and the palette of a cause.

    A language that `texts` leaves out is removed. `version` is that of the part `text` that the
    form showed, None without a form. Raise EditConflict.
    """
    cause = load_for_update(Cause, cause_id)
    check_part(cause, "text", version)
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


def move_cause(*, cause_id: int, version: int | None, slug: str) -> Cause:
    """Change the slug. The old address of a public cause redirects.

    `version` is as for `change_cause`. Raise CauseSlugTaken and EditConflict.
    """
    cause = load_for_update(Cause, cause_id)
    if cause.slug == slug:
        return cause
    check_part(cause, "text", version)
    slugs.move(cause, slug)
    return cause


def publish_cause(*, cause_id: int) -> Cause:
    """Publish a draft, or an archived cause again. Petitions that were closed stay closed."""
    cause = load_for_update(Cause, cause_id)
    cause.state, cause.publish_at = "published", None
    db.session.flush()
    return cause


def schedule_cause(*, cause_id: int, at: datetime | None, zone: str = "") -> Cause:
    """Schedule a draft to be published automatically at `at`. None cancels the schedule.

    `zone` is the time zone in which `at` was entered.
    """
    cause = load_for_update(Cause, cause_id)
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

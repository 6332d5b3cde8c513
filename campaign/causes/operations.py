"""What changes a cause."""

from sqlalchemy import select

from campaign.accounts.audit import record_planned
from campaign.causes.models import Cause, CauseTally, CauseText, FormerCauseSlug
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.publishing.slug_history import SlugHistory


class CauseSlugTaken(CampaignError):
    """Another cause lives at this address, or did."""

    status = 409


slugs = SlugHistory(db.session, Cause, FormerCauseSlug, "cause_id", CauseSlugTaken)


class CauseEditConflict(CampaignError):
    """Somebody else changed the cause since the editor's page was made."""

    status = 409


def create_cause(*, slug, texts, palette="monarch", shape="monarch", state="published"):
    """Create a cause with its tally at nought; `texts` maps a language to the columns of `CauseText`.

    Raises CauseSlugTaken.
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


def change_cause(*, cause_id, revision, texts, palette):
    """Change the words and the colour of a cause. Raises CauseEditConflict."""
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


def move_cause(*, cause_id, revision, slug):
    """Give the cause another address; a public one leads on from the old. Raises CauseSlugTaken, CauseEditConflict."""
    cause = cause_to_change(cause_id)
    if cause.slug == slug:
        return cause
    if revision != cause.revision:
        raise CauseEditConflict(f"the cause is at revision {cause.revision}, not {revision}")
    slugs.move(cause, slug)
    return cause


def publish_cause(*, cause_id):
    """Show a draft, or an archived cause again, to everybody; petitions that were closed stay closed."""
    cause = cause_to_change(cause_id)
    cause.state, cause.publish_at = "published", None
    db.session.flush()
    return cause


def schedule_cause(*, cause_id, at, zone=""):
    """Let a draft be published by itself at an instant that was meant in `zone`, or no longer where `at` is None."""
    cause = cause_to_change(cause_id)
    if cause.state == "draft":
        cause.publish_at, cause.time_zone = at, zone
        db.session.flush()
    return cause


def publish_due_causes(*, now):
    """Publish the drafts whose instant has come, and note it in the audit trail; return how many."""
    due = select(Cause.id).where(Cause.state == "draft", Cause.publish_at <= now)
    ids = db.session.scalars(due.with_for_update(skip_locked=True)).all()
    for cause_id in ids:
        publish_cause(cause_id=cause_id)
        about = {"subject": ("cause", cause_id), "cause_id": cause_id}
        record_planned("causes.publish", **about, planned=("causes.schedule",), now=now)
    return len(ids)


def cause_to_change(cause_id):
    """Return the cause as it is now, and keep other editors out of it until the transaction ends."""
    return db.session.scalars(
        select(Cause)
        .where(Cause.id == cause_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _at_revision(cause_id, revision):
    cause = cause_to_change(cause_id)
    if revision != cause.revision:
        raise CauseEditConflict(f"the cause is at revision {cause.revision}, not {revision}")
    cause.revision += 1
    return cause

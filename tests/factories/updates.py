"""Create updates to test with."""

from datetime import timedelta

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.updates.operations import Links, create_update
from campaign.updates.queries import update_in_any_state
from tests.factories.causes import make_cause


def make_update(
    slug="answer",
    *,
    cause_id=None,
    title="An answer came",
    days=4,
    texts=None,
    draft=False,
    petition_ids=(),
    **settings,
):
    """Create an update, committed and published `days` ago unless it is a draft."""
    text = {"title": title, "summary": "It is short.", "body": "The Senate *wrote* back."}
    texts = texts or {"en": text, "es": {**text, "title": f"{title} (es)"}}
    publish_at = None if draft else utcnow() - timedelta(days=days)
    links = Links(petition_ids=tuple(petition_ids), event_id=settings.pop("event_id", None))
    cause_id = cause_id or make_cause().id
    return write(
        create_update,
        cause_id=cause_id,
        slug=slug,
        texts=texts,
        links=links,
        publish_at=publish_at,
        **settings,
    )


def update_now(slug="answer"):
    """Return the update as it is in the database now, or None."""
    db.session.rollback()
    return update_in_any_state(slug)

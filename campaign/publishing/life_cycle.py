"""The life cycle of everything that is published: draft, scheduled, published, closed, archived.

A kind subclasses LifeCycle and overrides the hooks in which it differs.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import select

from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.publishing.models import Publishable

Row = TypeVar("Row", bound=Publishable)


class NotPublishable(CampaignError):
    """The row cannot be published as it is. Subclasses say why."""

    status = 409


class LifeCycle(Generic[Row]):
    """The life cycle of the rows of `model`.

    `subject` is the first part of the kind's actions in the activity log, such as `petitions`.
    `publishable_from` are the states from which a row can be published. `operations` are the
    changes of state that organizers can ask for.

    `record_planned` writes a scheduled change to the activity log.
    """

    model: type[Row]
    subject: ClassVar[str]
    publishable_from: ClassVar[tuple[str, ...]] = ("draft",)
    operations: ClassVar[tuple[str, ...]]

    def __init__(self, *, record_planned: Callable[..., object]) -> None:
        self._record_planned = record_planned

    def publish(self, *, row_id: int, now: datetime) -> Row:
        """Publish a row. Raise NotPublishable. One that is public already stays as it is."""
        row = load_for_update(self.model, row_id)
        if row.state in self.publishable_from:
            self.require_ready(row, now)
            row.state, row.publish_at = "published", None
            self.note_published(row, now)
            self._changed(row, now)
        return row

    def schedule(self, *, row_id: int, at: datetime, zone: str, now: datetime) -> Row:
        """Schedule a draft to be published automatically at `at`. Raise NotPublishable.

        `zone` is the time zone in which `at` was entered.
        """
        row = load_for_update(self.model, row_id)
        if row.state == "draft" and not row.is_archived:
            self.require_ready(row, now)
            row.publish_at = at
            self.note_zone(row, zone)
            db.session.flush()
        return row

    def unschedule(self, *, row_id: int, now: datetime) -> Row:
        """Leave a scheduled draft a draft until someone publishes it."""
        row = load_for_update(self.model, row_id)
        if row.state == "draft":
            row.publish_at = None
            db.session.flush()
        return row

    def close(self, *, row_id: int, now: datetime) -> Row:
        """Stop taking what people send. All pages stay online."""
        row = load_for_update(self.model, row_id)
        self.note_closed(row, now)
        db.session.flush()
        return row

    def reopen(self, *, row_id: int, now: datetime) -> Row:
        """Take again what people send. Raise NotPublishable."""
        row = load_for_update(self.model, row_id)
        self.note_reopened(row, now)
        db.session.flush()
        return row

    def archive(self, *, row_id: int, now: datetime) -> Row:
        """Take a row out of all lists. Its page stays."""
        row = load_for_update(self.model, row_id)
        row.publish_at = None
        self.note_archived(row, now)
        db.session.flush()
        return row

    def restore(self, *, row_id: int, now: datetime) -> Row:
        """Take a row out of the archive."""
        row = load_for_update(self.model, row_id)
        self.note_restored(row, now)
        db.session.flush()
        return row

    def publish_due(self, *, now: datetime) -> int:
        """Publish the drafts that are due and record it in the activity log. Return how many.

        A draft that is not ready stays a draft until it is.
        """
        model: Any = self.model
        due = select(model.id).where(model.state == "draft", model.publish_at <= now)
        return sum(self._publish_due(row_id, now) for row_id in db.session.scalars(due).all())

    def _publish_due(self, row_id: int, now: datetime) -> bool:
        row = load_for_update(self.model, row_id)
        # Before we locked the row, another worker may have published it, or an editor changed it.
        if row.state != "draft" or row.publish_at is None or row.publish_at > now:
            return False
        try:
            self.publish(row_id=row_id, now=now)
        except NotPublishable:
            return False
        self._record_planned(
            self.action("publish"),
            subject=(row.kind, row_id),
            cause_id=self.cause_id_of(row),
            planned=(self.action("schedule"),),
            now=now,
        )
        return True

    def action(self, verb: str) -> str:
        """Return the action in the activity log that does `verb` to a row of this kind."""
        return f"{self.subject}.{verb}"

    def _changed(self, row: Row, now: datetime) -> None:
        row.touch(now)
        db.session.flush()

    # What a kind may override.

    def cause_id_of(self, row: Any) -> int:
        """Return the id of the cause of a row."""
        cause_id: int = row.cause_id
        return cause_id

    def require_ready(self, row: Row, now: datetime) -> None:
        """Raise NotPublishable if the row lacks something required for publishing."""

    def note_zone(self, row: Row, zone: str) -> None:
        """Keep the time zone in which the publication was scheduled."""

    def note_published(self, row: Row, now: datetime) -> None:
        """Change what else changes when a row is published."""

    def note_closed(self, row: Row, now: datetime) -> None:
        """Close a row, if it is open."""

    def note_reopened(self, row: Row, now: datetime) -> None:
        """Reopen a row, if it was closed."""

    def note_archived(self, row: Row, now: datetime) -> None:
        """Archive a row."""

    def note_restored(self, row: Row, now: datetime) -> None:
        """Take a row out of the archive."""


class ArchivableLifeCycle(LifeCycle[Row]):
    """The life cycle of a kind whose rows keep `archived_at` beside their state."""

    def note_published(self, row: Any, now: datetime) -> None:
        """Take the row out of the archive."""
        row.archived_at = None

    def note_archived(self, row: Any, now: datetime) -> None:
        """Archive a row, if it is not archived yet."""
        row.archived_at = row.archived_at or now

    def note_restored(self, row: Any, now: datetime) -> None:
        """Take a row out of the archive."""
        row.archived_at = None

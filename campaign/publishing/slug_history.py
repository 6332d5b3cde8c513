"""Slugs that may change: old ones redirect to the current one and stay reserved."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.publishing.models import FormerSlug


class SlugTaken(CampaignError):
    """Another row of the kind has, or had, this slug."""

    status = 409


class SlugHistory:
    """The current and former slugs of one kind.

    `model` is the Publishable model of that kind, with `id`, `slug` and `state`.
    """

    def __init__(self, model: Any) -> None:
        self._kind, self._model = model.kind, model

    def present_slug(self, former: str) -> str | None:
        """Return the present slug of the row whose slug once was `former`, or None."""
        return db.session.scalar(
            select(self._model.slug)
            .join(FormerSlug, FormerSlug.owner_id == self._model.id)
            .where(FormerSlug.kind == self._kind, FormerSlug.slug == former)
        )

    def is_taken(self, slug: str, *, but_by: int | None = None) -> bool:
        """Return whether a row other than the one with the id `but_by` has or had `slug`."""
        present = select(self._model.id).where(
            self._model.slug == slug, self._model.id != (but_by or 0)
        )
        former = select(FormerSlug.owner_id).where(
            FormerSlug.kind == self._kind,
            FormerSlug.slug == slug,
            FormerSlug.owner_id != (but_by or 0),
        )
        return db.session.scalar(present.union_all(former).limit(1)) is not None

    def refuse_taken(self, slug: str, *, but_by: int | None = None) -> None:
        """Raise SlugTaken if `is_taken`."""
        if self.is_taken(slug, but_by=but_by):
            raise SlugTaken(f"the slug {slug!r} of another {self._kind}")

    def change(self, row: Any, slug: str) -> None:
        """Give the row another slug. Unless it is a draft, the old one redirects to it."""
        self.refuse_taken(slug, but_by=row.id)
        db.session.execute(
            delete(FormerSlug).where(FormerSlug.kind == self._kind, FormerSlug.slug == slug)
        )
        if row.state != "draft":
            db.session.add(FormerSlug(kind=self._kind, slug=row.slug, owner_id=row.id))
        row.slug = slug
        self.flush(slug)

    def flush(self, slug: str) -> None:
        """Flush. Raise SlugTaken if another row just took the slug."""
        try:
            db.session.flush()
        except IntegrityError as error:
            if "slug" not in str(error.orig):
                raise
            raise SlugTaken(f"the slug {slug!r} of another {self._kind}") from error

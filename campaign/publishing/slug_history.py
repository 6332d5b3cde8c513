"""Slugs that may change: old ones redirect to the current one and stay reserved."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError


class SlugHistory:
    """The current and former slugs of one model.

    `thing` is the model, with `id`, `slug` and `state`. `former` is the model of its
    former slugs, whose column `owner` refers to the thing. `taken` is the exception to raise when
    another row has or had a slug.
    """

    def __init__(
        self, session: Any, thing: Any, former: Any, owner: str, taken: type[Exception]
    ) -> None:
        self._session, self._thing, self._former = session, thing, former
        self._owner, self._taken = owner, taken

    def is_taken(self, slug: str, *, but_by: int | None = None) -> bool:
        """Return whether a row other than the one with the id `but_by` has or had `slug`."""
        owner = getattr(self._former, self._owner)
        lives = select(self._thing.id).where(
            self._thing.slug == slug, self._thing.id != (but_by or 0)
        )
        lived = select(owner).where(self._former.slug == slug, owner != (but_by or 0))
        return self._session.scalar(lives.union_all(lived).limit(1)) is not None

    def refuse_taken(self, slug: str, *, but_by: int | None = None) -> None:
        """Raise the `taken` exception if `is_taken`."""
        if self.is_taken(slug, but_by=but_by):
            raise self._taken(f"a {self._thing.__tablename__} at {slug!r} exists already")

    def move(self, row: Any, slug: str) -> None:
        """Give the row another slug; unless it is a draft, the old one redirects to it."""
        self.refuse_taken(slug, but_by=row.id)
        self._session.execute(delete(self._former).where(self._former.slug == slug))
        if row.state != "draft":
            self._session.add(self._former(slug=row.slug, **{self._owner: row.id}))
        row.slug = slug
        self.flush(slug)

    def flush(self, slug: str) -> None:
        """Flush; raise the `taken` exception if another row just took the slug."""
        try:
            self._session.flush()
        except IntegrityError as error:
            raise self._taken(
                f"a {self._thing.__tablename__} at {slug!r} exists already"
            ) from error

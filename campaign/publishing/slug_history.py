"""Addresses that may change: what lived at one before leads on from there, and nothing else may take it."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError


class SlugHistory:
    """The slugs of one kind of row, present and former.

    `thing` is its model, with `id`, `slug`, `state` and `revision`; `former` the model of its former slugs, whose column `owner`
    points at the thing; `taken` the fact that is raised where another has or had a slug.
    """

    def __init__(self, session, thing, former, owner, taken):
        self._session, self._thing, self._former = session, thing, former
        self._owner, self._taken = owner, taken

    def is_taken(self, slug, *, but_by=None):
        """Return whether another than the row with the id `but_by` lives at `slug`, or did."""
        owner = getattr(self._former, self._owner)
        lives = select(self._thing.id).where(
            self._thing.slug == slug, self._thing.id != (but_by or 0)
        )
        lived = select(owner).where(self._former.slug == slug, owner != (but_by or 0))
        return self._session.scalar(lives.union_all(lived).limit(1)) is not None

    def refuse_taken(self, slug, *, but_by=None):
        """Raise the fact where `is_taken`."""
        if self.is_taken(slug, but_by=but_by):
            raise self._taken(f"a {self._thing.__tablename__} at {slug!r} exists already")

    def move(self, row, slug):
        """Give the row another slug; where it was public its old one leads on."""
        self.refuse_taken(slug, but_by=row.id)
        self._session.execute(delete(self._former).where(self._former.slug == slug))
        if row.state != "draft":
            self._session.add(self._former(slug=row.slug, **{self._owner: row.id}))
        row.slug = slug
        row.revision += 1
        self.flush(slug)

    def flush(self, slug):
        """Flush, and raise the fact where another took the slug in the same instant."""
        try:
            self._session.flush()
        except IntegrityError as error:
            raise self._taken(
                f"a {self._thing.__tablename__} at {slug!r} exists already"
            ) from error

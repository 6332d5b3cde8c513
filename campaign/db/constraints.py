"""Check constraints, which the database enforces itself."""

from collections.abc import Iterable

from sqlalchemy import CheckConstraint


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Return a constraint, named like the column, that allows only the values `words`."""
    return CheckConstraint(f"{column} in ({', '.join(map(repr, words))})", name=column)

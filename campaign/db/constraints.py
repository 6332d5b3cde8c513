"""What a database itself refuses."""

from sqlalchemy import CheckConstraint


def one_of(column, words):
    """Return the constraint, called like the column, that lets it hold one of `words` and nothing else."""
    return CheckConstraint(f"{column} in ({', '.join(map(repr, words))})", name=column)

"""What a thread works on at the moment, for every line that it logs: a request or a job."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

LogFields: TypeAlias = dict[str, str | int]
log_fields: ContextVar[LogFields] = ContextVar("log_fields")


@contextmanager
def logged_with(**fields: str | int) -> Iterator[None]:
    """Add `fields` to each line that this thread logs inside the `with` block."""
    token = log_fields.set(log_fields.get({}) | fields)
    try:
        yield
    finally:
        log_fields.reset(token)

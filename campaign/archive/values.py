"""Values of the database as JSON: instants as ISO 8601, and bytes as base64."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, LargeBinary
from sqlalchemy.types import TypeEngine

from campaign.process.clock import UtcDateTime

Convert = Callable[[Any], Any]


def encoder_of(kind: TypeEngine[Any]) -> Convert | None:
    """Return the function that makes JSON of values of this type, or None if they are JSON."""
    if isinstance(kind, LargeBinary):
        return lambda value: b64encode(value).decode()
    return (lambda value: value.isoformat()) if _is_time(kind) else None


def decoder_of(column: Column[Any]) -> Convert | None:
    """Return the inverse of `encoder_of`. It raises ValueError or TypeError for other values."""
    kind = column.type
    if isinstance(kind, LargeBinary):
        return lambda value: b64decode(value, validate=True)
    if isinstance(kind, Date):
        return date.fromisoformat
    return datetime.fromisoformat if _is_time(kind) else None


def _is_time(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, Date | DateTime | UtcDateTime)

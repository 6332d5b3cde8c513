"""Shared by the queues of signatures, comments and tablet records: paging and decisions."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request

from campaign.organize.audited_write import Fact, act_on_some
from campaign.organize.identity import causes_where
from campaign.organize.signatures.routes import MAX_ID
from campaign.process.clock import utcnow
from campaign.signatures import moderation

ON_A_PAGE = 20


@dataclass(frozen=True)
class QueuePage:
    """The rows of a page. It begins after the id `after`.

    `next_after` is the `after` of the next page, or None if there is none.
    """

    rows: Sequence[Any]
    after: int
    next_after: int | None


def queue_page(find: Callable[..., Sequence[Any]]) -> QueuePage:
    """Return the requested QueuePage; `find` takes after_id and most, and returns rows by id.

    If nothing is left after the previous page, return the first page: rows skipped there still
    wait.
    """
    after = _after()
    rows = find(after_id=after, most=ON_A_PAGE + 1)
    if not rows and after:
        after, rows = 0, find(after_id=0, most=ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    return QueuePage(shown, after, shown[-1].id if len(rows) > ON_A_PAGE else None)


def same_page() -> dict[str, Any]:
    """Return the URL arguments of the page from which the form was sent."""
    return {"after": _after() or None, "petition": request.values.get("petition") or None}


def decision() -> tuple[str, Sequence[int]]:
    """Return (pressed button, ids it applies to): the selected rows, or exactly those shown."""
    way, _dot, whom = request.form.get("do", "").partition(".")
    return way, numbers("shown" if whom == "shown" else "ticked")


def numbers(name: str) -> list[int]:
    """Return the ids in the form fields `name`, without invalid ones."""
    found = (
        text
        for text in request.form.getlist(name)
        if text.isascii() and text.isdecimal() and len(text) < 19
    )
    return sorted({int(text) for text in found})


def act_by_petition(
    action: str,
    operation: Callable[..., Any],
    ids: Collection[int],
    *,
    reason: str = "",
    **named: Any,
) -> int:
    """Run a bulk operation for each petition separately; return how many signatures changed.

    Each petition gets its own entry in the activity log.
    """
    cause_ids, done = causes_where("signatures.review"), 0
    rows = sorted(moderation.petitions_of(ids))
    for (cause_id, petition_id), group in groupby(rows, key=lambda row: row[:2]):
        some = [row[2] for row in group]
        if cause_ids is not None and cause_id not in cause_ids:
            continue
        fact = Fact(action, on=("petition", petition_id), cause_id=cause_id, reason=reason)
        done += len(
            act_on_some(fact, operation, ids=some, cause_ids=cause_ids, now=utcnow(), **named)
        )
    return done


def _after() -> int:
    asked = request.values.get("after", type=int) or 0
    return asked if 0 <= asked <= MAX_ID else 0

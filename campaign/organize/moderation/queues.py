"""What the queues of signatures, comments and records from tablets have in common: a page of them, and what was decided on it."""

from dataclasses import dataclass
from itertools import groupby

from flask import request

from campaign.organize.audited_write import Fact, act_on_some
from campaign.organize.identity import causes_where
from campaign.organize.signatures.routes import MAX_ID
from campaign.process.clock import utcnow
from campaign.signatures import moderation

ON_A_PAGE = 20


@dataclass(frozen=True)
class QueuePage:
    """The rows of a page; `after` is the id behind which it begins, `next_after` that of the next one, or None."""

    rows: list
    after: int
    next_after: int | None


def queue_page(find):
    """Return the QueuePage that was asked for; `find` takes after_id and most, and returns rows by their id.

    Where nothing is left behind the page before, it is the first one again: what was passed over still waits there.
    """
    after = _after()
    rows = find(after_id=after, most=ON_A_PAGE + 1)
    if not rows and after:
        after, rows = 0, find(after_id=0, most=ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    return QueuePage(shown, after, shown[-1].id if len(rows) > ON_A_PAGE else None)


def same_page():
    """Return the arguments of the address at which the page that was sent lives."""
    return {"after": _after() or None, "petition": request.values.get("petition") or None}


def decision():
    """Return (what was pressed, the ids that it is about): the ticked rows, or exactly those that the page showed."""
    way, _dot, whom = request.form.get("do", "").partition(".")
    return way, numbers("shown" if whom == "shown" else "ticked")


def numbers(name):
    """Return the ids in the fields `name` of what was sent, without what is no id."""
    found = (
        text
        for text in request.form.getlist(name)
        if text.isascii() and text.isdecimal() and len(text) < 19
    )
    return sorted({int(text) for text in found})


def act_by_petition(action, operation, ids, *, reason="", **named):
    """Run a bulk operation for each petition by itself, as each has its own line in the trail; return how many changed."""
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


def _after():
    asked = request.values.get("after", type=int) or 0
    return asked if 0 <= asked <= MAX_ID else 0

"""Pagination for long lists in the workspace: by page number, or by the id where a page begins."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import request, url_for

from campaign.security.tokens import MAX_ID

# Nobody pages this far, and larger offsets would overflow 64-bit integers in the database.
MAX_PAGES = 10_000


class Page(NamedTuple):
    """The rows of a page, and the URLs of the pages before and after it, or None."""

    rows: Sequence[Any]
    newer_url: str | None
    older_url: str | None


def page_of(
    find: Callable[..., Sequence[Any]], on_a_page: int, endpoint: str, **values: Any
) -> Page:
    """Return the Page that `?page=` asks for, with rows from `find(limit=…, offset=…)`.

    Links to other pages go to `endpoint` with `values`.
    """
    number = min(max(request.args.get("page", 1, type=int) or 1, 1), MAX_PAGES)
    rows = find(limit=on_a_page + 1, offset=(number - 1) * on_a_page)
    newer = url_for(endpoint, **values, page=number - 1) if number > 1 else None
    older = url_for(endpoint, **values, page=number + 1) if len(rows) > on_a_page else None
    return Page(rows[:on_a_page], newer, older)


def possible_id(number: int | None) -> int | None:
    """Return a number that was sent if a row can have it as its id, or else None."""
    return number if number and 0 < number <= MAX_ID else None

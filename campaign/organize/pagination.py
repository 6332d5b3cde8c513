"""Long lists of the workspace, page by page."""

from typing import NamedTuple

from flask import request, url_for

# Further on nobody leafs, and databases count in 64 bits.
MAX_PAGES = 10_000


class Page(NamedTuple):
    """The rows of a page, and the addresses of the pages before and after it, or None."""

    rows: list
    newer_url: str | None
    older_url: str | None


def page_of(find, on_a_page, endpoint, **values):
    """Return the Page that `?page=` asks for of what `find(limit=…, offset=…)` finds; the others are at `endpoint` with `values`."""
    number = min(max(request.args.get("page", 1, type=int) or 1, 1), MAX_PAGES)
    rows = find(limit=on_a_page + 1, offset=(number - 1) * on_a_page)
    newer = url_for(endpoint, **values, page=number - 1) if number > 1 else None
    older = url_for(endpoint, **values, page=number + 1) if len(rows) > on_a_page else None
    return Page(rows[:on_a_page], newer, older)

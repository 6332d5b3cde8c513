"""The query parameters of the search page."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from campaign.search.models import KINDS
from campaign.search.normalization import is_single_character, terms_of
from campaign.text.slugs import is_slug

MAX_LENGTH = 100
MAX_PAGES = 1000


@dataclass(frozen=True)
class SearchQuery:
    """A search request. Empty fields do not restrict the search."""

    q: str
    kind: str
    cause: str
    page: int

    @classmethod
    def of(cls, arguments: MultiDict[str, str]) -> "SearchQuery":
        """Return the search that the query parameters ask for. Invalid values are ignored."""
        kind, cause = arguments.get("kind", ""), arguments.get("cause", "")
        number = arguments.get("page", 1, type=int) or 1
        return cls(
            q=" ".join(arguments.get("q", "").replace("\0", " ").split())[:MAX_LENGTH],
            kind=kind if kind in KINDS else "",
            cause=cause if is_slug(cause) else "",
            page=min(max(number, 1), MAX_PAGES),
        )

    @property
    def is_single_character(self) -> bool:
        """Return whether the query is a single Latin letter."""
        return is_single_character(terms_of(self.q))

    def url(self, **changes: Any) -> str:
        """Return the URL of this search with `changes` to its fields, or with another `lang`.

        Default values are left out of the URL.
        """
        lang = {"lang": changes.pop("lang")} if "lang" in changes else {}
        fields = {**vars(self), **changes}
        defaults = {"q": "", "kind": "", "cause": "", "page": 1}
        return url_for(
            "search.results",
            **lang,
            **{name: fields[name] for name in defaults if fields[name] != defaults[name]},
        )

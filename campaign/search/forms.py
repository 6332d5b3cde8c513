"""What visitors ask of the search."""

from dataclasses import dataclass

from flask import url_for

from campaign.search.models import KINDS
from campaign.search.normalization import is_one_letter, terms_of
from campaign.text.slugs import is_slug

MAX_LENGTH = 100
MAX_PAGES = 1000


@dataclass(frozen=True)
class Asked:
    """What is looked for; empty texts stand for everything."""

    q: str
    kind: str
    cause: str
    page: int

    @classmethod
    def of(cls, arguments):
        """Return what the arguments of a request ask for; what makes no sense is as if it had not been said."""
        kind, cause = arguments.get("kind", ""), arguments.get("cause", "")
        number = arguments.get("page", 1, type=int) or 1
        return cls(
            q=" ".join(arguments.get("q", "").replace("\0", " ").split())[:MAX_LENGTH],
            kind=kind if kind in KINDS else "",
            cause=cause if is_slug(cause) else "",
            page=min(max(number, 1), MAX_PAGES),
        )

    @property
    def is_one_letter(self):
        return is_one_letter(terms_of(self.q))

    def address(self, **changes):
        """Return the address of the results with other wishes, in another `lang` too; what is usual is left out."""
        lang = {"lang": changes.pop("lang")} if "lang" in changes else {}
        asked = {**vars(self), **changes}
        usual = {"q": "", "kind": "", "cause": "", "page": 1}
        return url_for(
            "search.results",
            **lang,
            **{name: asked[name] for name in usual if asked[name] != usual[name]},
        )

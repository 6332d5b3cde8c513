"""The filter of a bulk decision: taken from the page where it began, and in readable form."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from campaign.i18n.countries import country_name
from campaign.organize.identity import causes_where
from campaign.organize.moderation.comments import TABS, same_list
from campaign.organize.scope import PetitionInSight, chosen, petitions_where
from campaign.organize.signatures.forms import SignatureSearch
from campaign.organize.signatures.labels import EVIDENCE_WORDS, STATE_WORDS, reason_in_words
from campaign.signatures.rule_operations import rules_of
from campaign.signatures.search import Search

# Where a decision begins → the verbs offered there. Pressing Enter after typing a reason presses
# the first button, so that one rejects.
VERBS = {
    "held": ("reject", "approve"),
    "signatures": ("reject", "approve"),
    "comments": ("show", "hide"),
}


@dataclass(frozen=True)
class Filter:
    """A Search, the page it comes from, and the arguments that rebuild that page's URL."""

    on: str
    search: Search
    address: dict[str, str]
    petition: Any

    @property
    def verbs(self) -> tuple[str, ...]:
        return VERBS[self.on]


def asked_filter() -> Filter:
    """Return the Filter that the URL names, or abort with 404."""
    on = request.args.get("on")
    if on not in VERBS:
        abort(404)
    petitions = petitions_where("signatures.review")
    slug = request.args.get("petition")
    petition = next((each for each in petitions if each.slug == slug), None)
    search = _SEARCHES[on](petitions, tuple(each.id for each in chosen(petitions, slug)))
    return Filter(on, search, request.args.to_dict(), petition)


def filter_in_words(search: Search, petition: Any) -> list[tuple[str, str]]:
    """Return pairs (label, value) of what was searched for, as a page lists them."""
    lines = [(_("Petition"), petition.title)] if petition else []
    if search.comments:
        lines.append((_("Comments"), str(TABS[search.comments])))
    if search.state:
        lines.append((_("Status"), str(STATE_WORDS[search.state])))
    if search.held_reason:
        rules = {rule.id: rule for rule in rules_of(causes_where("signatures.review"))}
        lines.append((_("Why held"), str(reason_in_words(search.held_reason, rules))))
    if search.words:
        lines.append((_("Search"), search.words))
    if search.evidence:
        lines.append((_("Type of proof"), str(EVIDENCE_WORDS[search.evidence])))
    if search.country:
        lines.append((_("Country"), country_name(search.country, _lang())))
    if search.since:
        lines.append((_("First day"), format_date(search.since)))
    if search.until:
        lines.append((_("Last day"), format_date(search.until)))
    return lines


def filter_for_trail(search: Search) -> dict[str, Any]:
    """Return the filter for the activity log, without any person's name or address."""
    return {**search.without_words().to_json(), **({"words": True} if search.words else {})}


def _held(petitions: list[PetitionInSight], ids: tuple[int, ...]) -> Search:
    return Search(ids, state="held", held_reason=request.args.get("held_for", "")[:40])


def _comments(petitions: list[PetitionInSight], ids: tuple[int, ...]) -> Search:
    asked = same_list()
    return Search(ids, comments=asked["tab"] or "waiting", words=asked["words"] or "")


def _signatures(petitions: list[PetitionInSight], ids: tuple[int, ...]) -> Search:
    form = SignatureSearch(petitions)
    form.validate()
    return form.search()


_SEARCHES = {"held": _held, "comments": _comments, "signatures": _signatures}


def _lang() -> str:
    return str(get_locale())

"""The sidebar of the workspace: the entries in order, limited to what the organizer may see."""

from typing import NamedTuple

from flask import current_app, g
from flask_babel import lazy_gettext as _l

from campaign.organize.identity import may
from campaign.organize.navigation_counts import RailNumber, rail_numbers


class Place(NamedTuple):
    """A sidebar entry; it links to `index` of the blueprint called `name`."""

    name: str
    label: str
    icon: str
    action: str

    @property
    def endpoint(self) -> str:
        return f"organize.{self.name}.index"


PLACES = (
    Place("overview", _l("Overview"), "grid", "overview.see"),
    Place("signatures", _l("Signatures"), "pen", "signatures.see"),
    Place("held", _l("Held"), "hourglass", "signatures.review"),
    Place("comments", _l("Comments"), "speech", "signatures.review"),
    Place("exports", _l("Exports"), "download", "signatures.export"),
    Place("causes", _l("Causes"), "flag", "causes.see"),
    Place("petitions", _l("Petitions"), "megaphone", "petitions.see"),
    Place("events", _l("Events"), "calendar", "events.see"),
    Place("kiosks", _l("Tablets"), "tablet", "kiosks.see"),
    Place("updates", _l("Updates"), "newspaper", "updates.see"),
    Place("mail", _l("Mailings"), "mail", "mail.see"),
    Place("people", _l("People"), "users", "people.see"),
    Place("audit", _l("Activity log"), "list", "audit.see"),
)

# Pages without their own sidebar entry, and the entry from which each is reached.
REACHED_FROM = {
    "numbers": "overview",
    "rules": "held",
    "corrections": "held",
    "bulk": "held",
    "handovers": "exports",
    "keys": "people",
    "suppressions": "mail",
    **dict.fromkeys(("second_factor", "passkeys"), "account"),
    **dict.fromkeys(("copies", "erasures", "retention", "imports"), "signatures"),
}


def place_of(blueprint: str) -> str:
    """Return the name of the sidebar entry for a page, given the full name of its blueprint."""
    name = blueprint.rpartition(".")[2]
    return REACHED_FROM.get(name, name)


def numbers() -> dict[str, RailNumber]:
    """Return {entry name: RailNumber}, queried once per page however often the sidebar appears."""
    if "rail_numbers" not in g:
        g.rail_numbers = rail_numbers()
    return g.rail_numbers


def places() -> list[Place]:
    """Return the sidebar entries that the current organizer may see."""
    return [
        place
        for place in PLACES
        if place.endpoint in current_app.view_functions and may(place.action)
    ]

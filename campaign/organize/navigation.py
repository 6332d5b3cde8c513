"""The rail: the places of the workspace, in order. Who may not see a place is not shown it."""

from typing import NamedTuple

from flask import current_app, g
from flask_babel import lazy_gettext as _l

from campaign.organize.identity import may
from campaign.organize.navigation_counts import rail_numbers


class Place(NamedTuple):
    """A place on the rail; `name` is that of its blueprint, whose `index` it leads to."""

    name: str
    label: str
    icon: str
    action: str

    @property
    def endpoint(self):
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
    Place("kiosks", _l("Kiosks"), "tablet", "kiosks.see"),
    Place("updates", _l("Updates"), "newspaper", "updates.see"),
    Place("mail", _l("Mail"), "mail", "mail.see"),
    Place("people", _l("People"), "users", "people.see"),
    Place("audit", _l("Audit trail"), "list", "audit.see"),
)

# Screens that have no place of their own are reached from another's.
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


def place_of(blueprint):
    """Return the name of the place that a screen belongs to, by the whole name of its blueprint."""
    name = blueprint.rpartition(".")[2]
    return REACHED_FROM.get(name, name)


def numbers():
    """Return {name of a place: its RailNumber}; asked once for each page, however often the rail is on it."""
    if "rail_numbers" not in g:
        g.rail_numbers = rail_numbers()
    return g.rail_numbers


def places():
    """Return the places that who is signed in may see."""
    return [
        place
        for place in PLACES
        if place.endpoint in current_app.view_functions and may(place.action)
    ]

"""Permissions: the one table of who may do what, and the names of roles."""

from collections.abc import Iterable
from typing import Protocol

from flask_babel import lazy_gettext as _l

ADMIN = "admin"
# Roles in one cause, the most powerful first.
ROLES = ("owner", "editor", "exporter", "reviewer", "tabler")

_OWNER = frozenset({"owner"})
_EVERYBODY = frozenset(ROLES)

# action → the roles that may do it, in the cause of the thing. Admins may do everything,
# everywhere. An action is "subject.verb". Where it shows or moves supporters' personal data, the
# editor is never among its roles.
TABLE = {
    "overview.see": _EVERYBODY,
    "causes.see": _EVERYBODY,
    "causes.create": frozenset(),
    "causes.edit": _OWNER | {"editor"},
    "causes.publish": _OWNER | {"editor"},
    "petitions.see": _EVERYBODY,
    "petitions.edit": _OWNER | {"editor"},
    "petitions.publish": _OWNER | {"editor"},
    "events.see": _EVERYBODY,
    "events.edit": _OWNER | {"editor"},
    "updates.see": _OWNER | {"editor"},
    "updates.edit": _OWNER | {"editor"},
    "registrations.see": _OWNER | {"tabler"},
    "registrations.check_in": _OWNER | {"tabler"},
    "registrations.export": _OWNER | {"exporter"},
    "numbers.see": _OWNER | {"editor", "exporter", "reviewer"},
    "signatures.see": _OWNER | {"exporter", "reviewer"},
    "signatures.review": _OWNER | {"reviewer"},
    "signatures.correct": _OWNER | {"reviewer"},
    "signatures.erase": _OWNER,
    "signatures.export": _OWNER | {"exporter"},
    "signatures.import": _OWNER | {"reviewer"},
    "handovers.edit": _OWNER,
    "handovers.record": _OWNER | {"editor", "exporter"},
    "rules.edit": _OWNER | {"reviewer"},
    "retention.edit": _OWNER,
    "mail.see": _OWNER | {"editor"},
    "mail.edit": _OWNER | {"editor"},
    "mail.send": _OWNER,
    # The suppression list applies to all causes, so only an admin can remove an address that the
    # owner of one cause added.
    "suppressions.see": _OWNER,
    "suppressions.add": _OWNER,
    "suppressions.lift": frozenset(),
    "kiosks.see": _OWNER | {"tabler"},
    "kiosks.pair": _OWNER | {"tabler"},
    "kiosks.revoke": _OWNER | {"tabler"},
    # For data from a kiosk that is no longer trusted.
    "kiosks.recover": frozenset(),
    "keys.edit": _OWNER,
    "people.see": _OWNER,
    "people.change": _OWNER,
    "people.remove": frozenset(),
    "people.unlock": frozenset(),
    "audit.see": _OWNER,
    "organisations.see": frozenset(),
    "organisations.create": frozenset(),
    "organisations.edit": frozenset(),
    "site.edit": frozenset(),
}
# Anyone who may do one of these sees supporters' personal data, so they need a second factor for
# everything.
PERSONAL = frozenset(
    {
        *("registrations.see", "registrations.check_in", "registrations.export"),
        *(
            "signatures.see",
            "signatures.review",
            "signatures.correct",
            "signatures.erase",
            "signatures.export",
            "signatures.import",
        ),
        *(
            "suppressions.see",
            "suppressions.add",
            "suppressions.lift",
            "rules.edit",
            "kiosks.recover",
        ),
    }
)

EVERYWHERE = None


class Granted(Protocol):
    """A role in a cause, or in all causes if `cause_id` is None."""

    role: str
    cause_id: int | None


class HasGrants(Protocol):
    """Someone with roles: an Organizer."""

    @property
    def grants(self) -> Iterable[Granted]:
        """Return the roles of this person."""


def may(organizer: HasGrants, action: str, cause_id: int | None) -> bool:
    """Return whether `organizer` may do `action` in this cause.

    Raises KeyError for an action that is not in the table.
    """
    allowed = TABLE[action]
    return any(
        grant.role == ADMIN or (grant.cause_id == cause_id and grant.role in allowed)
        for grant in organizer.grants
    )


def may_somewhere(organizer: HasGrants, action: str) -> bool:
    """Return whether `organizer` may do `action` in any cause."""
    allowed = TABLE[action]
    return any(grant.role == ADMIN or grant.role in allowed for grant in organizer.grants)


def causes_where(organizer: HasGrants, action: str) -> frozenset[int | None] | None:
    """Return the ids of the causes where `organizer` may do `action`, or EVERYWHERE."""
    allowed = TABLE[action]
    if any(grant.role == ADMIN for grant in organizer.grants):
        return EVERYWHERE
    return frozenset(grant.cause_id for grant in organizer.grants if grant.role in allowed)


def belongs_to(organizer: HasGrants, cause_id: int | None) -> bool:
    """Return whether `organizer` has any role in this cause."""
    return any(grant.role == ADMIN or grant.cause_id == cause_id for grant in organizer.grants)


def must_have_second_factor(organizer: HasGrants) -> bool:
    """Return whether `organizer` may see supporters' personal data, so needs a second factor."""
    return any(may_somewhere(organizer, action) for action in PERSONAL)


ROLE_NAMES = {
    ADMIN: _l("Admin"),
    "owner": _l("Owner"),
    "editor": _l("Editor"),
    "exporter": _l("Exporter"),
    "reviewer": _l("Reviewer"),
    "tabler": _l("Table volunteer"),
}

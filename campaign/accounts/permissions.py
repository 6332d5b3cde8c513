"""Permissions: the one table of who may do what, and the names of roles."""

from collections.abc import Iterable
from typing import Protocol

from flask_babel import lazy_gettext as _l

ADMIN = "admin"
# Roles in one cause, the most powerful first.
ROLES = ("owner", "editor", "exporter", "reviewer", "tabler")
# The owner of an organisation: stored as `owner` with an organisation in place of a cause.
ORGANISATION_OWNER = "organisation_owner"

_ORGANISATION_OWNER = frozenset({ORGANISATION_OWNER})
_OWNER = frozenset({ORGANISATION_OWNER, "owner"})
_EVERY_ROLE = frozenset({ORGANISATION_OWNER, *ROLES})

# action → the roles that may do it, in the cause of the thing. The owner of an organisation has
# that role in all of its causes, and in the organisation. Admins may do everything, everywhere. An
# action is "subject.verb". Where it shows or moves supporters' personal data, the editor is never
# among its roles.
TABLE = {
    "overview.see": _EVERY_ROLE,
    "site.edit": frozenset(),
    "switches.edit": _ORGANISATION_OWNER,
    "organisations.see": _ORGANISATION_OWNER,
    "organisations.create": frozenset(),
    "organisations.edit": _ORGANISATION_OWNER,
    "causes.see": _EVERY_ROLE,
    "causes.create": _ORGANISATION_OWNER,
    "causes.edit": _OWNER | {"editor"},
    "causes.publish": _OWNER | {"editor"},
    "petitions.see": _EVERY_ROLE,
    "petitions.edit": _OWNER | {"editor"},
    "petitions.publish": _OWNER | {"editor"},
    # The targets of an organisation are shared by its causes: a role in one of them is enough.
    "targets.edit": _OWNER | {"editor"},
    "events.see": _EVERY_ROLE,
    "events.edit": _OWNER | {"editor"},
    "updates.see": _OWNER | {"editor"},
    "updates.edit": _OWNER | {"editor"},
    "registrations.see": _OWNER | {"tabler"},
    "registrations.check_in": _OWNER | {"tabler"},
    "registrations.export": _OWNER | {"exporter"},
    "registrations.email": _OWNER,
    "registrations.erase": _OWNER,
    "numbers.see": _OWNER | {"editor", "exporter", "reviewer"},
    "signatures.see": _OWNER | {"exporter", "reviewer"},
    "signatures.review": _OWNER | {"reviewer"},
    "signatures.correct": _OWNER | {"reviewer"},
    "signatures.erase": _OWNER,
    "signatures.export": _OWNER | {"exporter"},
    "signatures.import": _OWNER | {"reviewer"},
    "handovers.edit": _OWNER,
    "handovers.record": _OWNER | {"editor", "exporter"},
    "answers.see": _OWNER | {"editor", "exporter", "reviewer"},
    "answers.edit": _OWNER | {"editor"},
    "answers.publish": _OWNER | {"editor"},
    "rules.edit": _OWNER | {"reviewer"},
    "retention.edit": _OWNER,
    "mail.see": _OWNER | {"editor"},
    "mail.edit": _OWNER | {"editor"},
    "mail.send": _OWNER,
    # The suppression list applies to all causes, so only an admin can remove an address that the
    # owner of one cause added.
    "subscriptions.export": _OWNER,
    "subscriptions.import": _OWNER,
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
}
# Anyone who may do one of these sees supporters' personal data, so they need a second factor for
# everything.
PERSONAL = frozenset(
    {
        *(
            "registrations.see",
            "registrations.check_in",
            "registrations.export",
            "registrations.email",
            "registrations.erase",
        ),
        *(
            "signatures.see",
            "signatures.review",
            "signatures.correct",
            "signatures.erase",
            "signatures.export",
            "signatures.import",
        ),
        *(
            "subscriptions.export",
            "subscriptions.import",
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
    """A role in a cause, in an organisation and all its causes, or everywhere if both are None."""

    role: str
    cause_id: int | None
    organisation_id: int | None


class HasGrants(Protocol):
    """Someone with roles: an Organizer."""

    @property
    def grants(self) -> Iterable[Granted]:
        """Return the roles of this person."""

    @property
    def organisation_cause_ids(self) -> frozenset[int]:
        """Return the ids of the causes of all organisations that this person owns."""


def may(
    organizer: HasGrants, action: str, cause_id: int | None, organisation_id: int | None = None
) -> bool:
    """Return whether `organizer` may do `action` in this cause, or in this organisation.

    What belongs to neither is for admins alone. Raises KeyError for an action that is not in the
    table.
    """
    allowed = TABLE[action]
    return _is_admin(organizer) or not allowed.isdisjoint(
        _roles_in(organizer, cause_id, organisation_id)
    )


def may_somewhere(organizer: HasGrants, action: str) -> bool:
    """Return whether `organizer` may do `action` in any cause or organisation."""
    allowed = TABLE[action]
    return any(grant.role == ADMIN or table_role(grant) in allowed for grant in organizer.grants)


def causes_where(organizer: HasGrants, action: str) -> frozenset[int] | None:
    """Return the ids of the causes where `organizer` may do `action`, or EVERYWHERE."""
    allowed = TABLE[action]
    if _is_admin(organizer):
        return EVERYWHERE
    cause_ids = frozenset(
        grant.cause_id
        for grant in organizer.grants
        if grant.cause_id is not None and grant.role in allowed
    )
    return (
        cause_ids | organizer.organisation_cause_ids if ORGANISATION_OWNER in allowed else cause_ids
    )


def organisations_where(organizer: HasGrants, action: str) -> frozenset[int] | None:
    """Return the ids of the organisations where `organizer` may do `action`, or EVERYWHERE.

    A role in one cause of an organisation is not enough.
    """
    allowed = TABLE[action]
    if _is_admin(organizer):
        return EVERYWHERE
    return frozenset(
        grant.organisation_id
        for grant in organizer.grants
        if grant.organisation_id is not None and table_role(grant) in allowed
    )


def belongs_to(
    organizer: HasGrants, cause_id: int | None, organisation_id: int | None = None
) -> bool:
    """Return whether `organizer` has any role in this cause, or in this organisation."""
    return _is_admin(organizer) or bool(_roles_in(organizer, cause_id, organisation_id))


def must_have_second_factor(organizer: HasGrants) -> bool:
    """Return whether `organizer` may see supporters' personal data, so needs a second factor."""
    return any(may_somewhere(organizer, action) for action in PERSONAL)


def table_role(grant: Granted) -> str:
    """Return the role of a grant as the table names it."""
    return grant.role if grant.organisation_id is None else ORGANISATION_OWNER


def _is_admin(organizer: HasGrants) -> bool:
    return any(grant.role == ADMIN for grant in organizer.grants)


def _roles_in(
    organizer: HasGrants, cause_id: int | None, organisation_id: int | None
) -> frozenset[str]:
    if cause_id is not None:
        roles = frozenset(grant.role for grant in organizer.grants if grant.cause_id == cause_id)
        is_owner = cause_id in organizer.organisation_cause_ids
        return roles | _ORGANISATION_OWNER if is_owner else roles
    if organisation_id is not None and any(
        grant.organisation_id == organisation_id for grant in organizer.grants
    ):
        return _ORGANISATION_OWNER
    return frozenset()


ROLE_NAMES = {
    ADMIN: _l("Admin"),
    ORGANISATION_OWNER: _l("Owner of all causes"),
    "owner": _l("Owner"),
    "editor": _l("Editor"),
    "exporter": _l("Exporter"),
    "reviewer": _l("Reviewer"),
    "tabler": _l("Table volunteer"),
}

"""Load the targets of an organisation for people with a role in one of its causes."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.causes.queries import causes_among
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_slug, organisations_among
from campaign.organize.core.identity import SharedByCauses, causes_where, may, organisations_where
from campaign.targets.models import TargetImport, TargetProfile
from campaign.targets.queries import import_by_id, profile_by_id

ACTION = "targets.edit"


@dataclass(frozen=True)
class Directory(SharedByCauses):
    """The targets of an organisation."""


@dataclass(frozen=True)
class DirectoryTarget(SharedByCauses):
    """One target of an organisation."""

    profile: TargetProfile


@dataclass(frozen=True)
class DirectoryImport(SharedByCauses):
    """An import of an organisation."""

    item: TargetImport


def load_directory(slug: str) -> Directory | None:
    """Return the targets of the organisation with this slug, or None."""
    organisation = organisation_by_slug(slug)
    return Directory(organisation, _cause_id(organisation)) if organisation else None


def load_target(slug: str, profile_id: int) -> DirectoryTarget | None:
    """Return a target, even a removed one, or None if the organisation has none with this id."""
    organisation, profile = organisation_by_slug(slug), profile_by_id(profile_id)
    if organisation is None or profile is None or profile.organisation_id != organisation.id:
        return None
    return DirectoryTarget(organisation, _cause_id(organisation), profile)


def load_import(slug: str, import_id: int) -> DirectoryImport | None:
    """Return an import, or None if the organisation has none with this id."""
    organisation, item = organisation_by_slug(slug), import_by_id(import_id)
    if organisation is None or item is None or item.organisation_id != organisation.id:
        return None
    return DirectoryImport(organisation, _cause_id(organisation), item)


def organisations_with_targets() -> Sequence[Organisation]:
    """Return the organisations whose targets the organizer may edit."""
    organisation_ids, cause_ids = organisations_where(ACTION), causes_where(ACTION)
    if organisation_ids is None or cause_ids is None:
        return organisations_among(None)
    of_causes = {cause.organisation_id for cause in causes_among(cause_ids)}
    return organisations_among(organisation_ids | of_causes)


def _cause_id(organisation: Organisation) -> int | None:
    """Return the cause by whose roles access is decided, None if the organisation's decide.

    A cause where the organizer may edit targets comes first, then any other where they have a role:
    then they learn that they may not, instead of that there is nothing.
    """
    if may(ACTION, organisation):
        return None
    for action in (ACTION, "overview.see"):
        for cause in causes_among(causes_where(action)):
            if cause.organisation_id == organisation.id:
                return cause.id
    return None

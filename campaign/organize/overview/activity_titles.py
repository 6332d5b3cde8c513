"""The titles of the items that activity log entries are about, in the reader's language."""

from collections.abc import Iterable

from flask import g

from campaign.accounts.audit_models import AuditEntry
from campaign.causes.queries import causes_among
from campaign.events.queries import events_with_ids
from campaign.organize.scope import in_sight
from campaign.petitions.queries import petitions_with_ids
from campaign.updates.queries import updates_with_ids

FETCHED = {
    "cause": causes_among,
    "petition": petitions_with_ids,
    "event": events_with_ids,
    "update": updates_with_ids,
}


def titles_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """Return {(kind, id): title} of the causes, petitions, events and updates of these entries."""
    ids = {}
    for entry in entries:
        if entry.subject_kind in FETCHED:
            ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    things = ((kind, thing) for kind, some in ids.items() for thing in FETCHED[kind](some))
    return {
        (kind, thing.id): in_sight(thing).title if kind == "petition" else thing.text(g.lang).title
        for kind, thing in things
    }

"""The changes of an activity log entry, and the titles of what entries are about, as text."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self, cast

from flask import g
from flask_babel import gettext as _
from flask_babel import to_user_timezone

from campaign.accounts.audit_models import AuditEntry
from campaign.actions.letters.models import LETTER
from campaign.answers.queries import answers_among
from campaign.causes.queries import causes_among
from campaign.events.messages.queries import messages_with_ids
from campaign.events.queries import events_with_ids
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale, is_language, language_name
from campaign.i18n.long_dates import short_date
from campaign.organisations.identity import identities
from campaign.organisations.queries import organisations_among
from campaign.organize.core.scope import petition_summary
from campaign.organize.people.audit_field_labels import FIELDS, IMAGES, VALUES
from campaign.organize.people.audit_labels import (
    ACTIONS,
    LETTER_ACTIONS,
    LETTER_THING,
    THINGS,
)
from campaign.petitions.queries import kinds_of_actions, petitions_with_ids
from campaign.signatures.queries import signatures_with_ids
from campaign.targets.presenters import profile_name
from campaign.targets.queries import profiles_among
from campaign.updates.queries import updates_with_ids

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?([+-]\d\d:\d\d)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class EntryLabels:
    """What activity log entries say was done, and to what kind of thing.

    `letter_ids` are those of the signatures that are letters.
    """

    letter_ids: Collection[int]

    @classmethod
    def of(cls, entries: Iterable[AuditEntry]) -> Self:
        """Return the EntryLabels of these entries."""
        ids = {
            entry.subject_id
            for entry in entries
            if entry.subject_kind == "signature" and entry.subject_id is not None
        }
        signatures = signatures_with_ids(ids) if ids else ()
        kinds = kinds_of_actions({row.petition_id for row in signatures}) if ids else {}
        return cls({row.id for row in signatures if kinds[row.petition_id] == LETTER})

    def action(self, entry: AuditEntry) -> Any:
        """Return what was done, to follow the name of who did it."""
        letter_action = LETTER_ACTIONS.get(entry.action) if self._is_letter(entry) else None
        return letter_action or ACTIONS.get(entry.action, entry.action)

    def thing(self, entry: AuditEntry) -> Any:
        """Return what kind of thing it was done to."""
        if self._is_letter(entry):
            return LETTER_THING
        return THINGS.get(entry.subject_kind, entry.subject_kind)

    def _is_letter(self, entry: AuditEntry) -> bool:
        return entry.subject_kind == "signature" and entry.subject_id in self.letter_ids


def readable_changes(entry: AuditEntry) -> list[tuple[Any, Any, Any]]:
    """Return [(field, before, after)] as readable text for the changes of an AuditEntry."""
    changes = entry.details.get("changes", ())
    return [
        (
            _field(change),
            _value(change["field"], change["before"]),
            _value(change["field"], change["after"]),
        )
        for change in changes
    ]


def _field(change: dict[str, Any]) -> Any:
    label, part = FIELDS.get(change["field"], change["field"]), change["part"]
    if is_language(part):
        return _("%(field)s (%(language)s)", field=label, language=language_name(part))
    if part in IMAGES:
        return f"{label} ({IMAGES[part]})"
    return f"{label} {int(part) + 1}" if part.isdecimal() else label


def _value(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field in VALUES:
        return VALUES[field].get(value, value)
    try:
        return _instant_or_day(value)
    except (ValueError, OverflowError):
        # A title may look like a date that does not exist.
        return value


def _instant_or_day(value: str) -> str:
    if _INSTANT.fullmatch(value):
        moment = datetime.fromisoformat(value)
        local = to_user_timezone(moment) if moment.tzinfo else moment
        return f"{short_date(local, current_locale())}, {clock_time(local, current_locale())}"
    return (
        short_date(date.fromisoformat(value), current_locale()) if _DAY.fullmatch(value) else value
    )


LOADERS: dict[str, Callable[[Collection[int]], Iterable[Any]]] = {
    "cause": causes_among,
    "organisation": organisations_among,
    "petition": petitions_with_ids,
    "event": events_with_ids,
    "event_message": messages_with_ids,
    "update": updates_with_ids,
    "target": profiles_among,
    "answer": answers_among,
}


def titles_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """Return {(kind, id): title} of what these entries are about, if it has a title."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_kind in LOADERS and entry.subject_id is not None:
            ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    things = ((kind, thing) for kind, some in ids.items() for thing in LOADERS[kind](some))
    return {(kind, thing.id): _title_of(kind, thing) for kind, thing in things}


def _title_of(kind: str, thing: Any) -> str:
    if kind == "petition":
        return petition_summary(thing).title
    if kind == "answer":
        return petition_summary(thing.petition).title
    if kind == "organisation":
        return identities().of(thing.id).name(g.lang)
    if kind == "target":
        return profile_name(thing, g.lang)
    if kind == "event_message":
        return cast(str, thing.subject(g.lang))
    return cast(str, thing.text(g.lang).title)

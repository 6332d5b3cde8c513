"""Readable labels for the changes in an audit event: field names and values."""

import re
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, get_locale, to_user_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit_models import AuditEntry
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import NAMES

FIELDS = {
    "access": _l("Good to know"),
    "address": _l("Address"),
    "allowed": _l("Who may show it"),
    "alts": _l("Description of the picture"),
    "archived_at": _l("Archived"),
    "body": _l("Text"),
    "came": _l("Number of people who came"),
    "capacity": _l("Seats"),
    "closes_at": _l("Closes"),
    "confirmation": _l("How a signature is confirmed"),
    "country": _l("Country"),
    "deliver_on": _l("Delivery date"),
    "deliver_places": _l("Delivery place"),
    "ends_local": _l("Ends"),
    "goal": _l("Goal"),
    "handed_details": _l("Details next to each name"),
    "handed_names": _l("Names"),
    "is_free": _l("Free of charge"),
    "kind": _l("Type of event"),
    "kinds": _l("Target"),
    "languages": _l("Languages"),
    "langs": _l("Languages"),
    "most_seats": _l("Seats per registration"),
    "name": _l("Name"),
    "names": _l("Addressed to"),
    "note": _l("Note"),
    "notice": _l("Notice"),
    "off_since": _l("Turned off on"),
    "on_since": _l("Turned on on"),
    "online_for": _l("Who sees the online meeting link"),
    "online_url": _l("Online meeting link"),
    "opens_at": _l("Opens"),
    "organisation": _l("Written by"),
    "origins": _l("Sites that may show it"),
    "palette": _l("Colour"),
    "people": _l("People"),
    "per_minute": _l("Emails per minute"),
    "place": _l("Place"),
    "price": _l("Price"),
    "programme": _l("Program"),
    "publish_at": _l("Publication date"),
    "questions": _l("Questions"),
    "registration": _l("Registration"),
    "registration_closed": _l("Registration closed"),
    "required_fields": _l("Required"),
    "retention_days": _l("Days until data is deleted"),
    "shape": _l("Shape of the montage"),
    "slug": _l("Address"),
    "starts_at": _l("Starts"),
    "starts_local": _l("Starts"),
    "state": _l("Status"),
    "story": _l("Story"),
    "summary": _l("Summary"),
    "time_zone": _l("Time zone"),
    "title": _l("Title"),
    "town": _l("Town"),
    "two_per_address": _l("Two people may share one email address"),
    "zone": _l("Time zone"),
}
STATES = {
    "draft": _l("draft"),
    "published": _l("published"),
    "closed": _l("closed"),
    "cancelled": _l("cancelled"),
    "planned": _l("scheduled to send"),
    "sending": _l("sending"),
    "paused": _l("paused"),
    "stopped": _l("stopped"),
    "done": _l("done"),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?([+-]\d\d:\d\d)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def changes_in_words(entry: AuditEntry) -> list[tuple[Any, Any, Any]]:
    """Return [(field, before, after)] as readable text for the changes of an AuditEntry."""
    changes = entry.details.get("changes", ())
    return [
        (_field(each), _value(each["field"], each["before"]), _value(each["field"], each["after"]))
        for each in changes
    ]


def _field(change: dict[str, Any]) -> Any:
    label, part = FIELDS.get(change["field"], change["field"]), change["part"]
    if part in NAMES:
        return _("%(field)s (%(language)s)", field=label, language=NAMES[part])
    return f"{label} {int(part) + 1}" if part.isdecimal() else label


def _value(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "state":
        return STATES.get(value, value)
    try:
        return _instant_or_day(value)
    except (ValueError, OverflowError):
        # A title may look like a date that does not exist.
        return value


def _instant_or_day(value: str) -> str:
    if _INSTANT.fullmatch(value):
        moment = datetime.fromisoformat(value)
        local = to_user_timezone(moment) if moment.tzinfo else moment
        return f"{format_date(local, 'medium', rebase=False)}, {clock_time(local, get_locale())}"
    return format_date(date.fromisoformat(value), "medium") if _DAY.fullmatch(value) else value

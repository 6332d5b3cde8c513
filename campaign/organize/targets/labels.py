"""Labels of targets: statuses of addresses, columns, and what is wrong with a file."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext

from campaign.imports.tables import CUT_SHORT, TOO_MANY_CELLS, UNCLOSED, FileRefused
from campaign.imports.targets.rows import RowFault
from campaign.organize.imports.labels import FILE_FAULTS, ROW_FAULTS
from campaign.targets.queries import NO_ADDRESS, REMOVED

STATUS_LABELS = {
    "unknown": _l("Not tried yet"),
    "good": _l("Works"),
    "bounced": _l("Does not work"),
    "asked_not": _l("Asked for no more letters"),
}
STATUS_TAGS = {
    "unknown": "muted",
    "good": "success",
    "bounced": "danger",
    "asked_not": "waiting",
}
FILTER_LABELS = {
    "": _l("All targets"),
    "unknown": _l("Address not tried yet"),
    "good": _l("Address works"),
    "bounced": _l("Address does not work"),
    "asked_not": STATUS_LABELS["asked_not"],
    NO_ADDRESS: _l("Without an email address"),
    REMOVED: _l("Removed"),
}
KIND_LABELS = {"person": _l("A person"), "body": _l("A body or an office")}
FIELD_LABELS = {
    "target_kind": _l("Kind"),
    "names": _l("Name"),
    "honorifics": _l("Title before the name"),
    "salutations": _l("Salutation"),
    "offices": _l("Office"),
    "bodies": _l("Parliament or institution"),
    "party": _l("Party"),
    "area": _l("Code of the area"),
    "area_names": _l("Area"),
    "languages": _l("Languages"),
    "time_zone": _l("Time zone"),
    "valid_from": _l("In office from"),
    "valid_until": _l("In office until"),
    "external_id": _l("ID in your files"),
    "emails": _l("Email"),
    "telephones": _l("Phone numbers"),
    "contact_form": _l("Contact form"),
    "postal_address": _l("Postal address"),
    "source": _l("Source"),
    "checked_on": _l("Checked on"),
}
OUTCOME_LABELS = {
    "added": pgettext("targets", "New"),
    "changed": _l("Changed"),
    "same": _l("No change"),
    "removed": _l("Already removed, so not changed"),
}
_REFUSED = {
    "not_json": _l("This JSON file is damaged. Export it again."),
    "not_popolo": _l(
        "This JSON file has no list of persons or organizations in the Popolo format."
    ),
    "too_large": _l("This file is too large. Split it into parts."),
}
_FAULTS: dict[str, Any] = {
    **{code: ROW_FAULTS[code] for code in (UNCLOSED, CUT_SHORT, TOO_MANY_CELLS)},
    "too_long": _l("This is too long. Make it shorter."),
    "too_many": _l("There are too many. Enter ten or fewer."),
    "empty": _l("This cell is empty."),
    "no_name": _l("Enter a name."),
    "ends_before_begin": _l("This date is before the first day in office. Check both dates."),
}


def refusal_text(refusal: FileRefused) -> str:
    """Return why a file cannot be read."""
    detail = getattr(refusal, "detail", "")
    if refusal.code == "unknown_column":
        return _(
            "Rename or delete the column “%(column)s”. The guide lists all columns that we recognize.",
            column=detail,
        )
    if refusal.code == "missing_column":
        return _("The file has no column “%(column)s”. Add it to the first row.", column=detail)
    if refusal.code == "repeated_column":
        return _("The column “%(column)s” appears twice. Delete one.", column=detail)
    return str(_REFUSED.get(refusal.code) or FILE_FAULTS[refusal.code])


def fault_text(fault: RowFault) -> str:
    """Return what is wrong with a line of a file."""
    text = str(_FAULTS.get(fault.code) or _fault_with_detail(fault))
    return fault.column + _(": ") + text if fault.column else text


def _fault_with_detail(fault: RowFault) -> str:
    value = fault.detail
    texts = {
        "kind": lambda: _("Enter person or body, not “%(value)s”.", value=value),
        "day": lambda: _("“%(value)s” is not a date, like 2026-11-25.", value=value),
        "zone": lambda: _("“%(value)s” is not a time zone, like America/Toronto.", value=value),
        "language": lambda: _(
            "“%(value)s” is not a language code. Use one like en or fr-CA.", value=value
        ),
        "web_address": lambda: _(
            "“%(line)s” is not a web address. Enter one like https://example.org.", line=value
        ),
        "telephone": lambda: _("“%(value)s” is not a phone number.", value=value),
        "email": lambda: _("“%(value)s” is not an email address.", value=value),
        "status": lambda: _(
            "Enter unknown, good, bounced or asked_not, not “%(value)s”.", value=value
        ),
        "country": lambda: _("“%(value)s” is not a country code, like MX or CA.", value=value),
        "code": lambda: _(
            "“%(value)s” is not a postal code, or the beginning of one.", value=value
        ),
        "twice": lambda: _("This is the same target as in line %(line)s.", line=value),
        "ambiguous": lambda: _(
            "Several targets are called “%(value)s”. Add the column area or external_id.",
            value=value,
        ),
    }
    return texts[fault.code]()

"""Labels for exports: what signatures are exported for, and what each purpose offers."""

from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.exports.columns import COLUMNS, EVERYTHING
from campaign.exports.models import Export
from campaign.petitions.models import HANDED_DETAILS, Petition

AIM_WORDS = {
    "delivery": _l("Delivery list"),
    "letters": _l("Mailing list"),
    "records": _l("Our own records"),
}
AIM_HINTS = {
    "delivery": _l("A list without email addresses. Names appear as each person chose"),
    "letters": _l("Only people who asked for updates, with their email addresses"),
    "records": _l("All the data of each signature"),
}
# The columns offered for each aim. A column that an aim does not need is not offered. The usual
# ones follow in DEFAULT_COLUMNS.
OFFERED = {
    "delivery": (
        "number",
        "evidence",
        "shown_name",
        "full_name",
        "country",
        "postal_code",
        "shown_comment",
        "version",
        "day",
    ),
    "letters": (
        "full_name",
        "given_name",
        "family_name",
        "email",
        "country",
        "postal_code",
        "lang",
    ),
    "records": tuple(COLUMNS),
}
DEFAULT_COLUMNS = {
    "delivery": ("number", "evidence", "shown_name", "country", "day"),
    "letters": ("given_name", "family_name", "email", "lang"),
    "records": EVERYTHING,
}
STATE_WORDS = {
    "counted": _l("Only counted signatures"),
    "pending": _l("Waiting for confirmation"),
    "held": _l("Held for review"),
    "withdrawn": _l("Withdrawn signatures"),
    "all": _l("All, in any status"),
}
KIND_WORDS = {
    "csv": _l("Spreadsheet (CSV)"),
    "xlsx": _l("Excel (XLSX)"),
    "jsonl": _l("For programs (JSON Lines)"),
}
BRIEF_KINDS = {"csv": "CSV", "xlsx": "XLSX", "jsonl": "JSON Lines", "pack": _l("Delivery pack")}
EXPORT_STATES = {
    "waiting": _l("in the queue"),
    "working": _l("in progress"),
    "ready": _l("ready"),
    "failed": _l("failed"),
}
STATE_TAGS = {"waiting": "waiting", "working": "waiting", "ready": "success", "failed": "danger"}
FAULTS = {
    "no_room": _l(
        "The server’s disk is full. We removed the unfinished file. Free some space, then press the button."
    ),
    "too_large": _l(
        "The file would be larger than four gigabytes. Choose fewer columns, fewer days, or CSV."
    ),
    "broken": _l("Something failed three times. The details are in the server log."),
}


def offered(aim: str, petition: Petition) -> tuple[str, ...]:
    """Return the columns offered for an aim; for delivery, only those the petition discloses."""
    if aim != "delivery":
        return OFFERED[aim]
    withheld = {*HANDED_DETAILS, "full_name"} - {
        *petition.handed_details,
        f"{petition.handed_names}_name",
    }
    return tuple(name for name in OFFERED[aim] if name not in withheld)


def how_far(export: Export) -> str:
    """Return a sentence about the progress of an export."""
    if export.state == "waiting" or not export.total:
        return _("It is in the queue.")
    if export.done >= export.total:
        return _("All signatures are written. The file is being finished.")
    return ngettext(
        "%(done)s of %(total)s signature",
        "%(done)s of %(total)s signatures",
        export.total,
        done=format_decimal(export.done),
        total=format_decimal(export.total),
    )


def words() -> dict[str, Any]:
    """Return the template context that all pages about exports need for their texts."""
    return {
        "aim_words": AIM_WORDS,
        "aim_hints": AIM_HINTS,
        "brief_kinds": BRIEF_KINDS,
        "export_states": EXPORT_STATES,
        "export_tags": STATE_TAGS,
        "faults": FAULTS,
        "how_far": how_far,
    }

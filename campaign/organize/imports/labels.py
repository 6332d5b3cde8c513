"""Labels for the faults and outcomes of imported rows."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.imports.tables import CUT_SHORT, TOO_MANY_CELLS, UNCLOSED
from campaign.imports.values import TOO_LONG
from campaign.petitions.questions import ANSWER_PREFIX
from campaign.signatures.fields import ADDRESS_FAULTS, NAME_FAULTS
from campaign.signatures.forms import MISSING_ANSWER
from campaign.signatures.models import MAX_COMMENT_LENGTH, MAX_NAME_LENGTH
from campaign.text.postal_codes import postal_code_example

FIELD_LABELS = {
    "given_name": _l("First name"),
    "family_name": _l("Last name"),
    "full_name": _l("Full name in one column"),
    "email": _l("Email"),
    "country": _l("Country"),
    "postal_code": _l("Postal code"),
    "comment": _l("Comment"),
    "name_display": _l("How the name is shown"),
    "subscribe": _l("Wants updates"),
    "tell_answer": _l("Wants to be told about answers"),
    "lang": _l("Language"),
    "signed_at": _l("Signed on"),
    "sheet": _l("Sheet"),
    "row": _l("Row on the sheet"),
    "state": _l("Whether it was counted"),
}
OUTCOME_LABELS = {
    "new": _l("new"),
    "held": _l("new, held for review"),
    "duplicate": _l("already signed"),
    "wrong": _l("with errors"),
    "left_out": _l("left out"),
}
OUTCOME_TAGS = {
    "new": "success",
    "held": "waiting",
    "duplicate": "muted",
    "wrong": "danger",
    "left_out": "muted",
}
# The reader of these messages types in a sheet. Someone else signed it.
MISSING_ON_PAPER = {
    "given_name": _l("Enter the first name."),
    "family_name": _l("Enter the last name."),
    "country": _l("Enter the country."),
    "postal_code": _l("Enter the postal code."),
    "comment": _l("The comment is missing."),
    "signed_at": _l("Enter the signing date."),
}
ROW_FAULTS = {
    UNCLOSED: _l(
        "A quotation mark in this row is not closed, so we read the rows below it as one cell."
    ),
    CUT_SHORT: _l("The file ends in the middle of this row."),
    TOO_MANY_CELLS: _l(
        "This row has more cells than the header row. We read a character in it as a separator."
    ),
}
FAULTS = {
    TOO_LONG: _l("This is too long. Make it shorter."),
    "formula": _l("Enter text in this cell, not a formula."),
    "tick": _l("Enter yes or no, or leave it empty."),
    "name_display": _l("Enter full, initials or not shown."),
    "lang": _l("Enter en, es or fr."),
    "country": _l("We do not recognize this country. Enter its name or two-letter code."),
    "date": _l("Enter a date, like 2026-11-25."),
    "date_too_old": _l("This date is too long ago. Check it."),
    "date_in_future": _l("This date is in the future. Check it."),
    "date_after_end": _l("This date is after the petition closed. Check it."),
    "choice": _l("Choose one of the answers."),
    "not_counted": _l("The file says that this signature was not counted."),
}
ROW_TOO_LONG = _l("A row of this file is too long. Check whether a quotation mark is missing.")
FILE_FAULTS = {
    "empty": _l("This file is empty. Choose another file."),
    "old_workbook": _l("This is an old Excel file (.xls). Save it as .xlsx or CSV."),
    "not_a_workbook": _l(
        "We cannot read this workbook. Save it again as .xlsx, without a password, or as CSV."
    ),
    "not_text": _l("Choose a CSV or XLSX file."),
    "too_many_rows": _l("The file has more than 50,000 rows. Split it into parts."),
    "row_too_long": ROW_TOO_LONG,
    "too_many_columns": _l("This file has too many columns for a list of people."),
    "too_large_unpacked": _l("This workbook is too large. Save only the sheet you need as CSV."),
}
MAX_LENGTHS = {
    "given_name": MAX_NAME_LENGTH,
    "family_name": MAX_NAME_LENGTH,
    "full_name": MAX_NAME_LENGTH,
    "comment": MAX_COMMENT_LENGTH,
}
DUPLICATE_LABELS = {
    "email": _l("Signed online"),
    "api": _l("Signed online"),
    "in_person": _l("Signed at a table"),
    "paper": _l("Already imported from paper"),
}


def fault_text(field: str, code: str) -> str:
    """Return a sentence that says what is wrong with a field."""
    name, _colon, detail = code.partition(":")
    if field == "row":
        return str(ROW_FAULTS[code])
    if name == "missing":
        return str(MISSING_ON_PAPER.get(field, MISSING_ANSWER))
    if name == "postal_code":
        example = postal_code_example(detail)
        if example:
            return _("Enter a postal code for this country, like %(example)s.", example=example)
        return _("Enter a postal code for this country.")
    if name == TOO_LONG and field in MAX_LENGTHS:
        return _("Use %(max)s characters or fewer.", max=MAX_LENGTHS[field])
    if field == "email" and name in ADDRESS_FAULTS:
        return str(ADDRESS_FAULTS[name])
    return str(FAULTS.get(name) or NAME_FAULTS[name])


def outcome_reason(outcome: str, reason: Mapping[str, Any]) -> str:
    """Return a sentence that says why a row has its outcome, or "" if that is obvious."""
    if outcome == "wrong":
        return " ".join(
            f"{_named(field)}{fault_text(field, code)}" for field, code in reason.items()
        )
    if outcome != "duplicate":
        return ""
    if "row" in reason:
        return _("The same person as in row %(row)s", row=reason["row"])
    if "meanwhile" in reason:
        return _("Signed during the import")
    label = str(DUPLICATE_LABELS[reason["evidence"]])
    return (
        _("%(how)s, waiting for confirmation", how=label) if reason["state"] == "pending" else label
    )


def _named(field: str) -> str:
    """Return the field's name as a prefix for its fault, or "" for a fault of the whole row."""
    return (
        ""
        if field == "row"
        else _("%(field)s: ", field=FIELD_LABELS.get(field, field.removeprefix(ANSWER_PREFIX)))
    )

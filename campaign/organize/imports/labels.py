"""Labels for the faults and fates of imported rows."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.imports.columns import ANSWER_PREFIX
from campaign.imports.tables import CUT_SHORT, TOO_MANY_CELLS, UNCLOSED
from campaign.imports.values import TOO_LONG
from campaign.signatures.fields import ADDRESS_FAULTS, NAME_FAULTS
from campaign.signatures.forms import MISSING_ANSWER
from campaign.signatures.limits import MAX_COMMENT_LENGTH, MAX_NAME_LENGTH
from campaign.text.postal_codes import postal_code_example

FIELD_WORDS = {
    "given_name": _l("First name"),
    "family_name": _l("Last name"),
    "full_name": _l("Whole name in one"),
    "email": _l("Email"),
    "country": _l("Country"),
    "postal_code": _l("Postal code"),
    "comment": _l("Comment"),
    "name_display": _l("How the name appears"),
    "subscribe": _l("News wanted"),
    "lang": _l("Language"),
    "signed_at": _l("Signed on"),
    "sheet": _l("Sheet"),
    "row": _l("Row on the sheet"),
    "state": _l("Whether it was counted"),
}
FATE_WORDS = {
    "new": _l("new"),
    "held": _l("new, held for a look"),
    "duplicate": _l("signed already"),
    "wrong": _l("wrong"),
    "left_out": _l("left out"),
}
FATE_TAGS = {
    "new": "sure",
    "held": "waiting",
    "duplicate": "quiet",
    "wrong": "grave",
    "left_out": "quiet",
}
# The reader of these messages types in a sheet; someone else signed it.
MISSING_ON_PAPER = {
    "given_name": _l("The name is missing."),
    "family_name": _l("The family name is missing."),
    "country": _l("The country is missing."),
    "postal_code": _l("The postal code is missing."),
    "comment": _l("The few words are missing."),
    "signed_at": _l("The day of signing is missing."),
}
ROW_FAULTS = {
    UNCLOSED: _l(
        "A quotation mark in this row is never closed: the rest of the file was read as one cell."
    ),
    CUT_SHORT: _l("The file breaks off in the middle of this row."),
    TOO_MANY_CELLS: _l(
        "This row has more cells than the heading: a sign in it was taken for the end of a cell."
    ),
}
FAULTS = {
    TOO_LONG: _l("This is too long. Make it shorter."),
    "formula": _l("This cell holds a formula, not words."),
    "tick": _l("Write yes or no, or leave it empty."),
    "name_display": _l("Write full, initials or counted."),
    "lang": _l("Write en, es or fr."),
    "country": _l("That is not a country that we know. Write its name or its two letters."),
    "date": _l("That is not a date. Write it as 2026-11-25."),
    "date_too_old": _l("That is too long ago to be right."),
    "date_in_future": _l("That day has not come yet."),
    "date_after_end": _l("That is after the petition’s end."),
    "choice": _l("That is none of the answers to choose from."),
    "not_counted": _l("The file says that this one was not counted."),
}
FILE_FAULTS = {
    "empty": _l("There is nothing in this file."),
    "old_workbook": _l("This is a workbook of the old kind (.xls). Save it as .xlsx or as CSV."),
    "not_a_workbook": _l(
        "This workbook cannot be read. Save it anew as .xlsx, without a password, or as CSV."
    ),
    "not_text": _l("This is neither a CSV file nor an XLSX workbook."),
    "too_many_rows": _l("There are more rows than 50,000. Cut the file in parts."),
    "too_many_columns": _l("There are more columns than a list of people can have."),
    "too_large_unpacked": _l(
        "This workbook is larger inside than we take. Save the one sheet that matters as CSV."
    ),
}
MAX_LENGTHS = {
    "given_name": MAX_NAME_LENGTH,
    "family_name": MAX_NAME_LENGTH,
    "full_name": MAX_NAME_LENGTH,
    "comment": MAX_COMMENT_LENGTH,
}
DUPLICATE_WORDS = {
    "email": _l("Signed online"),
    "api": _l("Signed online"),
    "in_person": _l("Signed at a table"),
    "paper": _l("Came in from paper before"),
}


def fault_in_words(field: str, code: str) -> str:
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
        return _("Use %(most)s characters or fewer.", most=MAX_LENGTHS[field])
    if field == "email" and name in ADDRESS_FAULTS:
        return str(ADDRESS_FAULTS[name])
    return str(FAULTS.get(name) or NAME_FAULTS[name])


def why_in_words(fate: str, why: Mapping[str, Any]) -> str:
    """Return a sentence that says why a row has its fate, or "" if that is obvious."""
    if fate == "wrong":
        return " ".join(
            f"{_named(field)}{fault_in_words(field, code)}" for field, code in why.items()
        )
    if fate != "duplicate":
        return ""
    if "row" in why:
        return _("The same person as in row %(row)s", row=why["row"])
    if "meanwhile" in why:
        return _("Signed while the batch came in")
    words = str(DUPLICATE_WORDS[why["evidence"]])
    return _("%(how)s, not confirmed yet", how=words) if why["state"] == "pending" else words


def _named(field: str) -> str:
    """Return the field's name as a prefix for its fault; "" for a fault of the whole row."""
    return (
        ""
        if field == "row"
        else _("%(field)s: ", field=FIELD_WORDS.get(field, field.removeprefix(ANSWER_PREFIX)))
    )

"""Signatures as lines of CSV, from the database to the reader one batch at a time."""

import csv
import io

from sqlalchemy import Text, cast, select

from campaign.extensions import db
from campaign.lib.formulas import neutralise
from campaign.petitions.models import Petition, PetitionVersion
from campaign.signatures.models import Signature

BATCH = 2000
STATES = {
    "counted": ("counted",),
    "pending": ("pending",),
    "held": ("held",),
    "withdrawn": ("withdrawn", "erased"),
    "all": None,
}
COLUMNS = (
    "number",
    "state",
    "evidence",
    "given_name",
    "family_name",
    "email",
    "country",
    "postal_code",
    "comment",
    "name_display",
    "subscribe",
    "lang",
    "source",
    "held_reason",
)
INSTANTS = ("created_at", "confirmed_at", "hatched_at")
HEADER = (*COLUMNS, "version", *INSTANTS)
# The petition's own questions come last, named as in the form.
ANSWER = "answers-{}"


def csv_lines(petition_id, state="counted"):
    """Yield the header, with a column for each of the petition's own questions, and then the signatures of a petition, oldest first.

    What is yielded are pairs of (text, how many signatures it holds).

    `state` is a key of STATES. Instants are ISO 8601 in UTC; a cell that a spreadsheet would run is made plain. Memory
    does not grow with the petition: rows come from a cursor that stays open at the server.
    """
    questions = _questions(petition_id)
    yield _lines([(*HEADER, *map(ANSWER.format, questions))]), 0
    rows = db.session.execute(_query(petition_id, STATES[state]).execution_options(yield_per=BATCH))
    for batch in rows.partitions():
        yield _lines(_line(row, questions) for row in batch), len(batch)


def _questions(petition_id):
    """Return the names of the questions that the petition asks and, after them, of those that it once asked and were answered."""
    asked = [question["name"] for question in db.session.scalar(select(Petition.questions).filter_by(id=petition_id))]
    answered = select(Signature.answers).where(
        Signature.petition_id == petition_id, cast(Signature.answers, Text) != "{}"
    )
    rows = db.session.scalars(answered.execution_options(yield_per=BATCH))
    return (*asked, *sorted({name for answers in rows for name in answers} - set(asked)))


def _line(row, questions):
    *facts, answers = row
    return [_cell(value) for value in (*facts, *map(answers.get, questions))]


def _query(petition_id, states):
    columns = [getattr(Signature, name) for name in COLUMNS]
    instants = [getattr(Signature, name) for name in INSTANTS]
    query = (
        select(*columns, PetitionVersion.number.label("version"), *instants, Signature.answers)
        .join(PetitionVersion, PetitionVersion.id == Signature.version_id)
        .where(Signature.petition_id == petition_id)
        .order_by(Signature.id)
    )
    return query if states is None else query.where(Signature.state.in_(states))


def _cell(value):
    if isinstance(value, str):
        return neutralise(value)
    if value is True or value is False:
        return "yes" if value else "no"
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value


def _lines(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

"""Read signatures for an export and write its file in pieces, in constant memory.

The database makes the text of each value.
"""

import json
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from sqlalchemy import Text, cast, func, select

from campaign.exports.columns import ANSWER, COLUMNS
from campaign.exports.delivery_columns import delivered_columns
from campaign.exports.formats import DOWNLOADS, FilePiece
from campaign.exports.models import Export
from campaign.exports.selection import EQUAL, STATES, Selection
from campaign.extensions import db
from campaign.petitions.models import Petition, PetitionVersion
from campaign.signatures.models import Signature

# Batches of this size stay in the CPU cache while they are turned from rows to columns and back.
# That is twice as fast as batches of 5,000.
BATCH_SIZE = 500
# Signatures that are read and written before progress is stored.
ROWS_PER_PIECE = 20_000


class SignatureTable:
    """The table for a Selection: its `header`, column `kinds`, and signatures in batches.

    A batch is a list of columns of equal length, with at most BATCH_SIZE signatures. `questions`
    are the petition's current questions, then former ones that were answered. They are looked up
    unless they are given.
    """

    def __init__(self, selection: Selection, questions: list[str] | None = None) -> None:
        self.selection = selection
        self._available = (
            delivered_columns(selection.petition_id) if selection.delivered else COLUMNS
        )
        self.column_names = [name for name in selection.columns if name != "answers"]
        asks = "answers" in selection.columns
        self.questions = (
            (_questions(selection.petition_id) if questions is None else questions) if asks else []
        )
        self.header = [*self.column_names, *map(ANSWER.format, self.questions)]
        self.kinds = [
            *(self._available[name].kind for name in self.column_names),
            *["text"] * len(self.questions),
        ]

    def total(self) -> int:
        """Return the number of selected signatures."""
        query = select(func.count()).select_from(Signature).where(*self._conditions())
        return db.session.scalar(query) or 0

    def last_id(self) -> int:
        """Return the id of the petition's newest signature, where an export started now ends."""
        return (
            db.session.scalar(
                select(func.max(Signature.id)).where(
                    Signature.petition_id == self.selection.petition_id
                )
            )
            or 0
        )

    def stream(self) -> Iterator[list[Sequence[Any]]]:
        """Yield batches from one server-side cursor."""
        for rows in self._rows(self._query(), yield_per=BATCH_SIZE).partitions():
            yield self._columns(rows)

    def after(
        self, after_id: int, last_id: int, limit: int
    ) -> tuple[int, list[list[Sequence[Any]]]]:
        """Return (last id, batches) of the next `limit` signatures by id. No batches at the end."""
        rows = self._rows(
            self._query().where(Signature.id > after_id, Signature.id <= last_id).limit(limit)
        ).all()
        batches = [
            self._columns(rows[at : at + BATCH_SIZE]) for at in range(0, len(rows), BATCH_SIZE)
        ]
        return (rows[-1].id if rows else last_id), batches

    @staticmethod
    def _rows(query: Any, **options: Any) -> Any:
        # The connection returns plain rows. We do not need the session's work for objects.
        return db.session.connection().execute(query, execution_options=options)

    def _query(self) -> Any:
        sources = [source for name in self.column_names for source in self._available[name].sources]
        if self.questions:
            sources.append(cast(Signature.answers, Text))
        query = select(Signature.id, *sources).where(*self._conditions()).order_by(Signature.id)
        return (
            query.join(PetitionVersion, PetitionVersion.id == Signature.version_id)
            if "version" in self.column_names
            else query
        )

    def _conditions(self) -> Iterator[Any]:
        selection = self.selection
        yield Signature.petition_id == selection.petition_id
        if (states := STATES[selection.state]) is not None:
            yield Signature.state.in_(states)
        yield from (
            getattr(Signature, name) == value
            for name in EQUAL
            if (value := getattr(selection, name))
        )
        if selection.subscribed:
            yield Signature.subscribe
        if selection.since:
            yield Signature.created_at >= selection.since
        if selection.until:
            yield Signature.created_at < selection.until

    def _columns(self, rows: Sequence[Any]) -> list[Sequence[Any]]:
        """Return query rows as a batch of columns."""
        _ids, *sources = zip(*rows, strict=True)
        values = iter(sources)
        columns: list[Sequence[Any]] = []
        for name in self.column_names:
            column = self._available[name]
            parts = [next(values) for _ in column.sources]
            columns.append(list(map(column.make, *parts)) if column.make else parts[0])
        if self.questions:
            columns += self._answers(next(values))
        return columns

    def _answers(self, texts: Sequence[str]) -> Iterator[list[Any]]:
        answers = [json.loads(text) if text != "{}" else {} for text in texts]
        return (
            [_answer_text(answer.get(question)) for answer in answers]
            for question in self.questions
        )


def table_of(export: Export) -> SignatureTable:
    """Return the table of an export in one of the DOWNLOADS."""
    return SignatureTable(Selection.from_json(export.choice))


def pieces_of_signatures(export: Export, table: SignatureTable) -> Generator[FilePiece, None, None]:
    """Yield the FilePieces of an export in one of the DOWNLOADS."""
    file_format = DOWNLOADS[export.kind](table.header, table.kinds, at=export.requested_at)
    after, last, done = 0, table.last_id(), 0
    yield FilePiece(file_format.begin(), done)
    while after < last:
        after, batches = table.after(after, last, ROWS_PER_PIECE)
        # Release the database connection while the bytes are sealed.
        db.session.rollback()
        done += sum(len(columns[0]) for columns in batches)
        yield FilePiece(b"".join(map(file_format.add, batches)), done)
    yield FilePiece(file_format.end(), done)


def _answer_text(answer: str | bool | None) -> str | None:
    """Return an answer as text; a checkbox is "yes" or "no"."""
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer


def _questions(petition_id: int) -> list[str]:
    current = [
        question["name"]
        for question in db.session.scalars(
            select(Petition.questions).filter_by(id=petition_id)
        ).one()
    ]
    answered = select(cast(Signature.answers, Text)).where(
        Signature.petition_id == petition_id, cast(Signature.answers, Text) != "{}"
    )
    rows = db.session.scalars(answered.execution_options(yield_per=BATCH_SIZE))
    return [
        *current,
        *sorted({name for answers in rows for name in json.loads(answers)} - set(current)),
    ]

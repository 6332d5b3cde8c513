"""Print runs of sheets, batches of imported rows, and the row behind each signature."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.versioned import Versioned
from campaign.extensions import Base, RowId, one_of
from campaign.imports.sheet_numbers import serial
from campaign.notices.models import NOT_RECORDED, Notice
from campaign.petitions.models import Petition
from campaign.process.clock import UtcDateTime, utcnow

PAPERS = ("A4", "Letter")
KINDS = ("typed", "file")
STATES = ("open", "imported", "undone", "dropped")
# Larger batches take longer than someone should wait for a page, so the worker carries them out.
MAX_IN_ONE_SITTING = 2000
OUTCOMES = ("new", "held", "duplicate", "wrong", "left_out")


class PrintRun(Base):
    """Sheets printed together, numbered from 1 to `sheets`.

    `consent_text` is the consent text printed on them, and `notice_id` the privacy notice that it
    sums up, which is printed before them.
    """

    __tablename__ = "print_run"
    __table_args__ = (
        one_of("paper", PAPERS),
        CheckConstraint("sheets > 0", name="sheets"),
        Index("ix_print_run_petition_id", "petition_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("petition_version.id"))
    lang: Mapped[str] = mapped_column(String(35))
    paper: Mapped[str] = mapped_column(String(8))
    sheets: Mapped[int] = mapped_column(SmallInteger)
    consent_text: Mapped[str] = mapped_column(Text)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    petition: Mapped[Petition] = relationship()
    notice: Mapped[Notice] = relationship()

    def serial(self, number: int) -> str:
        return serial(self.id, number)

    @property
    def serials(self) -> list[str]:
        return [self.serial(number) for number in range(1, self.sheets + 1)]


class ImportBatch(Versioned, Base):
    """Rows imported together, from a file or from one sheet that was typed.

    While a batch is `open`, its rows hold the data entered. Closing the batch erases that data.
    `consent_text` is the consent text of the sheets, and `version_id` the petition text printed on
    them. `notice_id` is the privacy notice printed with our sheets. For other sheets it is the
    notice with the consent text, once the batch is accepted. `country` and `signed_on` are defaults
    for rows that leave them out.

    For a file, `header` lists the column names if it has a heading, and `mapping` gives the field
    of each column by its index. `checked_at` is when outcomes were last decided, and `counts` is
    the number of rows by outcome.

    `accepted_at` is when the whole batch was accepted for import. `imported_at` is set to that
    same instant once the last row is imported. An `undone` or `dropped` batch without `closed_at`
    is still being removed. A file whose rows are still being stored counts as dropped, and opens
    with its last row.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        Index("ix_import_batch_petition_id", "petition_id"),
        Index("ix_import_batch_state", "state", "changed_at"),
        Index("ix_import_batch_sheet", "sheet"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("petition_version.id"))
    organizer_id: Mapped[int | None] = mapped_column(ForeignKey("organizer.id"))
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="open")
    name: Mapped[str] = mapped_column(String(120), default="")
    sheet: Mapped[str] = mapped_column(String(40), default="")
    lang: Mapped[str] = mapped_column(String(35))
    country: Mapped[str] = mapped_column(String(2), default="")
    signed_on: Mapped[date | None] = mapped_column(Date)
    day_first: Mapped[bool] = mapped_column(Boolean, default=True)
    consent_text: Mapped[str] = mapped_column(Text, default="")
    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id"), default=NOT_RECORDED, server_default=str(NOT_RECORDED)
    )
    header: Mapped[list[Any]] = mapped_column(JSON, default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    file_format: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    petition: Mapped[Petition] = relationship()

    def count(self, outcome: str) -> int:
        return cast(int, self.counts.get(outcome, 0))

    @property
    def columns(self) -> dict[int, str]:
        """The mapping with integer keys, because JSON turns them into strings."""
        return {int(index): field for index, field in self.mapping.items()}

    @property
    def is_large(self) -> bool:
        """Whether the worker imports and removes this batch from its first row on."""
        return self.rows > MAX_IN_ONE_SITTING

    @property
    def is_arriving(self) -> bool:
        """Whether the batch is accepted but not completely imported yet."""
        return self.state == "open" and self.accepted_at is not None

    @property
    def is_leaving(self) -> bool:
        """Whether the batch is undone but not completely removed yet."""
        return self.state == "undone" and self.closed_at is None

    @property
    def is_open(self) -> bool:
        """Whether the batch can still be changed."""
        return self.state == "open" and self.accepted_at is None

    @property
    def newcomers(self) -> int:
        return self.count("new") + self.count("held")


class ImportRow(Base):
    """A row of a batch; `row_number` is its number in the file or on the sheet.

    `cells` are the cells of the file. `typed` is {field: text} as typed or corrected. Both are
    erased when the row is imported or the batch is closed. `outcome_details` is {field: code} for a
    wrong row, and describes the existing signature for a duplicate. `signature_id` is the signature
    created from the row. `sheet` and `sheet_row` are its position on paper.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint(
            "outcome in ('', 'new', 'held', 'duplicate', 'wrong', 'left_out')", name="outcome"
        ),
        Index("ix_import_row_outcome", "batch_id", "outcome", "place"),
        Index("ix_import_row_signature_id", "signature_id"),
    )

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True
    )
    row_number: Mapped[int] = mapped_column("place", Integer, primary_key=True, autoincrement=False)
    cells: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    typed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error_code: Mapped[str] = mapped_column(String(20), default="")
    left_out: Mapped[bool] = mapped_column(Boolean, default=False)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    outcome_details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sheet: Mapped[str] = mapped_column(String(40), default="")
    sheet_row: Mapped[str] = mapped_column(String(20), default="")
    signature_id: Mapped[int | None] = mapped_column(
        ForeignKey("signature.id", ondelete="SET NULL")
    )


# Importing a row erases its content, so a row with content is still waiting.
WAITS = ImportRow.cells.is_not(None) | ImportRow.typed.is_not(None)

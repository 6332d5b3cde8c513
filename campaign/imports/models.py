"""Sheets that were printed, and what came in from paper: batches, and the row behind each signature."""

from datetime import date, datetime

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

from campaign.db.constraints import one_of
from campaign.extensions import RowId, db
from campaign.imports.sheet_numbers import serial
from campaign.petitions.models import Petition
from campaign.process.clock import UtcDateTime, utcnow

PAPERS = ("A4", "Letter")
KINDS = ("typed", "file")
STATES = ("open", "imported", "undone", "dropped")
# More rows than these take longer than somebody should wait for a page: the worker carries out what was settled of them.
AT_ONE_SITTING = 2000
FATES = ("new", "held", "duplicate", "wrong", "left_out")


class PrintRun(db.Model):
    """Sheets that were printed together: `sheets` of them, numbered from 1; `wording` is what they ask consent to."""

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
    lang: Mapped[str] = mapped_column(String(2))
    paper: Mapped[str] = mapped_column(String(8))
    sheets: Mapped[int] = mapped_column(SmallInteger)
    wording: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    petition: Mapped[Petition] = relationship()

    def serial(self, number):
        return serial(self.id, number)

    @property
    def serials(self):
        return [self.serial(number) for number in range(1, self.sheets + 1)]


class ImportBatch(db.Model):
    """Rows that came in together, of a file or of one sheet that was typed.

    While it is `open` its rows hold what was written; whatever closes it erases that. `changed_at` tells two who work on it
    apart. `wording` is what the sheets asked consent to, `version_id` the text that they bore; `country` and `signed_on` stand
    for what rows leave out. Of a file `header` are the names of its columns, where it has a heading, and `mapping` the field of
    each by its place. `checked_at` is when fates were last decided, and `counts` how many rows have each. At `accepted_at` it was
    settled that all of it comes in, `imported_at` says when that was, once the last row is in. What is `undone` or `dropped`
    without a `closed_at` is still going; a file whose rows are still being kept counts as dropped, and opens with the last.
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
    lang: Mapped[str] = mapped_column(String(2))
    country: Mapped[str] = mapped_column(String(2), default="")
    signed_on: Mapped[date | None] = mapped_column(Date)
    day_first: Mapped[bool] = mapped_column(Boolean, default=True)
    wording: Mapped[str] = mapped_column(Text, default="")
    header: Mapped[list] = mapped_column(JSON, default=list)
    mapping: Mapped[dict] = mapped_column(JSON, default=dict)
    read_as: Mapped[dict] = mapped_column(JSON, default=dict)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    petition: Mapped[Petition] = relationship()

    def count(self, fate):
        return self.counts.get(fate, 0)

    @property
    def columns(self):
        """The mapping by number, as rows are read by it."""
        return {int(place): field for place, field in self.mapping.items()}

    @property
    def is_large(self):
        """Whether the worker carries out what is settled of it, from the first row on."""
        return self.rows > AT_ONE_SITTING

    @property
    def is_arriving(self):
        """Whether it is settled that it comes in, and not all of it is in yet."""
        return self.state == "open" and self.accepted_at is not None

    @property
    def is_leaving(self):
        """Whether it is undone, and not all of it is out yet."""
        return self.state == "undone" and self.closed_at is None

    @property
    def is_open(self):
        """Whether it can still be changed."""
        return self.state == "open" and self.accepted_at is None

    @property
    def newcomers(self):
        return self.count("new") + self.count("held")


class ImportRow(db.Model):
    """A row of a batch by its number in the file or on the sheet.

    `cells` are those of the file, `typed` what was typed or mended by field; both are erased when the batch closes. `why` says
    of a wrong row {field: code}, of a duplicate whose it is. `signature_id` is the signature that it became, `sheet` and
    `sheet_row` say where on paper that stands.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint(
            "fate in ('', 'new', 'held', 'duplicate', 'wrong', 'left_out')", name="fate"
        ),
        Index("ix_import_row_fate", "batch_id", "fate", "place"),
        Index("ix_import_row_signature_id", "signature_id"),
    )

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cells: Mapped[list | None] = mapped_column(JSON(none_as_null=True))
    typed: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[str] = mapped_column(String(20), default="")
    left_out: Mapped[bool] = mapped_column(Boolean, default=False)
    fate: Mapped[str] = mapped_column(String(12), default="")
    why: Mapped[dict] = mapped_column(JSON, default=dict)
    sheet: Mapped[str] = mapped_column(String(40), default="")
    sheet_row: Mapped[str] = mapped_column(String(20), default="")
    signature_id: Mapped[int | None] = mapped_column(
        ForeignKey("signature.id", ondelete="SET NULL")
    )


# A row is emptied as it comes in.
WAITS = ImportRow.cells.is_not(None) | ImportRow.typed.is_not(None)

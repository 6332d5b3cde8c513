"""What the tables of emails to many people have in common."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import RowId
from campaign.process.clock import UtcDateTime

RUNNING = ("planned", "sending")
UNFINISHED = (*RUNNING, "paused")
OVER = ("stopped", "done")


class BulkEmail:
    """Mixin for a row that says how far the sending of one email to many people is.

    Its `state` is one of UNFINISHED or OVER, or `draft` before it begins. Its job goes through the
    readers in the order of their ids. `reached_id` is the last one it handled. `counts` is the
    final report. It is saved because the outbox is swept.
    """

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str]
    reached_id: Mapped[int] = mapped_column(RowId, default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @property
    def is_over(self) -> bool:
        """Whether nobody else will get it."""
        return self.state in OVER


class BulkReceipt:
    """Mixin for a row that says that one address got its email, at most one for each address.

    It is written in the transaction that enqueues the email. `reader_id` is a bare id, so a receipt
    outlives its reader. Queued emails contain the id of a receipt, so ids must never be reused
    (`sqlite_autoincrement`).
    """

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    bulk_email_id: Mapped[int]
    reader_id: Mapped[int]
    email_digest: Mapped[bytes] = mapped_column(LargeBinary(32))

"""Move receipts to a person's new address, so that queued emails arrive and none comes twice."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import aliased

from campaign.extensions import db
from campaign.mail.bulk.models import BulkReceipt


def move_receipts_of(
    receipts: type[BulkReceipt],
    *conditions: ColumnElement[bool],
    readers: Select[Any],
    old_digest: bytes,
    new_digest: bytes,
) -> None:
    """Give the receipts of `readers`, a query of ids, the new digest in place of the old one.

    A receipt stays as it is if the new address has one for the same email already.
    """
    table: Any = receipts
    other: Any = aliased(receipts)
    has_receipt = (
        select(other.id)
        .where(other.bulk_email_id == table.bulk_email_id, other.email_digest == new_digest)
        .exists()
    )
    db.session.execute(
        update(table)
        .where(
            *conditions,
            table.email_digest == old_digest,
            table.reader_id.in_(readers),
            ~has_receipt,
        )
        .values(email_digest=new_digest)
        .execution_options(synchronize_session=False)
    )

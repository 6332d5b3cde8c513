"""What happens to batches with time: nothing that people wrote lies about."""

from sqlalchemy import select

from campaign.accounts.audit import WORKER, record
from campaign.extensions import db
from campaign.imports.models import ImportBatch
from campaign.imports.operations import KEPT, drop


def forget(*, now):
    """Drop the open batches that nobody has touched for KEPT, with all that was written in them; return how many."""
    query = select(ImportBatch).where(ImportBatch.state == "open", ImportBatch.changed_at < now - KEPT)
    old = db.session.scalars(query.limit(20).with_for_update(skip_locked=True)).all()
    for batch in old:
        drop(batch_id=batch.id, now=now)
        record(WORKER, "imports.drop", subject=("import", batch.id), cause_id=batch.cause_id)
    return len(old)

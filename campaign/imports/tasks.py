"""What happens to batches with time: what was accepted comes in, and nothing that people wrote lies about."""

from datetime import timedelta

from sqlalchemy import select

from campaign.accounts.audit import WORKER, record
from campaign.extensions import db
from campaign.imports.bringing_in import carry_in
from campaign.imports.deciding import decide
from campaign.imports.models import ImportBatch
from campaign.imports.operations import KEPT, drop
from campaign.imports.queries import checker_for, items_of

# Whoever accepted a batch brings it in at once; by then they were stopped.
PATIENCE = timedelta(minutes=2)


def go_on(write, *, now):
    """Bring in what was accepted and then left in the middle, part by part; return how many batches."""
    query = select(ImportBatch).where(ImportBatch.state == "open", ImportBatch.accepted_at < now - PATIENCE)
    left = db.session.scalars(query).all()
    for batch in left:
        checker = checker_for(batch, now)
        if checker:
            carry_in(write, batch.id, decide(checker, items_of(batch, waiting=True)))
    return len(left)


def forget(*, now):
    """Drop the open batches that nobody has touched for KEPT, with all that was written in them; return how many."""
    forgotten = (ImportBatch.state == "open", ImportBatch.accepted_at.is_(None), ImportBatch.changed_at < now - KEPT)
    old = db.session.scalars(select(ImportBatch).where(*forgotten).limit(20).with_for_update(skip_locked=True)).all()
    for batch in old:
        drop(batch_id=batch.id, now=now)
        record(WORKER, "imports.drop", subject=("import", batch.id), cause_id=batch.cause_id)
    return len(old)

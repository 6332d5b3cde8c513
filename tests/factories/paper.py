"""Create signatures from paper to test with."""

from campaign.extensions import db, write
from campaign.imports.classification import classify
from campaign.imports.commit import accept, import_in_parts
from campaign.imports.create import build_batch, open_file, store_file
from campaign.imports.files import read_file
from campaign.imports.operations import JOB
from campaign.imports.queries import batch_by_id, checker_for, items_of, remembered_columns
from campaign.imports.rollback import remove_in_parts, undo
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from tests.factories.jobs import run_jobs

HEADER = "given_name,family_name,email,country,postal_code,signed_at,sheet,row"


def csv_of(*lines, header=HEADER):
    """Return the bytes of a CSV file with these lines."""
    return "\n".join((header, *lines, "")).encode()


def begin(petition, data, name="list.csv", organizer_id=None, **settings):
    """Save the rows of a file, committed, and return the open batch."""
    current = petition_by_id(petition.id)
    batch = build_batch(
        petition=current,
        organizer_id=organizer_id,
        name=name,
        table=read_file(data),
        lang="en",
        remembered=remembered_columns(current.cause_id),
        **{"signed_on": utcnow().date(), **settings},
    )
    stored = store_file(write, batch=batch, table=read_file(data))
    return write(open_file, batch_id=stored.id, version=stored.version)


def outcomes_of(batch):
    """Return the ClassifiedRow of a batch's rows as they are now."""
    db.session.rollback()
    batch = batch_by_id(batch.id)
    return classify(checker_for(batch, utcnow()), items_of(batch))


def bring(batch):
    """Commit a batch and return it."""
    return bring_decided(batch, outcomes_of(batch), version=batch_by_id(batch.id).version)


def bring_decided(batch, decided, *, version=None):
    """Commit a batch as it was decided before."""
    write(accept, batch_id=batch.id, version=version, decided=decided, now=utcnow())
    return import_in_parts(write, batch.id, decided)


def withdraw_and_erase(batch):
    """Undo a batch, committed, and return how many signatures that removed."""
    write(undo, batch_id=batch.id)
    return remove_in_parts(write, batch.id)


def finish_rest(now=None):
    """Let the worker finish what is left of batches and return how many jobs that took."""
    return run_jobs(JOB, now=now)

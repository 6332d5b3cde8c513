"""Tests of large batches in short transactions, and of batches cut short.

A batch that was cut short is finished or deleted.
"""

import pytest
from sqlalchemy import func, select

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.imports import create, rollback
from campaign.imports.commit import accept, import_in_parts
from campaign.imports.create import build_batch, open_file, store_file
from campaign.imports.files import read_file
from campaign.imports.models import ImportBatch, ImportRow
from campaign.imports.operations import STOPPED_AFTER, drop, store_outcomes
from campaign.imports.queries import batch_by_id, batches_among
from campaign.imports.rollback import NothingToUndo, erase_rows, remove_in_parts, undo
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.queries import differences
from tests.factories.paper import begin, bring, csv_of, finish_rest, outcomes_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, hatch_now, sign
from tests.power_cuts import stopped_after

pytestmark = pytest.mark.both_databases

MANY = 2_400
# A thousand rows are updated with their result, which counts twice.
MAX_CHANGES = 2_500


@pytest.fixture
def petition(app):
    return make_petition()


def people(many):
    return csv_of(*(f"Ana{n},Torres,a{n}@correo.mx,MX,{n:05},,S1,{n}" for n in range(many)))


def batch_of(petition, table):
    return build_batch(
        petition=petition,
        organizer_id=None,
        name="a.csv",
        table=table,
        lang="en",
        signed_on=utcnow().date(),
    )


def counted(*where, of=ImportRow):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(of).where(*where))


class SigningWrite:
    """A `write` that lets a person sign between any two transactions.

    `sizes` are the rows that each changed, where SQLite reports them.
    """

    def __init__(self, petition):
        self.petition, self.sizes, self.signed = petition, [], []

    def __call__(self, operation, *arguments):
        outcome = write(self.measured, operation, *arguments)
        email = f"amalia.{len(self.signed)}@rosales.example"
        self.signed.append(sign(self.petition, {**AMALIA, "email": email}))
        return outcome

    def measured(self, operation, *arguments):
        file = db.session.connection().connection.dbapi_connection
        before = getattr(file, "total_changes", 0)
        outcome = operation(*arguments)
        db.session.flush()
        self.sizes.append(getattr(file, "total_changes", 0) - before)
        return outcome


@pytest.mark.slow
def test_signer_waits_for_at_most_one_part_of_a_large_batch(petition):
    signing_write, table = SigningWrite(petition), read_file(people(MANY))
    batch = batch_of(petition, table)
    stored = store_file(signing_write, batch=batch, table=table)
    opened = signing_write(lambda: open_file(batch_id=stored.id, version=stored.version))
    decided = outcomes_of(opened)
    store_outcomes(signing_write, batch_id=opened.id, version=None, decided=decided, now=utcnow())
    signing_write(lambda: accept(batch_id=opened.id, version=None, decided=decided, now=utcnow()))
    assert import_in_parts(signing_write, opened.id, decided).newcomers == MANY
    hatch_now()
    signing_write(lambda: undo(batch_id=opened.id))
    assert remove_in_parts(signing_write, opened.id) == MANY
    hatch_now()
    assert differences() == []
    assert max(signing_write.sizes) <= MAX_CHANGES
    assert len(signing_write.signed) == len(signing_write.sizes) > 3 * MANY // 1000
    assert counted(
        Signature.id.in_(signing_write.signed), Signature.state == "pending", of=Signature
    ) == len(signing_write.signed)


@pytest.fixture
def cut_short(petition, monkeypatch):
    """The table of a file of five, two of whose rows were saved before the power went."""
    monkeypatch.setattr(create, "BATCH_SIZE", 2)
    table = read_file(people(4))
    batch = batch_of(petition, table)
    with pytest.raises(RuntimeError):
        store_file(stopped_after(2), batch=batch, table=table)
    return db.session.scalar(select(ImportBatch).order_by(ImportBatch.id.desc()))


def test_file_cut_short_is_never_visible_and_leaves_nothing(cut_short):
    assert (batches_among(None), counted(), cut_short.is_open) == ([], 2, False)
    assert (finish_rest(), counted()) == (0, 2)
    later = utcnow() + 2 * STOPPED_AFTER
    assert (finish_rest(later), finish_rest(later), counted()) == (1, 0, 0)


def test_upload_stalled_until_its_rows_were_erased_keeps_no_half_file(cut_short):
    seen = cut_short.version
    erase_rows(write, cut_short.id)
    with pytest.raises(EditConflict):
        write(open_file, batch_id=cut_short.id, version=seen)
    assert batch_by_id(cut_short.id).state == "dropped"


def test_undo_left_in_the_middle_is_finished_and_erased(petition, monkeypatch):
    monkeypatch.setattr(rollback, "BATCH_SIZE", 2)
    batch = bring(begin(petition, people(5)))
    hatch_now()
    write(undo, batch_id=batch.id)
    with pytest.raises(RuntimeError):
        remove_in_parts(stopped_after(1), batch.id)
    hatch_now()
    assert counted(Signature.number.is_not(None), of=Signature) == 3
    assert batch_by_id(batch.id).is_leaving
    with pytest.raises(NothingToUndo):
        write(undo, batch_id=batch.id)
    later = utcnow() + 2 * STOPPED_AFTER
    assert (finish_rest(), finish_rest(later), finish_rest(later)) == (
        0,
        1,
        0,
    )
    hatch_now()
    assert differences() == []
    assert counted(Signature.number.is_not(None), of=Signature) == 0
    assert counted(Signature.email.is_not(None), of=Signature) == 0
    assert counted(Signature.state == "withdrawn", of=Signature) == 5
    assert not batch_by_id(batch.id).is_leaving


def test_discard_left_in_the_middle_is_erased(petition, monkeypatch):
    monkeypatch.setattr(rollback, "BATCH_SIZE", 2)
    batch = begin(petition, people(5))
    write(drop, batch_id=batch.id)
    with pytest.raises(RuntimeError):
        erase_rows(stopped_after(1), batch.id)
    assert counted() == 4
    assert (finish_rest(utcnow() + 2 * STOPPED_AFTER), counted()) == (1, 0)

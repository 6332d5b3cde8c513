"""Keeping the index of signatures up to date: the worker adds what was signed, and reads again what changed.

Signing does not wait for the index, so new signatures are added about a minute later; until then they are found by reading them.
Triggers remove a signature's words from the index as soon as they change, or the signature is deleted.
"""

from time import monotonic

from sqlalchemy import delete, func, select

from campaign.db.insertion import insert
from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.search_index import READ, drop_words, indexed_upto, put_words
from campaign.signatures.search_models import LookupDue, LookupProgress

BATCH = 1000
# A signature may be committed after one with a higher number. No transaction of ours takes this long.
SETTLE_SECONDS = 60


class LookupKeeper:
    """Extends the index to signatures that are older than `settle` seconds. `holder` names this process."""

    def __init__(self, write, *, holder, settle=SETTLE_SECONDS):
        self._write, self._holder, self._settle = write, holder, settle
        self._seen, self._settled = None, 0

    def keep(self):
        """Do one batch; return how many signatures were read."""
        self._look()
        if not (_changes_wait() or indexed_upto() < self._settled):
            return 0
        return self._write(index_batch, upto=self._settled, holder=self._holder, now=utcnow())

    def _look(self):
        """Remember the newest id, and when it was seen first; what was the newest `settle` seconds ago is settled."""
        if self._seen is None or monotonic() - self._seen[0] >= self._settle:
            newest = db.session.scalar(select(func.max(Signature.id))) or 0
            self._settled = newest if not self._settle else self._seen[1] if self._seen else 0
            self._seen = (monotonic(), newest)


def index_batch(*, upto, holder, now, limit=BATCH):
    """Read again up to `limit` signatures that changed, and add as many new ones up to the id `upto`; return how many."""
    if not take_lease("lookup", holder=holder, now=now):
        return 0
    last_id = indexed_upto()
    changed = _take_changes(last_id, limit)
    new = _read(Signature.id > last_id, Signature.id <= upto, limit=limit)
    drop_words([row.id for row in new])
    put_words([row for row in new if row.given_name])
    if last_id < upto:
        _advance(new[-1].id if len(new) == limit else upto)
    return changed + len(new)


def _take_changes(last_id, limit):
    taken = select(LookupDue.signature_id).order_by(LookupDue.signature_id).limit(limit)
    ids = db.session.scalars(
        delete(LookupDue).where(LookupDue.signature_id.in_(taken)).returning(LookupDue.signature_id)
    ).all()
    # Those behind the end of the index are added when it gets there.
    rows = _read(Signature.id.in_(ids), Signature.id <= last_id, limit=limit)
    drop_words(ids)
    put_words([row for row in rows if row.given_name])
    return len(ids)


def _read(*conditions, limit):
    # Nobody deletes them before they are in the index, from which a deletion removes them.
    query = select(*READ).where(*conditions).order_by(Signature.id).limit(limit)
    return db.session.execute(query.with_for_update(read=True, key_share=True)).all()


def _changes_wait():
    return db.session.scalar(select(LookupDue.signature_id).limit(1)) is not None


def _advance(last_id):
    statement = insert(LookupProgress).values(id=1, last_id=last_id)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"last_id": last_id})
    )

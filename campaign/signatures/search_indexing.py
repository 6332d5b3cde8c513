"""Keep the search index of signatures up to date. The worker does it in batches.

Signing does not wait for the index, so new signatures are added about a minute later. Until then
searches read the signatures themselves. Triggers remove a signature from the index as soon as its
text changes or it is deleted.
"""

from datetime import datetime
from time import monotonic

from sqlalchemy import delete, func, select

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.jobs.operations import take_lease
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature
from campaign.signatures.search_index import READ, drop_words, indexed_upto, put_words
from campaign.signatures.search_models import LookupDue, LookupProgress

BATCH = 1000
# A signature may be committed after one with a higher id. None of our transactions takes this long.
SETTLE_SECONDS = 60


class LookupKeeper:
    """Extend the index to signatures older than `settle` seconds. `holder` names this process."""

    def __init__(self, write, *, holder, settle=SETTLE_SECONDS):
        self._write, self._holder, self._settle = write, holder, settle
        self._seen, self._settled = None, 0

    def keep(self) -> int:
        """Index one batch; return how many signatures were read."""
        self._look()
        if not (_changes_wait() or indexed_upto() < self._settled):
            return 0
        return self._write(index_batch, upto=self._settled, holder=self._holder, now=utcnow())

    def _look(self) -> None:
        """Remember the newest id and when it was first seen.

        The id that was newest `settle` seconds ago is safe to index up to.
        """
        if self._seen is None or monotonic() - self._seen[0] >= self._settle:
            newest = db.session.scalar(select(func.max(Signature.id))) or 0
            self._settled = newest if not self._settle else self._seen[1] if self._seen else 0
            self._seen = (monotonic(), newest)


def index_batch(*, upto: int, holder: str, now: datetime, limit: int = BATCH) -> int:
    """Index up to `limit` changed signatures, and as many new ones up to the id `upto`.

    Return how many signatures were read.
    """
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


def _take_changes(last_id: int, limit: int) -> int:
    taken = select(LookupDue.signature_id).order_by(LookupDue.signature_id).limit(limit)
    ids = db.session.scalars(
        delete(LookupDue).where(LookupDue.signature_id.in_(taken)).returning(LookupDue.signature_id)
    ).all()
    # Signatures beyond the end of the index are added when it gets there.
    rows = _read(Signature.id.in_(ids), Signature.id <= last_id, limit=limit)
    drop_words(ids)
    put_words([row for row in rows if row.given_name])
    return len(ids)


def _read(*conditions, limit):
    # Locked, so that no one deletes them before they are indexed. A later deletion removes them
    # from the index.
    query = select(*READ).where(*conditions).order_by(Signature.id).limit(limit)
    return db.session.execute(query.with_for_update(read=True, key_share=True)).all()


def _changes_wait() -> bool:
    return db.session.scalar(select(LookupDue.signature_id).limit(1)) is not None


def _advance(last_id: int) -> None:
    statement = insert(LookupProgress).values(id=1, last_id=last_id)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"last_id": last_id})
    )

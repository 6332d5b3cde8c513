"""How much of one kiosk is kept sealed for review, so that a stolen one fills neither the disk nor the queue."""

from functools import cached_property

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.kiosk.models import IN_REVIEW, KioskRecord

MAX_ROWS = 5_000
MAX_BYTES = 20_000_000


class Room:
    """What is left for the sealed records of a kiosk; the database is asked only once something is to be kept."""

    def __init__(self, kiosk):
        self._kiosk = kiosk

    def takes(self, record):
        """Return whether an Opened record can be kept sealed, and count it where it can.

        Of a revoked kiosk, what nobody can read is kept only for as many records as it had told of before it was revoked.
        """
        fits = self._rows < MAX_ROWS and self._bytes + len(record.sealed) <= MAX_BYTES
        if not record.is_readable and self._kiosk.revoked_at:
            fits = fits and self._unreadable > 0
        if fits:
            self._rows += 1
            self._bytes += len(record.sealed)
            self._unreadable -= not record.is_readable
        return fits

    @cached_property
    def _kept(self):
        """How many records are kept sealed, and of how many bytes."""
        size = func.coalesce(func.sum(func.length(KioskRecord.sealed)), 0)
        here = (KioskRecord.kiosk_id == self._kiosk.id, IN_REVIEW, KioskRecord.sealed.is_not(None))
        return db.session.execute(select(func.count(), size).where(*here)).one()

    @cached_property
    def _rows(self):
        return self._kept[0]

    @cached_property
    def _bytes(self):
        return self._kept[1]

    @cached_property
    def _unreadable(self):
        """How many records it has told of that have not arrived."""
        arrived = select(func.count()).where(KioskRecord.kiosk_id == self._kiosk.id)
        return self._kiosk.last_sequence - db.session.scalar(arrived)

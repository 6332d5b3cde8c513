"""The quota for a kiosk's sealed records, so a stolen one cannot fill the disk or queue."""

from functools import cached_property

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.kiosk.models import IN_REVIEW, Kiosk, KioskRecord
from campaign.kiosk.records.opened import Opened

MAX_ROWS = 5_000
MAX_BYTES = 20_000_000


class ReviewQuota:
    """What is left of a kiosk's quota. It reads the database only when a record is to be kept."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk

    def accepts(self, record: Opened) -> bool:
        """Return whether an Opened record fits into the quota, and count it if it does.

        A revoked kiosk may add unreadable records only up to the number that it had reported
        before it was revoked.
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
    def _stored(self) -> tuple[int, int]:
        """The number of sealed records, and their total size in bytes."""
        size = func.coalesce(func.sum(func.length(KioskRecord.sealed)), 0)
        conditions = (
            KioskRecord.kiosk_id == self._kiosk.id,
            IN_REVIEW,
            KioskRecord.sealed.is_not(None),
        )
        rows, total = db.session.execute(select(func.count(), size).where(*conditions)).one()
        return rows, total

    @cached_property
    def _rows(self) -> int:
        return self._stored[0]

    @cached_property
    def _bytes(self) -> int:
        return self._stored[1]

    @cached_property
    def _unreadable(self) -> int:
        """How many reported records have not arrived."""
        arrived = select(func.count()).where(KioskRecord.kiosk_id == self._kiosk.id)
        return self._kiosk.last_sequence - db.session.scalars(arrived).one()

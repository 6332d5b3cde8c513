"""The life cycle of updates."""

from datetime import datetime

from campaign.accounts.audit import record_planned
from campaign.extensions import load_for_update
from campaign.publishing.life_cycle import LifeCycle
from campaign.updates.models import Update
from campaign.updates.operations import require_ready


class UpdateLifeCycle(LifeCycle[Update]):
    """Draft or published.

    A published update is public from its `publish_at` on. So it is scheduled by publishing it with
    a time ahead, and nothing has to be done at that time.
    """

    model = Update
    subject = "updates"
    operations = ("withdraw",)

    def require_ready(self, row: Update, now: datetime) -> None:
        """Raise UpdateNotReady."""
        require_ready(row)

    def publish(self, *, row_id: int, now: datetime, zone: str = "") -> Update:
        """Publish the update now. If it is public already, its time stays. Raise UpdateNotReady.

        `zone` is the time zone in which its time is shown to organizers.
        """
        row = load_for_update(self.model, row_id)
        self.require_ready(row, now)
        if row.phase(now) != "public":
            row.publish_at = now
        row.state = "published"
        row.time_zone = zone or row.time_zone
        self._changed(row, now)
        return row

    def schedule(self, *, row_id: int, at: datetime, zone: str, now: datetime) -> Update:
        """Publish the update from `at` on. Raise UpdateNotReady.

        For an update that is published already, this changes its time.
        """
        row = load_for_update(self.model, row_id)
        self.require_ready(row, now)
        row.state, row.publish_at = "published", at
        row.time_zone = zone or row.time_zone
        self._changed(row, now)
        return row

    def withdraw(self, *, row_id: int, now: datetime) -> Update:
        """Turn the update into a draft again.

        Its page is gone until it is published again. Emails that are not sent yet stay unsent.
        """
        row = load_for_update(self.model, row_id)
        row.state, row.publish_at = "draft", None
        self._changed(row, now)
        return row


update_life_cycle = UpdateLifeCycle(record_planned=record_planned)

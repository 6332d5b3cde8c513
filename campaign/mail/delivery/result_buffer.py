"""Collect the results of claimed messages, so that one transaction writes many."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from campaign.db.transactions import Write
from campaign.extensions import database_now
from campaign.mail import operations
from campaign.monitoring.metrics import note_email

MAX_RESULTS = 100
MAX_SECONDS = 0.2


class ResultBuffer:
    """Results that are not written yet: at most MAX_RESULTS, for at most MAX_SECONDS.

    If the process dies before it writes them, their messages are sent again once the lock ends,
    except those that `write` marked as begun. `handled` counts the messages, without those that
    were released untried. After a write, `on_written` gets the ids of its messages.
    """

    def __init__(self, write: Write, *, on_written: Callable[[Collection[int]], object]) -> None:
        self._write = write
        self._on_written = on_written
        self._sent: list[int] = []
        self._released: list[int] = []
        self._others: list[Callable[[datetime], Any]] = []
        self._ids: set[int] = set()
        self._since = monotonic()
        self.handled = 0

    @property
    def ids(self) -> Collection[int]:
        """The messages whose results are not written yet."""
        return self._ids

    def sent(self, email_id: int) -> None:
        """Note that the mail server accepted the message."""
        self._sent.append(email_id)
        self._ids.add(email_id)
        self.handled += 1
        note_email("sent")

    def released(self, email_id: int) -> None:
        """Note that the message was not tried."""
        self._released.append(email_id)
        self._ids.add(email_id)

    def dropped(self, email_id: int, *, reason: str = "") -> None:
        """Note that the message is given up."""
        self._drop(email_id, reason)
        note_email("dropped")

    def reschedule(self, email_id: int, *, error: str) -> None:
        """Note that the message failed, and is tried again later."""
        self._note(email_id, lambda now: operations.reschedule(email_id, error=error, now=now))
        note_email("retried")

    def wait(self, email_id: int, *, until: datetime, reason: str) -> None:
        """Note that the message was not tried, and waits until a time, such as the next day."""
        self._note(
            email_id, lambda _now: operations.wait_until(email_id, until=until, reason=reason)
        )
        note_email("delayed")

    def wait_seconds(self, email_id: int, seconds: float, *, reason: str) -> None:
        """Note that the message was not tried, and waits for some seconds."""
        delay = timedelta(seconds=seconds)
        self._note(
            email_id, lambda now: operations.wait_until(email_id, until=now + delay, reason=reason)
        )
        note_email("delayed")

    def refused(self, email_id: int, *, digest: bytes | None, reason: str) -> None:
        """Note that the message's address accepts no email."""
        if digest is not None:
            self._others.append(
                lambda now: operations.refuse_address(digest, reason=reason, now=now)
            )
        self._drop(email_id, reason)
        note_email("refused")

    def seconds_left(self) -> float:
        """Return how many seconds the noted results may still wait."""
        return max(0.0, self._since + MAX_SECONDS - monotonic())

    def write_if_due(self) -> None:
        """Write the noted results if they are many, or old."""
        if len(self._sent) + len(self._others) >= MAX_RESULTS or not self.seconds_left():
            self.write()

    def write(self, *, begin: Collection[int] = ()) -> None:
        """Write all noted results in one transaction. If it fails, they stay noted.

        Mark the messages `begin` in the same transaction, because they are about to be sent.
        """
        if self._ids or begin:
            # Ask for the time before the transaction, which uses its own connection.
            self._write(
                _write_results, self._sent, self._released, self._others, begin, now=database_now()
            )
        written, self._ids = self._ids, set()
        self._sent, self._released, self._others = [], [], []
        self._since = monotonic()
        self._on_written(written)

    def _note(self, email_id: int, operation: Callable[[datetime], Any]) -> None:
        self._others.append(operation)
        self._ids.add(email_id)
        self.handled += 1

    def _drop(self, email_id: int, reason: str) -> None:
        self._note(email_id, lambda _now: operations.drop([email_id], reason=reason))


def _write_results(
    sent: list[int],
    released: list[int],
    others: list[Callable[[datetime], Any]],
    begin: Collection[int],
    *,
    now: datetime,
) -> None:
    if sent:
        operations.mark_sent(sent, now=now)
    if released:
        operations.release(released)
    for operation in others:
        operation(now)
    if begin:
        operations.begin(begin)

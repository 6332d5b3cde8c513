"""Render bulk emails: what they share is read once for all emails of a pass.

A queued email waits in the outbox while its sending is paused, or while what it is about is not
public. It must not be dropped, because its receipt keeps the reader from getting another one.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

from flask import g
from sqlalchemy import select

from campaign.extensions import db
from campaign.mail.bulk.models import BulkEmail, BulkReceipt
from campaign.mail.bulk.sending import SENDING_WAITS, BulkSender
from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import NotNow

# Resuming and stopping end the wait at once. Otherwise we look again after this long.
WAIT_SECONDS = 300

Value = TypeVar("Value")
Email = TypeVar("Email", bound=BulkEmail)


class Reader(Protocol):
    """A row of a person who gets emails."""

    @property
    def id(self) -> int:
        """Its id."""


Person = TypeVar("Person", bound=Reader)


def once_per_pass(name: str, key: Hashable, make: Callable[[], Value]) -> Value:
    """Return what `make` returns. It is called once for each `key` in a pass of the worker."""
    values: dict[Any, Any] = g.setdefault("values_of_pass", {})
    if (name, key) not in values:
        values[name, key] = make()
    return cast(Value, values[name, key])


def sending_waits() -> NotNow:
    """Return what a renderer raises while a bulk email may not be sent."""
    return NotNow(WAIT_SECONDS, SENDING_WAITS)


class ReadersOfPass(Generic[Person]):
    """The people who may get an email at this moment, read with few queries for a whole pass.

    `read` gets ids, and returns those people among them. `name` keeps caches of several kinds of
    people apart.
    """

    def __init__(self, name: str, read: Callable[[Collection[int]], Sequence[Person]]) -> None:
        self._name, self._read = name, read

    def load(self, ids: Collection[int]) -> None:
        """Read these people, for many emails at once."""
        readers = self._loaded()
        readers.update(dict.fromkeys(ids))
        readers.update((reader.id, reader) for reader in self._read(ids))

    def get(self, reader_id: int) -> Person | None:
        """Return the person with this id, or None if they must get no email."""
        readers = self._loaded()
        if reader_id in readers:
            return readers[reader_id]
        return next(iter(self._read([reader_id])), None)

    def _loaded(self) -> dict[int, Person | None]:
        return cast(
            "dict[int, Person | None]",
            g.setdefault("readers_of_pass", {}).setdefault(self._name, {}),
        )


class BulkRenderer(Generic[Email, Person]):
    """Renders the emails of a BulkSender.

    `compose` writes the email of a row to a reader, or returns None if they must no longer get
    it. It raises `sending_waits()` if nobody may get it now. `load_more` reads what else it needs,
    for many receipts at once.
    """

    def __init__(
        self,
        sender: BulkSender[Email],
        *,
        readers: ReadersOfPass[Person],
        compose: Callable[[Email, Person, BulkReceipt], Message | None],
        load_more: Callable[[Sequence[BulkReceipt]], object] | None = None,
    ) -> None:
        self._sender, self._readers = sender, readers
        self._compose, self._load_more = compose, load_more

    def load(self, receipt_ids: Collection[int]) -> Sequence[BulkReceipt]:
        """Read these receipts and their readers, for many emails at once."""
        model = self._sender.receipts
        receipts = db.session.scalars(select(model).where(model.id.in_(receipt_ids))).all()
        self._readers.load([receipt.reader_id for receipt in receipts])
        if self._load_more:
            self._load_more(receipts)
        return receipts

    def render(self, message: OutboxRow) -> Message | None:
        """Return the email to one reader, or None if it must no longer be sent.

        Raise NotNow while the sending is paused, or what it is about is not public.
        """
        receipt = db.session.get(self._sender.receipts, message.subject_id)
        row = self.row_of(receipt) if receipt else None
        if receipt is None or row is None or row.state == "stopped":
            return None
        if row.state == "paused":
            raise sending_waits()
        reader = self._readers.get(receipt.reader_id)
        return self._compose(row, reader, receipt) if reader else None

    def row_of(self, receipt: BulkReceipt) -> Email | None:
        """Return the bulk email of this receipt, as it was when the pass began."""
        model, row_id = self._sender.model, receipt.bulk_email_id
        return once_per_pass(
            model.__name__, row_id, lambda: db.session.get(model, row_id, populate_existing=True)
        )

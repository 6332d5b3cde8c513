"""What belongs to a mailbox: each package registers its part, and how it moves to another one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, Self, cast

from flask import Flask, current_app

from campaign.text.email_addresses import is_same_address


class Mailbox(NamedTuple):
    """An email address as it is written, and the digest of its canonical form.

    All ways to write an address share the digest, but they may belong to different people. So
    everything of a mailbox has its digest and exactly its address.
    """

    email: str
    digest: bytes

    @classmethod
    def of(cls, row: Any) -> Self:
        """Return the mailbox of a row with `email` and `email_digest`, such as a Signature."""
        return cls(row.email, row.email_digest)

    def owns(self, email: str | None, digest: bytes | None) -> bool:
        """Return whether a row with this address and digest belongs to the mailbox."""
        return digest == self.digest and is_same_address(email, self.email)


class Move(Protocol):
    """Moves a package's rows from one mailbox to another, in the caller's transaction."""

    def __call__(self, old: Mailbox, new: Mailbox, *, now: datetime) -> None:
        """Move what belongs to `old`. Without such rows, change nothing."""
        ...


def _nothing(_mailbox: Mailbox) -> int:
    return 0


def _no_lang(_mailbox: Mailbox) -> str:
    return ""


def _is_not(_mailbox: Mailbox) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPart:
    """What one package keeps for a mailbox.

    `name` is the key of its count on pages. `count` returns how many rows would move. `lang`
    returns the language of the newest one, or an empty text. `is_neutral` returns whether the
    emails to this mailbox must not show who sends them.
    """

    name: str
    move: Move
    count: Callable[[Mailbox], int] = _nothing
    lang: Callable[[Mailbox], str] = _no_lang
    is_neutral: Callable[[Mailbox], bool] = _is_not


def init_app(app: Flask) -> None:
    """Begin without any part."""
    app.extensions["mailbox_parts"] = []


def register_mailbox_part(app: Flask, part: MailboxPart) -> None:
    """Add a part. Parts move in the order in which they are registered."""
    app.extensions["mailbox_parts"].append(part)


def mailbox_parts() -> list[MailboxPart]:
    """Return all parts, in the order in which they move."""
    return cast("list[MailboxPart]", current_app.extensions["mailbox_parts"])


def counts_of(mailbox: Mailbox) -> dict[str, int]:
    """Return how much belongs to a mailbox, by the name of the part."""
    return {part.name: part.count(mailbox) for part in mailbox_parts()}


def lang_of(mailbox: Mailbox) -> str:
    """Return the language that the reader of a mailbox uses, or an empty text.

    The last part with one decides. Those are signatures, because anyone with a personal link can
    change the language of subscriptions.
    """
    return next(filter(None, (part.lang(mailbox) for part in reversed(mailbox_parts()))), "")


def is_neutral(mailbox: Mailbox) -> bool:
    """Return whether emails to this mailbox must not show who sends them."""
    return any(part.is_neutral(mailbox) for part in mailbox_parts())

"""The results of sending an email, and what a mail server's refusal means."""

import re
from dataclasses import dataclass

# Enhanced status codes (RFC 3463) with which the receiving side says that the address itself is
# permanently wrong.
BAD_ADDRESS = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.0", "5.2.1")
BAD_ADDRESS_REPLIES = (550, 551, 553)

# With a bare 550 many servers mean that they reject *us*. That must never mark a supporter's
# address as bad.
ABOUT_US = re.compile(
    r"relay|auth|denied|polic|block|spam|reputation|sender|rate|limit|quota|full", re.IGNORECASE
)
# With this, a receiving server asks us to send fewer emails to its domain. A full mailbox (4.2.2)
# and greylisting say nothing about other emails.
TOO_MANY = re.compile(
    r"too (?:many|fast|much)|\brate\b|rate.?limit|throttl|slow(?:ing)? down", re.IGNORECASE
)
ABOUT_MAILBOX = "4.2.2"
# The mail server that we talk to ends the session, which says nothing about the receiving domain.
CLOSING = 421
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Delivered:
    """The server accepted the email."""


@dataclass(frozen=True)
class Refused:
    """The address accepts no email and never will."""

    reason: str


@dataclass(frozen=True)
class TryLater:
    """The server did not accept this email now.

    `server_unavailable` is true if the next email would probably fail too. `is_too_many` is true if
    the receiving domain wants fewer emails.
    """

    reason: str
    server_unavailable: bool = False
    is_too_many: bool = False


@dataclass(frozen=True)
class Unreachable:
    """The server accepts nothing from us now: no connection, or it refuses our login or sender.

    This says nothing about the email, which was not tried.
    """

    reason: str


def classify(code: int, reply: bytes) -> Refused | TryLater:
    """Return what the server's negative reply about one recipient or email means.

    `reply` is its text in bytes. Only a reply that says the address is wrong is Refused.
    After any other permanent refusal the email waits, because our operator must fix the cause.
    It may be a policy, a block list, or a relay that does not know us. The reason keeps only the
    codes, because servers often repeat names and addresses.
    """
    text = reply.decode("utf-8", "replace")
    enhanced = ENHANCED.match(text)
    status = enhanced.group(1) if enhanced else ""
    reason = f"{code} {status}".strip()
    if _address_is_wrong(code, status, text):
        return Refused(reason)
    is_too_many = CLOSING < code < 500 and status != ABOUT_MAILBOX and bool(TOO_MANY.search(text))
    return TryLater(reason, is_too_many=is_too_many)


def _address_is_wrong(code: int, status: str, text: str) -> bool:
    if code < 500:
        return False
    if status:
        return status in BAD_ADDRESS
    return code in BAD_ADDRESS_REPLIES and not ABOUT_US.search(text)

"""What became of handing a message over, and how a mail server's refusal is to be read."""

import re
from dataclasses import dataclass

# Enhanced status codes (RFC 3463) by which the receiving side says that the address itself is wrong, for good.
BAD_ADDRESS = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.0", "5.2.1")
BAD_ADDRESS_REPLIES = (550, 551, 553)

# Many servers say with a bare 550 that they do not like *us*; that must never cost a supporter their address.
ABOUT_US = re.compile(
    r"relay|auth|denied|polic|block|spam|reputation|sender|rate|limit|quota|full", re.IGNORECASE
)
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Delivered:
    """The server has taken the message."""


@dataclass(frozen=True)
class Refused:
    """The address takes no mail and never will."""

    reason: str


@dataclass(frozen=True)
class TryLater:
    """Not this message now; `server_ails` where the next one would hardly fare better."""

    reason: str
    server_ails: bool = False


@dataclass(frozen=True)
class Unreachable:
    """The server takes nothing from us at present: unreachable, or it refuses our login or our sender.

    Says nothing about the message, which has not been tried.
    """

    reason: str


def judge(code, answer):
    """Read the server's negative reply about one recipient or one message: Refused or TryLater.

    `answer` is the reply's text in bytes. Only what says that the address is wrong is Refused. Other permanent refusals
    (a policy, a block list, a relay that does not know us) are our operator's to mend, so the message waits.
    The reason keeps only the codes, for servers like to repeat names and addresses.
    """
    text = answer.decode("utf-8", "replace")
    enhanced = ENHANCED.match(text)
    status = enhanced.group(1) if enhanced else ""
    reason = f"{code} {status}".strip()
    return Refused(reason) if _address_is_wrong(code, status, text) else TryLater(reason)


def _address_is_wrong(code, status, text):
    if code < 500:
        return False
    if status:
        return status in BAD_ADDRESS
    return code in BAD_ADDRESS_REPLIES and not ABOUT_US.search(text)

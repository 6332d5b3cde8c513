"""Read what mail servers send back: delivery reports (RFC 3464) and complaints (RFC 5965)."""

import email
import logging
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any

from campaign.mail.smtp.replies import BAD_ADDRESS

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
FAILED = "failed"
# Where mail servers note the address that an email was delivered to.
RECEIVED_AT = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
# The feedback types of a complaint about an unwanted mailing.
ABUSE = ("abuse", "fraud", "not-spam-opt-out", "opt-out")

log = logging.getLogger("campaign.mail")


@dataclass(frozen=True)
class Bounce:
    """What happened to an email sent to `email`.

    `kind` is `hard` (no such address), `soft` (anything else) or `complaint`. `reason` contains no
    address. `message_id` and `sent_to` identify the reported email and the address in its header,
    as the report gives them. Anyone can write a report, so neither is trusted without proof (see
    `message_ids`). `returned_to` are the addresses that the report came to, and the sender of the
    reported email.
    """

    email: str
    kind: str
    reason: str
    message_id: str = ""
    sent_to: str = ""
    returned_to: tuple[str, ...] = ()


def read_bounces(path: str | Path) -> Iterator[tuple[str, list[Bounce]]]:
    """Yield (message name, its Bounces) for every message at `path`.

    `path` is a Maildir, an mbox file, an .eml file, or a folder of .eml files.
    """
    for name, content in _messages(Path(path)):
        yield name, _read(name, content)


def _read(name: str, content: bytes) -> list[Bounce]:
    try:
        return list(bounces_in(email.message_from_bytes(content, policy=default)))
    except Exception as error:
        # The library raises many kinds of errors on malformed input. One bad message must not hide
        # those after it.
        log.warning("%s cannot be read: %s", name, type(error).__name__)
        return []


def bounces_in(message: EmailMessage) -> Iterator[Bounce]:
    """Yield the Bounces that `message` reports, or nothing if it is not a report."""
    original = _original(message)
    sent: dict[str, Any] = {
        "message_id": str(original.get("Message-ID", "")) if original else "",
        "sent_to": parseaddr(str(original["To"]))[1] if original and original["To"] else "",
        "returned_to": tuple(_returned_to(message, original)),
    }
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            yield from _delivery_report(part, sent)
        elif part.get_content_type() == "message/feedback-report":
            yield from _complaint(part, sent)


def _returned_to(message: EmailMessage, original: Any) -> Iterator[str]:
    for name in RECEIVED_AT:
        yield from (address for _, address in getaddresses(map(str, message.get_all(name, []))))
    if original and original["From"]:
        yield parseaddr(str(original["From"]))[1]


def _delivery_report(part: EmailMessage, sent: dict[str, Any]) -> Iterator[Bounce]:
    blocks: Any = part.get_payload()
    for fields in blocks if isinstance(blocks, list) else ():
        if str(fields.get("Action", "")).strip().lower() != FAILED:
            continue
        address = _recipient(fields.get("Original-Recipient")) or _recipient(
            fields.get("Final-Recipient")
        )
        match = STATUS.search(str(fields.get("Status", "")))
        status = match.group(1) if match else ""
        # As for direct SMTP replies, only a status about the address itself may mark the address as
        # bad.
        if address:
            yield Bounce(address, "hard" if status in BAD_ADDRESS else "soft", status, **sent)


def _complaint(part: EmailMessage, sent: dict[str, Any]) -> Iterator[Bounce]:
    fields = _fields(part)
    kind = str(fields.get("Feedback-Type", "")).strip().lower()
    address = _recipient(fields.get("Original-Rcpt-To")) or sent["sent_to"]
    if kind in ABUSE and address:
        yield Bounce(address.strip("<>"), "complaint", kind, **sent)


def _fields(part: EmailMessage) -> Any:
    payload: Any = part.get_payload()
    if isinstance(payload, list):
        return payload[0]
    return email.message_from_string(payload, policy=default)


def _recipient(value: object) -> str:
    """Return the address in a field such as `rfc822; ana@example.org`."""
    return str(value).rpartition(";")[2].strip().strip("<>") if value else ""


def _original(message: EmailMessage) -> Any:
    """Return the reported email or its headers, or None if the report has neither."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            return part.get_payload(0)
        if part.get_content_type() == "text/rfc822-headers":
            return email.message_from_string(part.get_content(), policy=default)
    return None


def _messages(path: Path) -> Iterator[tuple[str, bytes]]:
    box: Any
    if path.is_dir() and (path / "cur").is_dir():
        box = mailbox.Maildir(path, create=False)
        yield from ((key, box.get_bytes(key)) for key in sorted(box.keys()))
    elif path.is_dir():
        yield from ((file.name, file.read_bytes()) for file in sorted(path.glob("*.eml")))
    elif path.suffix == ".eml":
        yield path.name, path.read_bytes()
    else:
        box = mailbox.mbox(path, create=False)
        yield from ((f"message {key + 1}", box.get_bytes(key)) for key in box.iterkeys())

"""Reading what mail servers send back: delivery reports (RFC 3464) and complaints (RFC 5965)."""

import email
import logging
import mailbox
import re
from dataclasses import dataclass
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from campaign.mail.smtp_replies import BAD_ADDRESS

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
FAILED = "failed"
# What a mailing that nobody asked for is told by.
ABUSE = ("abuse", "fraud", "not-spam-opt-out", "opt-out")

log = logging.getLogger("campaign.mail")


@dataclass(frozen=True)
class Bounce:
    """What became of a message to `email`: `hard` (no such address), `soft` (anything else) or `complaint`.

    `reason` has no address in it. `message_id` is that of the message reported on, as the report has it, and `sent_to` the
    address in its header: anybody can write a report, so neither is believed without proof (see `message_ids`).
    """

    email: str
    kind: str
    reason: str
    message_id: str = ""
    sent_to: str = ""


def read_bounces(path):
    """Yield (name of the message, its Bounces) of a Maildir, an mbox file, an .eml file, or a folder of these."""
    for name, content in _messages(Path(path)):
        yield name, _read(name, content)


def _read(name, content):
    try:
        return list(bounces_in(email.message_from_bytes(content, policy=default)))
    except Exception as error:
        # The library fails in many ways over what is malformed; one such message must not hide those behind it.
        log.warning("%s cannot be read: %s", name, type(error).__name__)
        return []


def bounces_in(message):
    """Yield the Bounces that an EmailMessage reports; nothing where it is no report."""
    original = _original(message)
    told = {
        "message_id": str(original.get("Message-ID", "")) if original else "",
        "sent_to": parseaddr(str(original["To"]))[1] if original and original["To"] else "",
    }
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            yield from _delivery_report(part, told)
        elif part.get_content_type() == "message/feedback-report":
            yield from _complaint(part, told)


def _delivery_report(part, told):
    blocks = part.get_payload()
    for fields in blocks if isinstance(blocks, list) else ():
        if str(fields.get("Action", "")).strip().lower() != FAILED:
            continue
        address = _recipient(fields.get("Original-Recipient")) or _recipient(
            fields.get("Final-Recipient")
        )
        found = STATUS.search(str(fields.get("Status", "")))
        status = found.group(1) if found else ""
        # As at hand-over: only what says that the address itself is wrong may cost somebody their address.
        if address:
            yield Bounce(address, "hard" if status in BAD_ADDRESS else "soft", status, **told)


def _complaint(part, told):
    fields = _fields(part)
    kind = str(fields.get("Feedback-Type", "")).strip().lower()
    address = _recipient(fields.get("Original-Rcpt-To")) or told["sent_to"]
    if kind in ABUSE and address:
        yield Bounce(address.strip("<>"), "complaint", kind, **told)


def _fields(part):
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0]
    return email.message_from_string(payload, policy=default)


def _recipient(value):
    """Return the address in a field such as `rfc822; somebody@example.org`."""
    return str(value).rpartition(";")[2].strip().strip("<>") if value else ""


def _original(message):
    """Return the letter that is reported on, or its headers, or None where the report has neither."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            return part.get_payload(0)
        if part.get_content_type() == "text/rfc822-headers":
            return email.message_from_string(part.get_content(), policy=default)
    return None


def _messages(path):
    if path.is_dir() and (path / "cur").is_dir():
        box = mailbox.Maildir(path, create=False)
        yield from ((key, box.get_bytes(key)) for key in sorted(box.keys()))
    elif path.is_dir():
        yield from ((file.name, file.read_bytes()) for file in sorted(path.glob("*.eml")))
    elif path.suffix == ".eml":
        yield path.name, path.read_bytes()
    else:
        box = mailbox.mbox(path, create=False)
        yield from ((f"message {key + 1}", box.get_bytes(key)) for key in box.keys())

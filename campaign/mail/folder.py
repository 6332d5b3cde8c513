"""The development mailbox: the folder that emails are written to when no mail server is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, cast

PAGE_SIZE = 50
NAME = re.compile(r"(\d{8}T\d{6}\.\d{6})-\d+\.eml", re.ASCII)


@dataclass(frozen=True)
class StoredEmail:
    """An email in the folder. `text` and `html` are empty in lists."""

    name: str
    subject: str
    to: str
    from_: str
    at: datetime
    headers: dict[str, str]
    text: str = ""
    html: str = ""


def folder_of(settings: Mapping[str, Any]) -> Path:
    """Return the folder that emails are written to: `mail` inside VAR_DIR."""
    return Path(settings["VAR_DIR"]) / "mail"


def email_names(folder: Path) -> list[str]:
    """Return the file names of all emails, newest first."""
    if not folder.is_dir():
        return []
    return sorted(
        (path.name for path in folder.iterdir() if NAME.fullmatch(path.name)), reverse=True
    )


def page_of(folder: Path, page: int) -> tuple[list[StoredEmail], bool]:
    """Return the emails on a page (1, 2, …, newest first), and whether there are older ones.

    A page has 50 emails.
    """
    names = email_names(folder)
    first = (page - 1) * PAGE_SIZE
    parser = BytesHeaderParser(policy=policy.default)
    emails = []
    for name in names[first : first + PAGE_SIZE]:
        with (folder / name).open("rb") as file:
            emails.append(_stored_email(name, parser.parse(file)))
    return emails, len(names) > first + PAGE_SIZE


def load_email(folder: Path, name: str) -> StoredEmail | None:
    """Return the whole email called `name`, or None. No name can reach outside the folder."""
    path = folder / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    email = message_from_bytes(path.read_bytes(), policy=policy.default)
    text, html = (email.get_body([kind]) for kind in ("plain", "html"))
    return _stored_email(
        name,
        email,
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
    )


def _stored_email(name: str, email: Message, **bodies: str) -> StoredEmail:
    match = cast(re.Match[str], NAME.fullmatch(name))
    written_at = datetime.fromisoformat(match.group(1))
    return StoredEmail(
        name=name,
        subject=email["Subject"] or "",
        to=email["To"] or "",
        from_=email["From"] or "",
        at=written_at.replace(tzinfo=UTC),
        headers={key: str(value) for key, value in email.items()},
        **bodies,
    )

"""What a check of the installation found."""

from typing import Literal, NamedTuple

State = Literal["ok", "warning", "wrong"]


class Finding(NamedTuple):
    """The result of one check. `fix` says what to do, and is empty if all is well."""

    subject: str
    state: State
    text: str
    fix: str = ""


def ok(subject: str, text: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(subject, "ok", text)


def warning(subject: str, text: str, fix: str) -> Finding:
    """Return a finding about something that should be improved, or could not be checked."""
    return Finding(subject, "warning", text, fix)


def wrong(subject: str, text: str, fix: str) -> Finding:
    """Return a finding about something that does not work."""
    return Finding(subject, "wrong", text, fix)

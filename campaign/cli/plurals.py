"""Numbers with an English noun, for the output of commands. Pages use translations instead."""


def numbered(count: int, noun: str) -> str:
    """Return "1 signature" or "2 signatures"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

"""Numbers with their noun in English, for what commands say; pages have their translations."""


def numbered(count, noun):
    """Return "1 signature" or "2 signatures"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

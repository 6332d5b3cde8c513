"""Usual paper sizes: Letter in North America, A4 everywhere else."""

LETTER_COUNTRIES = {"CA", "MX", "US"}


def usual_paper(country: str) -> str:
    """Return "Letter" or "A4" for a country (ISO 3166 alpha-2)."""
    return "Letter" if country in LETTER_COUNTRIES else "A4"

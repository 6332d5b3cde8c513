"""The paper that the site prints on."""

from campaign.site.settings import site_settings

US_LETTER_COUNTRIES = {"CA", "MX", "US"}


def default_paper(country: str) -> str:
    """Return "Letter" or "A4" for a country (ISO 3166 alpha-2)."""
    return "Letter" if country in US_LETTER_COUNTRIES else "A4"


def site_paper() -> str:
    """Return the paper that is usual in the site's first country: "Letter" or "A4"."""
    return default_paper(next(iter(site_settings().first_countries), ""))

"""Structured data (schema.org) of an update, for search engines."""

from typing import Any

from campaign.updates.presenters import UpdatePage

SCHEMA = "https://schema.org"


def structured(
    shown: UpdatePage, url: str, picture_url: str, publisher: dict[str, Any]
) -> dict[str, Any]:
    """Return JSON-LD of the UpdatePage `shown` at `url` as a dict."""
    data = {
        "@context": SCHEMA,
        "@type": "NewsArticle",
        "headline": shown.title[:110],
        "description": shown.summary,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": shown.published_at.isoformat(timespec="seconds"),
        "dateModified": max(shown.changed_at, shown.published_at).isoformat(timespec="seconds"),
        "inLanguage": shown.lang,
        "image": [picture_url],
        "author": {"@type": "Organization", "name": shown.cause},
        "publisher": publisher,
    }
    return {name: value for name, value in data.items() if value}

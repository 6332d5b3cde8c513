"""An update in the words of schema.org, for search engines."""

SCHEMA = "https://schema.org"


def structured(shown, url, picture_url):
    """Return the UpdatePage `shown` at `url` as a dict for JSON-LD."""
    words = {
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
        "publisher": {"@type": "Organization", "name": shown.cause},
    }
    return {name: value for name, value in words.items() if value}

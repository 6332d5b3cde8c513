"""The cache of signing terms, and the privacy notice that belongs to them.

They are cached for a second: in a rush, thousands of requests a minute need one row. `queries`
reads them.
"""

from datetime import datetime
from functools import partial

from flask import Flask, current_app

from campaign.notices.composition import ComposedNotice, compose_notice
from campaign.petitions.kinds import kind_of
from campaign.petitions.queries import SigningTerms, signing_terms
from campaign.process.ttl_cache import TtlCache

CACHE_SECONDS = 1
MAX_TERMS = 1000


def init_app(app: Flask) -> None:
    """Turn the cache on in serving processes. Elsewhere, as in tests, always ask the database."""
    app.extensions["recent_terms"] = TtlCache(
        CACHE_SECONDS if app.config.get("SERVING") else 0, max_entries=MAX_TERMS
    )


def recent_terms(slug: str, *, now: datetime, version: int | None = None) -> SigningTerms | None:
    """Return the SigningTerms as `signing_terms` does, up to a second old.

    Code that writes must check again what matters.
    """
    cache: TtlCache[tuple[str, int | None], SigningTerms] = current_app.extensions["recent_terms"]
    return cache.get((slug, version), partial(signing_terms, slug, now=now, version=version))


def notice_of_terms(terms: SigningTerms, lang: str) -> ComposedNotice:
    """Return the privacy notice that a form under these terms shows now."""
    return compose_notice(
        kind_of(terms.action_kind).notice,
        organisation_id=terms.organisation_id,
        lang=lang,
        days=terms.retention_days,
    )

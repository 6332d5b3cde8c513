"""A one-second cache of signing terms: in a rush, thousands of requests a minute need one row."""

from datetime import datetime
from time import monotonic

from flask import Flask, current_app

from campaign.petitions.queries import SigningTerms, signing_terms

SECONDS = 1
MAX_TERMS = 1000


def init_app(app: Flask) -> None:
    """Turn the cache on in serving processes. Elsewhere, as in tests, always ask the database."""
    app.extensions["recent_terms"] = SigningTermsCache(SECONDS if app.config.get("SERVING") else 0)


def recent_terms(slug: str, *, now: datetime, version: int | None = None) -> SigningTerms | None:
    """Return the SigningTerms as `signing_terms` does, up to a second old.

    Code that writes must check again what matters.
    """
    return current_app.extensions["recent_terms"].get(slug, now, version)


class SigningTermsCache:
    """A cache of SigningTerms by slug and version. Each entry is valid for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept = {}

    def get(self, slug: str, now: datetime, version: int | None) -> SigningTerms | None:
        """Return the cached terms, or load them and cache them."""
        key = (slug, version)
        born, terms = self._kept.get(key, (0, None))
        if terms is None or monotonic() - born >= self._seconds:
            terms = signing_terms(slug, now=now, version=version)
            self._keep(key, terms)
        return terms

    def _keep(self, key: tuple[str, int | None], terms: SigningTerms | None) -> None:
        if terms is None or not self._seconds:
            return
        if len(self._kept) >= MAX_TERMS:
            self._kept.clear()
        self._kept[key] = (monotonic(), terms)

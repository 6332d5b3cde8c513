"""The terms of signing, remembered for a moment: in a rush thousands a minute ask for the same row."""

from time import monotonic

from flask import current_app

from campaign.petitions.queries import signing_terms

SECONDS = 1
MAX_TERMS = 1000


def init_app(app):
    """Let a serving process remember; elsewhere, as in tests, each question goes to the database."""
    app.extensions["recent_terms"] = SigningTermsCache(SECONDS if app.config.get("SERVING") else 0)


def recent_terms(slug, *, now, version=None):
    """Return the SigningTerms as `signing_terms` does, up to a second old; whoever writes checks again what matters."""
    return current_app.extensions["recent_terms"].get(slug, now, version)


class SigningTermsCache:
    """The last terms by slug and version, good for so many seconds each."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._kept = {}

    def get(self, slug, now, version):
        key = (slug, version)
        born, terms = self._kept.get(key, (0, None))
        if terms is None or monotonic() - born >= self._seconds:
            terms = signing_terms(slug, now=now, version=version)
            self._keep(key, terms)
        return terms

    def _keep(self, key, terms):
        if terms is None or not self._seconds:
            return
        if len(self._kept) >= MAX_TERMS:
            self._kept.clear()
        self._kept[key] = (monotonic(), terms)

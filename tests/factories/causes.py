"""Causes to test with."""

from campaign.causes.operations import create_cause
from campaign.extensions import write

TEXTS = {
    "en": {"title": "Butterflies for the Valley", "summary": "A butterfly for every name."},
    "es": {"title": "Mariposas para el valle", "summary": "Una mariposa por cada nombre."},
}


def make_cause(slug="valley", *, updates=(), story="", **settings):
    """Create a cause, committed; `updates` and `story` stand in each of its languages."""
    texts = {
        lang: {**words, "updates": list(updates), "story": story}
        for lang, words in TEXTS.items()
    }
    return write(create_cause, slug=slug, texts=texts, **settings)

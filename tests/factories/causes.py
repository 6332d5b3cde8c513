"""Create causes to test with."""

from campaign.causes.operations import create_cause
from campaign.extensions import write

TEXTS = {
    "en": {"title": "Butterflies for the Valley", "summary": "A butterfly for every name."},
    "es": {"title": "Mariposas para el valle", "summary": "Una mariposa por cada nombre."},
}


def make_cause(slug="valley", *, story="", **settings):
    """Create a cause, committed, with its `story` in each of its languages."""
    texts = {lang: {**text, "story": story} for lang, text in TEXTS.items()}
    return write(create_cause, slug=slug, texts=texts, **settings)

"""Tests of choosing among the languages of a text."""

import pytest

from campaign.i18n.fallbacks import best_lang, best_of, fallbacks


def test_fallbacks_become_shorter():
    assert list(fallbacks("zh-Hant-TW")) == ["zh-Hant-TW", "zh-Hant", "zh"]


@pytest.mark.parametrize(
    ("available", "lang", "original", "best"),
    [
        (("en", "es", "es-MX"), "es-MX", "en", "es-MX"),
        (("en", "es"), "es-MX", "en", "es"),
        (("en", "es-AR"), "es-MX", "en", "es-AR"),
        (("fr", "en"), "es-MX", "en", "en"),
        (("fr", "de"), "es", "en", "fr"),
        ((), "es", "en", None),
    ],
)
def test_reader_gets_the_nearest_language(available, lang, original, best):
    assert best_lang(dict.fromkeys(available), lang, original) == best
    assert best_of({tag: tag for tag in available}, lang, original) == best

from datetime import date

import pytest

from campaign.i18n.long_dates import date_parts, long_date, short_date


@pytest.mark.parametrize(
    ("locale", "day", "pattern", "words"),
    [
        ("en_CA", 1, "long", "March 1, 2026"),
        ("es_MX", 1, "long", "1 de marzo de 2026"),
        ("fr_CA", 1, "long", "1er mars 2026"),
        ("fr_CA", 11, "long", "11 mars 2026"),
        ("fr_CA", 21, "long", "21 mars 2026"),
        ("fr_CA", 1, "EEEE d MMMM y", "dimanche 1er mars 2026"),
    ],
)
def test_french_uses_an_ordinal_only_for_the_first_of_a_month(locale, day, pattern, words):
    assert long_date(date(2026, 3, day), locale, pattern) == words


@pytest.mark.parametrize(
    ("locale", "day", "short", "parts"),
    [
        ("es_MX", 1, "1 dic 2026", "mar 1 de dic"),
        ("fr_CA", 1, "1er déc. 2026", "mar. 1er déc."),
        ("fr_CA", 11, "11 déc. 2026", "ven. 11 déc."),
    ],
)
def test_short_dates_use_the_ordinal_too(locale, day, short, parts):
    assert short_date(date(2026, 12, day), locale) == short
    assert date_parts(date(2026, 12, day), locale, "MMMEd").replace(",", "") == parts

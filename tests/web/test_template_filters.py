"""Tests of numbers, dates and times in the reader's format."""

from datetime import UTC, date, datetime

import pytest

from campaign.web.template_filters import (
    day,
    in_zone,
    iso,
    language_name,
    moment,
    number,
    size,
    unbroken,
    url_in_language,
)

DAY = date(2026, 9, 26)
INSTANT = datetime(2026, 9, 27, 1, 30, tzinfo=UTC)


def formatted(app, lang, filter_, *values):
    with app.test_request_context(f"/{lang}/"):
        return filter_(*values)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "12,408"), ("es", "12,408"), ("fr", "12\N{NBSP}408")]
)
def test_count_is_grouped_in_the_readers_format(app, lang, words):
    assert formatted(app, lang, number, 12408) == words


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "September 26, 2026"), ("es", "26 de septiembre de 2026"), ("fr", "26 septembre 2026")],
)
def test_date_is_written_in_words(app, lang, words):
    assert formatted(app, lang, day, DAY) == words


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "March 1, 2026"), ("es", "1 de marzo de 2026"), ("fr", "1er mars 2026")],
)
def test_french_uses_the_ordinal_for_the_first_of_a_month(app, lang, words):
    assert formatted(app, lang, day, date(2026, 3, 1)) == words
    assert "11" in formatted(app, lang, day, date(2026, 3, 11))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "September 26, 2026, 21:30 (Toronto)"),
        ("es", "26 de septiembre de 2026, 21:30 (Toronto)"),
        ("fr", "26 septembre 2026, 21\N{NBSP}h\N{NBSP}30 (Toronto)"),
    ],
)
def test_instant_is_shown_in_the_time_zone_of_the_campaign(app, lang, words):
    assert formatted(app, lang, moment, INSTANT) == words


@pytest.mark.parametrize(
    ("lang", "zone", "city"),
    [
        ("en", "America/Mexico_City", "Mexico City"),
        ("es", "America/Mexico_City", "Ciudad de México"),
        ("fr", "America/Mexico_City", "Mexico"),
        ("es", "America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("fr", "UTC", "UTC"),
    ],
)
def test_city_of_a_time_zone_is_in_the_language_of_the_reader(app, lang, zone, city):
    assert formatted(app, lang, in_zone, INSTANT, zone).endswith(f"({city})")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("0.4 kB", "72.6 kB", "6.3 MB")), ("fr", ("0,4 ko", "72,6 ko", "6,3 Mo"))],
)
def test_file_size_is_shown_in_the_readers_units(app, lang, words):
    assert (
        tuple(
            formatted(app, lang, size, many).replace("\xa0", " ")
            for many in (395, 72_613, 6_333_937)
        )
        == words
    )


def test_campaign_elsewhere_has_another_clock(app, monkeypatch):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_TIMEZONE", "America/Mexico_City")
    assert formatted(app, "es", moment, INSTANT).endswith("(Ciudad de México)")


def test_date_of_an_instant_is_in_the_campaigns_time_zone(app):
    assert formatted(app, "en", day, INSTANT) == "September 26, 2026"


def test_machines_get_iso_8601_in_utc():
    assert iso(INSTANT) == "2026-09-27T01:30:00+00:00"
    assert iso(DAY) == "2026-09-26"


def test_same_page_in_another_language_has_no_query(app):
    with app.test_request_context("/en/petitions/home?ref=x"):
        assert url_in_language("fr") == "/fr/petitions/home"
    with app.test_request_context("/nowhere"):
        assert url_in_language("fr") == "/fr/"


def test_languages_have_their_native_names():
    assert [language_name(lang) for lang in ("en", "es", "fr")] == [
        "English",
        "Español",
        "Français",
    ]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "Search until the forty-three are found",
            'Search until the <span class="nowrap">forty-three</span> are found',
        ),
        ("Les quarante-trois", 'Les <span class="nowrap">quarante-trois</span>'),
        (
            "A <b>forty-three</b> & more",
            'A &lt;b&gt;<span class="nowrap">forty-three</span>&lt;/b&gt; &amp; more',
        ),
        # So long a word would overflow the edge of a phone.
        ("Science-fiction-film", "Science-fiction-film"),
        ("2016-2017 – now", "2016-2017 – now"),
    ],
)
def test_short_word_with_a_hyphen_stays_on_one_line(title, shown):
    assert unbroken(title) == shown

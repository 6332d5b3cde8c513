"""Tests of languages: their tags, names and locales, which scripts share."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from campaign.i18n.locales import (
    PREFERRED_LOCALES,
    UnknownLanguage,
    direction,
    interface_lang,
    is_language,
    language_name,
    locale_of,
    normalised,
    short_weekday_and_day,
    translated_language_name,
    weekday_and_date,
    weekday_and_day,
)
from campaign.i18n.long_dates import long_date

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "static/js"
FORMATS = SCRIPTS / "lib/format.js"
# Locales with a country, such as en_GB or fr-CA.
NAMED = re.compile(r"""["'](?:en|es|fr)[-_][A-Z]{2}["']""")


def test_scripts_have_the_locales_of_the_server():
    [listed] = re.findall(r"const LOCALES = \{ (.+) \};", FORMATS.read_text())
    of_scripts = json.loads(re.sub(r"(\w+): ", r'"\1": ', f"{{{listed}}}"))
    assert of_scripts == {lang: name.replace("_", "-") for lang, name in PREFERRED_LOCALES.items()}


def test_no_other_code_names_a_locale():
    python = set((ROOT / "campaign").rglob("*.py")) - {ROOT / "campaign/i18n/locales.py"}
    scripts = set(SCRIPTS.rglob("*.js")) - {FORMATS}
    assert [str(path) for path in sorted(python | scripts) if NAMED.search(path.read_text())] == []


def test_no_other_script_formats_numbers_or_names():
    formatting = re.compile(r"Intl\.(NumberFormat|DisplayNames|PluralRules)")
    assert [
        str(path)
        for path in sorted(set(SCRIPTS.rglob("*.js")) - {FORMATS})
        if formatting.search(path.read_text())
    ] == []


@pytest.mark.parametrize(
    ("typed", "tag", "locale", "name"),
    [
        ("en", "en", "en_CA", "English"),
        ("FR", "fr", "fr_CA", "Français"),
        ("fr-ca", "fr-CA", "fr_CA", "Français (Canada)"),
        ("es-419", "es-419", "es_419", "Español (Latinoamérica)"),
        ("PT-br", "pt-BR", "pt_BR", "Português (Brasil)"),
        ("zh-hant-tw", "zh-Hant-TW", "zh_Hant_TW", "中文 (繁體, 台灣)"),
        ("quc", "quc", "quc", "Kʼicheʼ"),
        ("gn", "gn", "gn", "Avañe’ẽ"),
    ],
)
def test_tag_has_a_canonical_case_a_locale_and_a_name(typed, tag, locale, name):
    assert normalised(typed) == tag and is_language(tag)
    assert is_language(typed) == (typed == tag)
    assert (locale_of(tag), language_name(tag)) == (locale, name)


@pytest.mark.parametrize(
    "text", ["", "e", "xx", "und", "api", "en-", "en--", "en_CA", "en-XX", "en-x-a", "ｅｎ", "en\n"]
)
def test_other_text_is_no_language(text):
    assert not is_language(text)
    with pytest.raises(UnknownLanguage):
        normalised(text)
    with pytest.raises(UnknownLanguage):
        locale_of(text)


def test_long_text_is_no_language():
    assert not is_language("en-" * 10_000)


def test_arabic_and_hebrew_are_written_from_the_right():
    assert [direction(tag) for tag in ("ar", "he", "fa-AF", "es", "ja")] == ["rtl"] * 3 + [
        "ltr"
    ] * 2


@pytest.mark.parametrize(
    ("tag", "languages", "shown"),
    [
        ("es", (), "es"),
        ("es-MX", ("fr",), "es"),
        ("pt-BR", ("pt-BR", "fr-CA", "es"), "fr"),
        ("pt-BR", ("pt-BR", "ar"), "en"),
    ],
)
def test_interface_is_in_the_nearest_language_with_a_translation(tag, languages, shown):
    assert interface_lang(tag, languages) == shown


@pytest.mark.parametrize(
    ("tag", "full", "day", "short"),
    [
        ("en", "Sunday, March 1, 2026", "Sunday, March 1", "Sun, Mar 1"),
        ("es-AR", "domingo 1 de marzo de 2026", "domingo 1 de marzo", "dom 1 mar"),
        ("fr", "dimanche 1er mars 2026", "dimanche 1er mars", "dim. 1er mars"),
        (
            *("pt-BR", "domingo, 1 de março de 2026", "domingo, 1 de março"),
            "dom., 1 de mar.",
        ),
        ("ja", "2026年3月1日日曜日", "3月1日(日曜日)", "3月1日(日)"),
    ],
)
def test_days_have_their_weekday_in_every_language(tag, full, day, short):
    patterns = (weekday_and_date(tag), weekday_and_day(tag), short_weekday_and_day(tag))
    written = [long_date(date(2026, 3, 1), locale_of(tag), pattern) for pattern in patterns]
    assert written == [full, day, short]


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("en", ["English", "inglés", "anglais"]),
        ("es", ["Spanish", "español", "espagnol"]),
        ("pt-BR", ["Portuguese (Brazil)", "portugués (Brasil)", "portugais (Brésil)"]),
    ],
)
def test_languages_have_names_in_other_languages(tag, names):
    assert [translated_language_name(tag, locale_of(lang)) for lang in ("en", "es", "fr")] == names

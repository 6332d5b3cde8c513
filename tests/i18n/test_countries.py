"""Tests of the world's countries, by name."""

import pytest

from campaign.i18n.countries import countries, country_name
from campaign.i18n.locales import PREFERRED_LOCALES

LANGUAGES = ("en", "es", "fr", *PREFERRED_LOCALES.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_has_the_249_of_the_standard_and_kosovo(language):
    codes = [code for code, _ in countries(language)]
    assert len(codes) == len(set(codes)) == 250
    assert {"XK", "AQ", "BV", "HM", "PS", "TW", "EH"} <= set(codes)
    assert not {"ZZ", "EU", "EZ", "UN", "XA", "XB", "QO", "AN", "SU", "AC", "IC"} & set(codes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_has_a_name(language):
    assert all(name and name != code for code, name in countries(language))


def test_configured_countries_come_first_in_their_order():
    assert [code for code, _ in countries("fr")][:3] == ["CA", "MX", "US"]
    assert [code for code, _ in countries("fr", ("FR", "BE", "??"))][:3] == ["FR", "BE", "AF"]


def test_accents_do_not_affect_the_order():
    french = [name for _, name in countries("fr", ())]
    assert french.index("Danemark") < french.index("Égypte") < french.index("Espagne")
    assert french.index("Égypte") < french.index("Émirats arabes unis") < french.index("Équateur")
    english = [name for _, name in countries("en", ())]
    assert english.index("Afghanistan") < english.index("Åland Islands") < english.index("Albania")
    assert english.index("Curaçao") < english.index("Cyprus")


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_letters_are_in_order(language):
    unaccented = str.maketrans("ÅÉÎÍÔÓ", "AEIIOO")
    letters = [name[0].translate(unaccented) for _, name in countries(language, ())]
    assert letters == sorted(letters)


def test_country_has_its_name_in_each_language():
    assert country_name("MX", "en") == "Mexico"
    assert country_name("mx", "es") == "México"
    assert country_name("US", "fr") == "États-Unis"


def test_canadian_names_begin_with_a_capital():
    assert country_name("CK", "fr_CA") == "Îles Cook"
    assert country_name("BY", "fr_CA") == "Bélarus"


@pytest.mark.parametrize("code", ["", "??", "ZZ", "EU", "Mexico"])
def test_unknown_country_is_shown_unchanged(code):
    assert country_name(code, "en") == code


def test_list_is_built_once():
    assert countries("en") is countries("en")

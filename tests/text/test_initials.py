"""Tests that names are reduced to initials as by Intl.Segmenter in the browser."""

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.text.initials import initials

bounded = settings(deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("given_name", "family_name", "shown"),
    [
        ("Amalia", "Rosales", "A. R."),
        ("amalia", "rosales", "A. R."),
        ("Amalia", "", "A."),
        ("Amalia", None, "A."),
        (None, "", ""),
        ("", "Rosales", "R."),
        (" Ángel ", "Ñandú", "Á. Ñ."),
        ("A\u030ake", "Östlund", "Å. Ö."),
        ("明", "李", "明. 李."),
        ("민준", "김", "민. 김."),
        ("محمد", "علي", "م. ع."),
        ("María del Carmen", "de la Cruz", "M. D."),
        ("ßen", "ǆura", "SS. Ǆ."),
        ("'t", "Hooft", "'. H."),
    ],
)
def test_name_is_reduced_to_the_first_letters_of_its_parts(given_name, family_name, shown):
    assert initials(given_name, family_name) == shown


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("क्षितिज", "क्षि"),
        ("श्रीराम", "श्री"),
        ("ক্ষিতি", "ক্ষি"),
        ("ශ්\u200dරී", "ශ්\u200d"),
        ("கண்ணன்", "க"),
        ("น้ำฝน", "น้ำ"),
        ("မောင်", "မေ"),
        ("ស្រី", "ស្រី"),
        ("👨\u200d👩\u200d👧 Ana", "👨\u200d👩\u200d👧"),
        ("🇲🇽🇨🇦 Ana", "🇲🇽"),
        ("👋🏽 Ana", "👋🏽"),
        ("e\u0302\u0301a", "Ế"),
    ],
)
def test_letter_keeps_its_combining_marks(name, letter):
    assert initials(name, "") == f"{letter}."


@bounded
@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_initials_begin_with_the_first_letter_and_mark_every_part(given_name, family_name):
    shown = initials(given_name, family_name)
    parts = [normalize("NFC", name).strip() for name in (given_name, family_name)]
    assert shown.count(".") >= sum(map(bool, parts))
    first = next((part for part in parts if part), "")
    assert shown.startswith(first[:1].upper())

"""Tests of names and comments as people type them."""

import time
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.text.names import MAX_COMBINING_MARKS, NameRefused, clean_name, clean_text, name_key

bounded = settings(deadline=None, max_examples=200)

# A costly input would take minutes. The CPU time of one thread does not depend on the load of the
# machine.
MAX_CPU_SECONDS = 5
REAL_NAMES = """\
Amalia Rosales
J.R.
J. R. R.
St. John
St.John
Ma. del Carmen
Ma.de Lourdes
MA.DE JESÚS
María del Carmen
O'Neil-Åström
O’Neil
O´Higgins
Ng
O
李
李小龙
محمد
عبد الله
Nguyễn Thị Minh
Hồ Chí Minh
d.o.o.
Jr.
D'Ávila
ʻAkahi
Þórður
Łukasz
ß
Χαράλαμπος
Олександр
शर्मा
สมชาย
김민준
山田 太郎
Juan Carlos I
X Æ A-12
U.S.A.
Fco. Javier
Ana 🦋
Netanel ben Chaim
מֹשֶׁה
Communet
Homecom
Www
Mr.Comfort""".splitlines()

LINKS = """\
http://foo.example
https://foo
visit foo.com
foo.com
FOO.COM
Foo.Com/x
www.foo
www2.foo.bar
x.example/buy
amalia@correo.mx
amalia@correo
name@host
@amalia
amalia＠correo.mx
ａｍａｌｉａ＠ｘ
foo.com.mx
tienda.mx
bit.ly/abc
t.me/abc
foo．com
ｆｏｏ．ｃｏｍ
foo。com
my-shop.online
x.com""".splitlines()


def code_of(text):
    with pytest.raises(NameRefused) as caught:
        clean_name(text)
    return caught.value.code


@pytest.mark.parametrize("name", REAL_NAMES)
def test_real_name_is_kept_to_the_letter(name):
    assert clean_name(name) == normalize("NFC", name)


@pytest.mark.parametrize("text", LINKS)
def test_address_or_link_is_not_a_name(text):
    assert code_of(text) == "link"
    assert code_of(f"Amalia {text}") == "link"


@pytest.mark.parametrize("text", ["", " ", "\t \n", "\u200b", "\u3164", "\ufeff \u2800", "\u00a0"])
def test_invisible_name_is_empty(text):
    assert code_of(text) == "empty"


@pytest.mark.parametrize("text", ["123", "🦋", "❤️", "-", "...", "?!", "\u0301", "Ⅳ."])
def test_name_needs_a_letter(text):
    assert code_of(text) == "no_letter"


@pytest.mark.parametrize(
    "text", ["Ana\x00", "An\x1ba", "Ana\nBcc: x", "A\x85b", "A\x7fb", "A\ud800b"]
)
def test_control_character_inside_is_refused(text):
    assert code_of(text) == "control"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Amalia \t  Rosales \n", "Amalia Rosales"),
        ("Amalia\u00a0\u3000Rosales", "Amalia Rosales"),
        ("Jose\u0301", "José"),
        ("\u202eselasoR", "selasoR"),
        ("Ana\u200b\u2060\ufeff Li\u00adra", "Ana Lira"),
        ("\u2067محمد\u2069", "محمد"),
        ("Ana\u200d", "Ana"),
        ("\u200cAna\u200c Lira", "Ana Lira"),
        ("A\u200dna", "Ana"),
    ],
)
def test_invisible_characters_are_dropped_and_space_is_folded(typed, cleaned):
    assert clean_name(typed) == cleaned


@pytest.mark.parametrize("name", ["علی\u200cرضا", "ක්\u200dෂ", "ശ്രീജിത്\u200d", "क्\u200dष"])
def test_joiners_stay_where_a_script_needs_them(name):
    assert clean_name(name) == name


def test_several_joiners_in_a_row_become_one():
    assert clean_name("علی\u200d\u200d\u200cرضا") == "علی\u200cرضا"


def test_stack_of_accents_is_cut_down():
    assert len(normalize("NFD", clean_name("a" + "\u0315\u0300" * 50))) == 1 + MAX_COMBINING_MARKS


@pytest.mark.parametrize("clean", [clean_name, clean_text])
def test_a_quarter_of_a_megabyte_of_accents_does_not_stop_the_server(clean):
    began = time.thread_time()
    clean("a" + "\u0315\u0300" * 60_000)
    assert time.thread_time() - began < MAX_CPU_SECONDS


def test_every_refusal_is_a_value_error_with_its_code():
    codes = {refusal.code for refusal in NameRefused.__subclasses__()}
    assert codes == {"empty", "control", "link", "no_letter"}
    assert issubclass(NameRefused, ValueError)


@bounded
@given(st.text(max_size=40))
def test_cleaning_a_name_twice_changes_nothing(text):
    try:
        once = clean_name(text)
    except NameRefused:
        return
    assert clean_name(once) == once
    assert once == once.strip()
    assert is_normalized("NFC", once)


@bounded
@given(st.text("aé́ी्क\u200c\u200dعل \u0344\u3099が", max_size=12))
def test_cleaning_a_name_of_joiners_and_marks_twice_changes_nothing(text):
    try:
        once = clean_name(text)
    except NameRefused:
        return
    assert clean_name(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("María", "López"), ("MARIA", "lopez")),
        (("José Ángel", "Nuñez"), (" Jose   Angel ", "NUNEZ")),
        (("Jean-Luc", "d'Arc"), ("Jean Luc", "d’Arc")),
        (("Sean", "O´Neil"), ("Seán", "ONeil")),
        (("J.R.", "Ewing"), ("J. R.", "Ewing")),
        (("Đặng", "Nguyễn"), ("Dang", "Nguyen")),
        (("Bjørn", "Strauß"), ("BJORN", "STRAUSS")),
        (("Łukasz", "Dvořák"), ("Lukasz", "Dvorak")),
        (("علی\u200cرضا", ""), ("علیرضا", "")),
        (("مُحَمَّد", ""), ("محمد", "")),
        (("Ａｎａ", "Ｌｉｒａ"), ("Ana", "Lira")),
        (("María del", "Carmen"), ("María", "del Carmen")),
    ],
)
def test_one_person_typed_in_two_ways_has_one_key(one, other):
    assert name_key(*one) == name_key(*other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ana", "Lira"), ("Lira", "Ana")),
        (("Ana", "Lira"), ("Anna", "Lira")),
        (("李", "明"), ("李", "红")),
        (("か", ""), ("が", "")),
        (("राम", ""), ("रमा", "")),
        (("김", "민준"), ("김", "민지")),
    ],
)
def test_two_people_have_two_keys(one, other):
    assert name_key(*one) != name_key(*other)


def test_key_is_plain_words_in_order():
    assert name_key("María del Carmen", "O'Neil-Åström") == "maria del carmen oneil astrom"
    assert name_key("李", "小龙") == "李 小龙"
    assert name_key("Amalia", "") == "amalia"


LATIN = st.text("abcxyzáéíóúüñçøåßžłĐẾ -'.", min_size=1, max_size=20)


@bounded
@given(LATIN, LATIN)
def test_key_ignores_case_accents_and_space(given_name, family_name):
    key = name_key(given_name, family_name)
    assert name_key(given_name.upper(), family_name.upper()) == key
    assert name_key(given_name.lower(), family_name.lower()) == key
    assert name_key(f"  {given_name} ", f" {family_name}\u00a0 ") == key
    decomposed = [normalize("NFD", name) for name in (given_name, family_name)]
    assert name_key(*decomposed) == key
    bare = ["".join(c for c in name if not "\u0300" <= c <= "\u036f") for name in decomposed]
    assert name_key(*bare) == key


@bounded
@given(st.text(max_size=30), st.text(max_size=30))
def test_key_of_a_key_is_the_key(given_name, family_name):
    key = name_key(given_name, family_name)
    assert name_key(key, "") == key


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("one   \n\ttwo \t\n", "one\n\ttwo"),
        ("one\n\n\n\n\n\ntwo", "one\n\n\ntwo"),
        ("one\n \n\t\n \n \ntwo", "one\n\n\ntwo"),
        ("one\n\n\ntwo", "one\n\n\ntwo"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("\u202eevil\u202c \u2066ok\u2069", "evil ok"),
        ("Jose\u0301", "José"),
        ("👨\u200d👩\u200d👧 علی\u200cرضا", "👨\u200d👩\u200d👧 علی\u200cرضا"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("  \n \n", ""),
    ],
)
def test_comment_keeps_its_lines_and_loses_its_control_characters(typed, cleaned):
    assert clean_text(typed) == cleaned


def test_comment_can_be_put_on_one_line():
    assert clean_text("one\r\n\r\n two\tthree ", lines=False) == "one two three"


@bounded
@given(st.text(max_size=60), st.booleans())
def test_cleaning_a_comment_twice_changes_nothing(text, lines):
    once = clean_text(text, lines=lines)
    assert clean_text(once, lines=lines) == once
    assert "\n\n\n\n" not in once
    assert lines or "\n" not in once


@bounded
@given(st.text(" \n\t\r\u202e\u2066ab\x00\u0301", max_size=30))
def test_cleaned_comment_contains_no_direction_control(text):
    once = clean_text(text)
    assert not set(once) & set("\r\x00\u202e\u2066")
    assert all(line == line.rstrip() for line in once.split("\n"))

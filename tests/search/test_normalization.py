"""Tests of which spellings count as the same word in a search."""

import pytest

from campaign.search.normalization import MAX_TERMS, MAX_WORD_LENGTH, fold, terms_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Desaparición forzada", ["desaparicion", "forzada"]),
        ("desaparicio\u0301n", ["desaparicion"]),
        ("L'État, cœur d’Ayotzinapa", ["l", "etat", "coeur", "d", "ayotzinapa"]),
        ("Łódź STRASSE Straße Øresund", ["lodz", "strasse", "strasse", "oresund"]),
        ("the 43, since 2014-09-26", ["the", "43", "since", "2014", "09", "26"]),
        ("Где они? Μνήμη", ["где", "они", "μνημη"]),
        ('a_b <b>bold</b> & "quoted" *', ["a", "b", "b", "bold", "b", "quoted"]),
        ("…", []),
    ],
)
def test_words_are_lower_case_and_without_accents(text, words):
    assert words_of(text) == words


def test_endless_word_is_cut_the_same_everywhere():
    assert words_of("x" * 500) == ["x" * MAX_WORD_LENGTH]


def test_number_of_search_words_is_limited():
    assert terms_of("uno dos uno tres") == ["uno", "dos", "tres"]
    assert len(terms_of(" ".join(str(number) for number in range(50)))) == MAX_TERMS


def test_folding_keeps_what_is_no_accent():
    assert fold("ñ Ñ ü 你好") == "n n u 你好"

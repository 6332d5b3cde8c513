"""Tests of marking found words in a text, and of choosing which part of a long one to show."""

import pytest

from campaign.search.excerpts import MAX_LENGTH, excerpt, parts

LONG = (
    "Una frase tras otra. " * 30
    + "Aquí está la desaparición de la que hablamos. "
    + "Y otra frase más. " * 30
)


def with_marks(pieces):
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in pieces)


@pytest.mark.parametrize(
    ("text", "terms", "shown"),
    [
        ("La desaparición", ["desaparicion"], "La [desaparición]"),
        ("La desaparicio\u0301n", ["desap"], "La [desaparición]"),
        ("Cœur et chœur", ["coe"], "[Cœur] et chœur"),
        ("<b>bold</b>", ["b"], "<[b]>[bold]</[b]>"),
        ("Toluca, toluca; Toluquilla", ["toluca"], "[Toluca], [toluca]; Toluquilla"),
        ("İstanbul", ["istanbul"], "[İstanbul]"),
        ("nothing", ["x"], "nothing"),
        ("", ["x"], ""),
    ],
)
def test_word_that_begins_with_a_term_is_marked_whole(text, terms, shown):
    assert with_marks(parts(text, terms)) == shown


def test_summary_is_shown_where_it_has_the_words():
    assert (
        with_marks(excerpt("Sobre la desaparición.", LONG, ["desaparicion"]))
        == "Sobre la [desaparición]."
    )


def test_part_of_the_body_is_shown_where_only_the_body_has_the_words():
    shown = with_marks(excerpt("Un resumen.", LONG, ["desaparicion"]))
    assert "la [desaparición] de la" in shown
    assert shown.startswith("… ") and shown.endswith(" …")
    assert len(shown) <= MAX_LENGTH + len("… [] …")


def test_paragraphs_stay_separate_in_one_line():
    shown = with_marks(
        excerpt("", "To the Senate\n\nWe ask.\n\nFind them:\n\nall of them", ["ask"])
    )
    assert shown == "To the Senate · We [ask]. Find them: all of them"


def test_summary_is_shown_where_only_the_title_has_the_words():
    assert with_marks(excerpt("Un resumen.", LONG, ["mariposa"])) == "Un resumen."


@pytest.mark.parametrize(
    "body",
    ["palabra " * 100, "x" * 900, "x" * 400 + " " + "y" * 400, " \n ", "", "a" * 175 + " término"],
)
def test_any_text_is_cut_between_words_where_there_are_any(body):
    shown = with_marks(excerpt("", body, ["termino"]))
    assert len(shown) <= MAX_LENGTH + 6
    assert shown.strip() == shown


def test_non_breaking_characters_still_keep_words_together():
    assert with_marks(excerpt("Où sont-ils\u202f?", "", ["ou"])) == "[Où] sont-ils\u202f?"

"""Tests of the difference between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from campaign.organize.petitions.versions import pieces

TEXT = st.text("ab \n", max_size=60)


def test_changed_words_are_shown_between_unchanged_words():
    result = pieces("We plant twelve trees.", "We plant twenty trees.")
    assert result == [
        ("kept", "We plant "),
        ("removed", "twelve"),
        ("added", "twenty"),
        ("kept", " trees."),
    ]


def test_empty_text_and_some_text():
    assert pieces("", "") == []
    assert pieces("", "New") == [("added", "New")]
    assert pieces("Old", "") == [("removed", "Old")]


@given(TEXT, TEXT)
def test_both_texts_can_be_rebuilt_from_the_pieces(before, after):
    result = pieces(before, after)
    assert "".join(text for kind, text in result if kind != "added") == before
    assert "".join(text for kind, text in result if kind != "removed") == after

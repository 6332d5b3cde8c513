"""How one text became another."""

from hypothesis import given
from hypothesis import strategies as st

from campaign.organize.differences import pieces

TEXT = st.text("ab \n", max_size=60)


def test_words_that_changed_stand_between_words_that_stayed():
    found = pieces("We plant twelve trees.", "We plant twenty trees.")
    assert found == [
        ("kept", "We plant "),
        ("removed", "twelve"),
        ("added", "twenty"),
        ("kept", " trees."),
    ]


def test_nothing_and_something():
    assert pieces("", "") == []
    assert pieces("", "New") == [("added", "New")]
    assert pieces("Old", "") == [("removed", "Old")]


@given(TEXT, TEXT)
def test_both_texts_can_be_read_out_of_the_pieces(before, after):
    found = pieces(before, after)
    assert "".join(text for kind, text in found if kind != "added") == before
    assert "".join(text for kind, text in found if kind != "removed") == after

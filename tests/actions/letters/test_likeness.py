"""Tests of how much of a letter is its writer's own, on thirty sample letters."""

import json
from pathlib import Path

import pytest

from campaign.actions.letters.text.likeness import MIN_OWN_WORDS, measure, shingles, words_of

VECTORS = json.loads(Path("tests/vectors/letters.json").read_text(encoding="utf-8"))
PERSONAL = ("short_personal", "long_personal")
FIXED = ["Nobody has said what is in the water of this river, and we drink it every day."]


def measured():
    """Return {name: (kind, Likeness)} of the sample letters, each compared with earlier ones."""
    result = {}
    others = {lang: set() for lang in VECTORS["templates"]}
    for letter in VECTORS["letters"]:
        lang = letter["lang"]
        texts = VECTORS["templates"][lang]
        fixed = [texts["opening"], texts["closing"]]
        known = (shingles([*fixed, texts["subject"], *texts["prompts"]]), others[lang])
        likeness = measure(fixed=fixed, entered=letter["answers"], known=known)
        result[letter["name"]] = (letter["kind"], likeness)
        others[lang] |= shingles(letter["answers"])
    return result


SAMPLES = measured()


def likeness_of(*entered, others=()):
    return measure(fixed=FIXED, entered=entered, known=(shingles(FIXED), shingles(others)))


def test_there_are_thirty_samples_in_three_languages():
    assert len(SAMPLES) == 30
    assert {letter["lang"] for letter in VECTORS["letters"]} == {"en", "es", "fr"}


def test_all_personal_samples_and_no_others_are_sent_individually():
    personal = {name for name, (_kind, likeness) in SAMPLES.items() if likeness.is_personal}
    assert personal == {name for name, (kind, _likeness) in SAMPLES.items() if kind in PERSONAL}


def test_threshold_is_far_from_both_sides():
    own = {name: likeness.own for name, (_kind, likeness) in SAMPLES.items()}
    personal = [own[name] for name, (kind, _) in SAMPLES.items() if kind in PERSONAL]
    others = [own[name] for name, (kind, _) in SAMPLES.items() if kind not in PERSONAL]
    assert (max(others), min(personal)) == (11, 22)
    assert max(others) < MIN_OWN_WORDS < min(personal)


@pytest.mark.parametrize("kind", ["template", "copied"])
def test_what_repeats_others_is_hardly_own(kind):
    assert all(likeness.personal_percent <= 5 for k, likeness in SAMPLES.values() if k == kind)


def test_only_template_has_no_own_word():
    assert likeness_of("", "").own == 0
    assert likeness_of(FIXED[0]).personal_percent == 0


def test_case_punctuation_and_width_do_not_make_text_own():
    assert likeness_of("NOBODY has said: what is in the ｗａｔｅｒ of this river").own == 0


def test_percent_is_of_the_whole_letter():
    likeness = likeness_of("one two three four five six")
    assert (likeness.words, likeness.own) == (len(words_of(FIXED[0])) + 6, 6)
    assert likeness.personal_percent == round(100 * 6 / likeness.words)


def test_short_text_of_another_letter_is_not_own():
    assert likeness_of("Clean water!", others=["clean water"]).own == 0


def test_languages_without_spaces_are_counted_by_characters():
    assert likeness_of("私はこの川で毎朝泳いでいます。").own == 14


def test_letter_without_any_text_has_no_share():
    assert measure(fixed=[], entered=[], known=()).personal_percent == 0

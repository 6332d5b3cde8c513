"""How much of a letter is its writer's own text.

Letters that hardly differ from the template are gathered where an action sends personal ones one
by one. A word is its writer's own if no run of SHINGLE_WORDS words around it is in the fixed texts
of the letter, or in other letters. Decision 69 says how the thresholds were chosen.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from unicodedata import normalize

# So short a run is rarely the same by chance, and so long a one is changed by few edits.
SHINGLE_WORDS = 5
# A letter is personal from so many own words on. With fewer, its target reads the template again.
MIN_OWN_WORDS = 16

# Chinese, Japanese, Lao and Thai are written without spaces, so each of their characters counts.
_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


class Likeness(NamedTuple):
    """How many words a letter has, and how many of them are its writer's own."""

    words: int
    own: int

    @property
    def personal_percent(self) -> int:
        """Return the share of own words in the whole letter, in percent."""
        return round(100 * self.own / self.words) if self.words else 0

    @property
    def is_personal(self) -> bool:
        """Return whether the letter differs enough from others to be sent on its own."""
        return self.own >= MIN_OWN_WORDS


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: NFKC, without case and punctuation."""
    return _WORD.findall(normalize("NFKC", text).casefold())


def shingles(texts: Iterable[str]) -> set[int]:
    """Return a hash of each run of SHINGLE_WORDS words in `texts`, valid in this process only."""
    return {run for text in texts for run in _runs(words_of(text))}


def measure(
    *, fixed: Sequence[str], entered: Sequence[str], known: Sequence[frozenset[int] | set[int]]
) -> Likeness:
    """Return the Likeness of a letter.

    `fixed` are the texts that all letters of the action have, `entered` the answers of its writer.
    `known` are the shingles of the fixed texts and the labels of the prompts, and of other letters.
    """
    answers = [words_of(answer) for answer in entered]
    total = sum(len(words_of(text)) for text in fixed) + sum(map(len, answers))
    return Likeness(total, sum(_count_own(words, known) for words in answers))


def _runs(words: Sequence[str]) -> list[int]:
    """Return a hash of each run. A text with fewer words is one run."""
    starts = range(max(1, len(words) - SHINGLE_WORDS + 1)) if words else ()
    return [hash(tuple(words[start : start + SHINGLE_WORDS])) for start in starts]


def _count_own(words: Sequence[str], known: Sequence[frozenset[int] | set[int]]) -> int:
    """Return how many words are in no known run."""
    runs = _runs(words)
    repeated = {run for others in known for run in others.intersection(runs)}
    is_own = [True] * len(words)
    for start, run in enumerate(runs):
        if run in repeated:
            end = min(start + SHINGLE_WORDS, len(words))
            is_own[start:end] = [False] * (end - start)
    return sum(is_own)

"""Tests that no test quotes a sentence of the catalogues, so that copy can change freely.

Tests use codes, roles and data instead.
"""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
# These tests are about the words of the catalogues.
ABOUT_COPY = {"test_ui_terms.py"}
MIN_WORDS = 4
WORD = re.compile(r"[^\W\d_]+")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@cache
def catalogue():
    """Return what finds each sentence of four words or more, in every language."""
    sentences = set()
    for path in (ROOT / "campaign/translations").glob("*/LC_MESSAGES/messages.po"):
        with path.open("rb") as file:
            sentences.update(
                form
                for message in read_po(file)
                for form in (*_forms(message.id), *_forms(message.string))
            )
    return finders(sentences)


def finders(sentences):
    """Return {longest word: pieces between placeholders} of sentences of four words or more."""
    found = defaultdict(list)
    for sentence in sentences:
        pieces = PLACEHOLDER.split(sentence.replace("%%", "%"))
        words = WORD.findall(" ".join(pieces))
        if len(words) >= MIN_WORDS:
            found[max(words, key=len)].append(pieces)
    return found


def quoted(source, sentences):
    """Return the string literals of a test that equal or contain a whole sentence."""
    return [
        literal
        for literal in _literals(ast.parse(source))
        if len(words := WORD.findall(literal)) >= MIN_WORDS
        and any(_has(literal, pieces) for word in set(words) for pieces in sentences.get(word, ()))
    ]


def test_quoted_sentences_are_found_whole_and_filled_in_but_not_in_docstrings():
    sentences = finders(["The otter swims in %(place)s at night.", "Otters swim"])
    filled = "<p>The otter swims in rivers at night.</p>"
    assert quoted(f"assert {filled!r} in page", sentences) == [filled]
    assert quoted('f"The otter swims in {place} at night."', sentences) == [
        "The otter swims in 1 at night."
    ]
    assert quoted(f'"""{filled}"""', sentences) == []
    assert quoted('"The otter swims", "Otters swim where no one looks"', sentences) == []


def test_no_test_quotes_a_sentence_of_the_catalogues():
    sentences = catalogue()
    found = {
        str(path.relative_to(TESTS)): quoted(path.read_text(), sentences)
        for path in sorted(TESTS.rglob("*.py"))
        if path.name not in ABOUT_COPY
    }
    assert {path: quotes for path, quotes in found.items() if quotes} == {}


def _has(literal, pieces):
    return all(piece in literal for piece in pieces) and re.search(
        ".+?".join(map(re.escape, pieces)), literal, re.DOTALL
    )


def _forms(text):
    return (text,) if isinstance(text, str) else tuple(text)


def _literals(tree):
    """Yield each string of the code, without docstrings. An f-string's values become a digit."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    passed_over = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed_over.update(map(id, node.values))
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "1" for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in passed_over
        ):
            yield node.value

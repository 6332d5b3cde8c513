"""Developers' documents name only files and functions that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")
CODE = re.compile(r"`([^`\s]+)`")
# A path has a folder and an ending that we use, or ends in a slash.
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/([\w-]+\.(py|html|js|css|md|toml|json|txt|yaml|sh))?")
# A name without a folder is in one that the text has named before.
MODULE = re.compile(r"[\w-]+\.py")
# Each is relative to one of these.
FOLDERS = ("", "campaign", "static", "static/js", "templates", "docs")
QUESTION = re.compile(r"^\| ((?:is|does|are) .+\?) \| (.+) \|$", re.MULTILINE)


def paths_in(text):
    return [span for span in CODE.findall(text) if PATH.fullmatch(span)]


def exists(path):
    return any((ROOT / folder / path).exists() for folder in FOLDERS)


def names_in(path):
    """Return the functions and classes that a module defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = ast.walk(ast.parse((ROOT / "campaign" / path).read_text()))
    return {node.name for node in nodes if isinstance(node, kinds)}


def answers():
    return QUESTION.findall((ROOT / "CONTRIBUTING.md").read_text())


@pytest.mark.parametrize("guide", GUIDES)
def test_paths_exist(guide):
    paths = paths_in((ROOT / guide).read_text())
    assert paths
    assert [path for path in paths if not exists(path)] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_modules_named_without_their_folder_exist(guide):
    known = {path.name for path in (ROOT / "campaign").rglob("*.py")}
    named = {span for span in CODE.findall((ROOT / guide).read_text()) if MODULE.fullmatch(span)}
    assert named - known - {"config.py"} == set()


def test_table_of_questions_is_read():
    assert len(answers()) >= 10


@pytest.mark.parametrize(("question", "answer"), answers())
def test_answer_names_modules_and_what_they_define(question, answer):
    spans = CODE.findall(answer)
    assert paths_in(answer)
    module = ""
    for span in spans:
        if span.endswith(".py"):
            module = span
        elif span.isidentifier():
            assert span in names_in(module)

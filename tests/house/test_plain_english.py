"""Docstrings, comments and developers' documents use everyday words."""

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
RETIRED = re.compile(
    r"\b(whoever|whomever|anew|whence|nought|for ever|hitherto|thereby|erelong|once more|all the same"
    r"|somebody|everybody|nobody else's|meanwhile|tells of|is led to|lives at|let through|turn(s|ed|ing)? away|lets? in"
    r"|any more|by (itself|themselves)|of (its|their) own|of (hers|his|theirs|yours)|leads? to|led to"
    r"|just now|shall|for good|(take[sn]?|taking|took) away|network address(es)?|by and by|put away|(throw(s|n|ing)?|threw) away|e-?mails? room|mail room|the house|this room|rooms? below|postm[ae]n)\b",
    re.IGNORECASE,
)
# `make bench` writes the page on performance.
UNCHECKED = {"docs/performance.md"}
DOCUMENTS = sorted(
    {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
    | {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")} - UNCHECKED
)
FOLDERS = ("campaign", "tests", "bench", "release", "migrations")
PATHS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.py"), *(p for each in FOLDERS for p in (ROOT / each).rglob("*.py")))
)


def prose(source: str) -> list[str]:
    """Return the docstrings and comments of a module."""
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, nodes)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return found + [token.string for token in tokens if token.type == tokenize.COMMENT]


def test_docstrings_and_comments_are_read_and_code_is_not():
    assert prose('"""Anew."""\nwhoever = "whoever"  # whoever\n') == ["Anew.", "# whoever"]


def test_prose_of_modules_uses_everyday_words():
    sources = {path: (ROOT / path).read_text() for path in PATHS}
    # Parsing takes time, and few modules have such a word anywhere.
    suspects = {path: source for path, source in sources.items() if RETIRED.search(source)}
    found = {path: retired_in(prose(source)) for path, source in suspects.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_documents_use_everyday_words():
    found = {path: retired_in([(ROOT / path).read_text()]) for path in DOCUMENTS}
    assert {path: words for path, words in found.items() if words} == {}


def retired_in(texts):
    return [match.group() for text in texts for match in RETIRED.finditer(text)]

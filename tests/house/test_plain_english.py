"""Docstrings, comments, commands and developers' documents use everyday words."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RETIRED = re.compile(
    r"\b(whoever|whomever|anew|whence|nought|for ever|hitherto|thereby|erelong|once more|all the same"
    r"|somebody|everybody|nobody else's|meanwhile|tells of|just now|any more|by and by|shall|for good"
    r"|by (itself|themselves)|of (its|their) own|of (hers|his|theirs|yours)|network address(es)?"
    r"|is led to|lead(s|ing)? (to|there)|led to|live[sd]? at|stands? (in|on|at|under|above|below|beside)"
    r"|let(s|ting)? (\w+ )?(in|through)|turn(s|ed|ing)? (\w+ )?away|put away"
    r"|(take[sn]?|taking|took) (\w+ )?away|(throw(s|n|ing)?|threw) (\w+ )?away|tick(s|ed|ing)?"
    r"|e-mail(s|ed|ing)?|e-?mails? room|mail room|the house|this room|rooms? below|postm[ae]n"
    r"|owners? of (a|the|this|each) signature|signature's owner)\b",
    re.IGNORECASE,
)
# Code in a sentence may have a name that cannot change, such as the type of a question.
CODE = re.compile(r"`[^`\n]+`")
# What may be between two words of a sentence that goes on in the next line.
BREAK = re.compile(r"[\s#*\"/]+")
# `make bench` writes the page on performance.
UNCHECKED = {"docs/performance.md"}
DOCUMENTS = sorted(
    {"README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md"}
    | {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")} - UNCHECKED
)
FOLDERS = ("campaign", "tests", "bench", "release", "migrations")
PATHS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.py"), *(p for each in FOLDERS for p in (ROOT / each).rglob("*.py")))
)
# Their sentences are printed for operators.
COMMANDS = ("campaign/cli/", "release/", "bench/")
# Strings come first, because // and /* are also in URLs and patterns.
SCRIPT = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"|/\*.*?\*/|(?<![:\\/])//[^\n]*(\n\s*//[^\n]*)*",
    re.DOTALL,
)
STYLE = re.compile(r"/\*.*?\*/", re.DOTALL)
TEMPLATE = re.compile(r"{#.*?#}|<!--.*?-->", re.DOTALL)
COMMENTS = {
    **dict.fromkeys((".js", ".mjs", ".ts"), SCRIPT),
    ".css": STYLE,
    **dict.fromkeys((".html", ".txt"), TEMPLATE),
}
OTHER_FILES = sorted(
    str(path.relative_to(ROOT))
    for pattern in (
        *("static/js/**/*", "static/css/**/*", "templates/**/*", "types/*", "deploy/**/*", ".ci/*"),
        *(".github/**/*", "Makefile", "Dockerfile", "compose*.yaml", "*.toml", "eslint.config.js"),
        *(".env.example", ".pre-commit-config.yaml"),
    )
    for path in ROOT.glob(pattern)
    if path.is_file() and path.suffix != ".json"
)


def prose(source: str, *, with_messages: bool = False) -> list[str]:
    """Return the docstrings of a module, its comments as one text, and strings if wanted."""
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    tree = list(ast.walk(ast.parse(source)))
    found = [ast.get_docstring(node) or "" for node in tree if isinstance(node, nodes)]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    # A phrase may be broken between two lines of a comment.
    found.append(" ".join(token.string for token in tokens if token.type == tokenize.COMMENT))
    if with_messages:
        texts = [node.value for node in tree if isinstance(node, ast.Constant)]
        found += [text for text in texts if isinstance(text, str) and text.count(" ") > 1]
    return found


def comments(name: str, source: str) -> list[str]:
    """Return the comments of a file that is not Python, or all of it if its kind is not known."""
    pattern = COMMENTS.get(Path(name).suffix)
    if pattern is None:
        return [source]
    found = pattern.finditer(source)
    return [match.group() for match in found if not match.groupdict().get("string")]


def test_docstrings_and_comments_are_read_and_code_is_not():
    source = '"""Anew."""\nwhoever = "whoever"  # whoever\nprint("for good or not")\n'
    assert prose(source) == ["Anew.", "# whoever"]
    assert prose(source, with_messages=True) == ["Anew.", "# whoever", "for good or not"]


def test_comment_may_go_on_in_the_next_line():
    assert retired_in(prose("# once\n# more\n")) == ["once more"]
    assert retired_in(comments("a.js", "/**\n * once\n * more */")) == ["once more"]
    assert retired_in(comments("a.js", "  // once\n  // more\n")) == ["once more"]


@pytest.mark.parametrize(
    ("name", "source", "found"),
    [
        ("a.js", 'const a = "https://b/*"; // c\n/** d */', ["// c", "/** d */"]),
        ("a.d.ts", "type A = `//${string}`; // b", ["// b"]),
        ("a.css", "a { color: red; } /* b\n c */", ["/* b\n c */"]),
        ("a.html", "<p>a</p>{# b #}<!-- c -->", ["{# b #}", "<!-- c -->"]),
        ("Makefile", "a: b\n\t@c # d\n", ["a: b\n\t@c # d\n"]),
    ],
)
def test_comments_of_each_kind_of_file_are_read(name, source, found):
    assert comments(name, source) == found


@pytest.mark.parametrize(
    "text",
    [
        "turn it away",
        "turns away",
        "Threw them away",
        "took away",
        "letting in",
        "leading to",
        "ticks",
    ],
)
def test_all_forms_of_a_phrase_are_found(text):
    assert retired_in([text])


def test_prose_of_modules_uses_everyday_words():
    sources = {path: (ROOT / path).read_text() for path in PATHS}
    # Parsing takes time, and few modules have such a word anywhere.
    suspects = {path: source for path, source in sources.items() if RETIRED.search(_plain(source))}
    found = {
        path: retired_in(prose(source, with_messages=path.startswith(COMMANDS)))
        for path, source in suspects.items()
    }
    assert {path: words for path, words in found.items() if words} == {}


def test_comments_of_other_files_use_everyday_words():
    found = {name: retired_in(comments(name, (ROOT / name).read_text())) for name in OTHER_FILES}
    assert {name: words for name, words in found.items() if words} == {}


def test_documents_use_everyday_words():
    found = {path: retired_in([(ROOT / path).read_text()]) for path in DOCUMENTS}
    assert {path: words for path, words in found.items() if words} == {}


def retired_in(texts):
    return [match.group() for text in texts for match in RETIRED.finditer(_plain(text))]


def _plain(text):
    """Return the text without code, and on one line without the characters that begin a comment."""
    return BREAK.sub(" ", CODE.sub("", text))

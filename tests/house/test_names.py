"""Names in code are those of the field, and each has one meaning."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.house.test_plain_english import retired_in

ROOT = Path(__file__).parents[2]
# Each meant several things, or nothing that an engineer would search for.
RETIRED = {
    "found", "kept_rows", "least", "mark_of", "marks", "most", "signs", "trip", "way", "ways",
    "whole",
}  # fmt: skip
# These are retired as a part of a name too.
RETIRED_PARTS = {
    "anew", "crew", "fact", "facts", "fate", "fates", "graver", "lately", "owed", "parcel",
    "patience", "pressure", "rail", "says", "shelf", "telling", "told", "untold", "vein", "whence",
    "wish",
}  # fmt: skip
# A clock and a scale have these, and a stored type of question is called so.
PLAIN = {"tick", "ticks", "ticked"}
# Leaves have veins.
PLAIN_CLASSES = {"leaf-vein"}
# Limits are MAX_ and MIN_, what is used by default is DEFAULT_.
LIMIT = re.compile(
    r"(MOST|LONGEST|LARGEST|HIGHEST|LEAST|FEWEST|SHORTEST|SMALLEST|USUAL)(_|$)(?!PRIVATE)"
)
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
SCRIPT_NAME = re.compile(
    r"\b(?:const|let|function\*?|class)\s+(\w+)"
    r"|^\s+(?:(?:async|static|get|set) )*#?(\w+)\([^()\n]*\) \{$",
    re.MULTILINE,
)
SCRIPT_PARAMETERS = re.compile(
    r"(?:\bfunction\*? *\w*|^\s+(?:(?:async|static|get|set) )*#?\w+)\(([^()\n]*)\) \{"
    r"|\(([^()\n]*)\) =>|(?<![\w.])(\w+) =>",
    re.MULTILINE,
)
DEFAULT_VALUE = re.compile(r"= [^,}]*")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STYLE_NAME = re.compile(r"\.(-?[a-zA-Z_][\w-]*)(?=[^{}]*\{)|--([\w-]+)\s*:")
TEMPLATE_SYNTAX = Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n"])
PATHS = [*sorted((ROOT / "campaign").rglob("*.py")), ROOT / "config.py", ROOT / "wsgi.py"]
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
STYLES = sorted((ROOT / "static/css").rglob("*.css"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.suffix != ".svg")
FUNCTION = re.compile(r"^ *def (\w+)", re.MULTILINE)
MAX_TEST_NAME_LENGTH = 79


def names_in(source):
    """Return the names that a module defines: functions, classes, parameters and variables."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return {name.lstrip("_") for name in names}


def script_names_in(source):
    """Return the names of variables, functions, classes, methods and parameters of a script."""
    names = {variable or method for variable, method in SCRIPT_NAME.findall(source)}
    for groups in SCRIPT_PARAMETERS.findall(source):
        names.update(re.findall(r"\b[a-zA-Z]\w*", DEFAULT_VALUE.sub("", ",".join(groups))))
    return names


def template_names_in(source):
    """Return the names of macros, their parameters, blocks and variables of a template."""
    tree = TEMPLATE_SYNTAX.parse(source)
    names = {node.name for node in tree.find_all((nodes.Macro, nodes.Block))}
    names |= {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    return {name.lstrip("_") for name in names}


def style_names_in(source):
    """Return the names of classes and custom properties of a style sheet."""
    names = {first or second for first, second in STYLE_NAME.findall(COMMENT.sub("", source))}
    return names - PLAIN_CLASSES


def parts_of(name):
    return [part.lower() for part in PART.findall(name)]


def has_phrase(name):
    """Return whether a name has words that sentences do not use either."""
    return bool(set(retired_in([" ".join(parts_of(name))])) - PLAIN)


def is_retired(name):
    return name in RETIRED or has_phrase(name) or not RETIRED_PARTS.isdisjoint(parts_of(name))


def is_retired_class(name):
    """Return whether a CSS class is retired. In `card-way`, each part has a meaning."""
    return is_retired(name) or not RETIRED.isdisjoint(parts_of(name))


def test_all_kinds_of_names_are_read():
    source = "class A:\n    def b(self, c):\n        _d = c.e\n"
    assert names_in(source) == {"A", "b", "self", "c", "d"}


def test_all_kinds_of_names_in_scripts_are_read():
    source = (
        "export class A {\n  static async b(c) {\n    const d = c.e();\n  }\n}\nfunction f() {}\n"
        "g.map((h) => h.i);\nfunction j({ k = 1, l }) {}\n"
    )
    assert script_names_in(source) == {"A", "b", "c", "d", "f", "h", "j", "k", "l"}


def test_all_kinds_of_names_in_templates_are_read():
    source = (
        "{% macro a(b) %}{% endmacro %}{% block c %}{% endblock %}{% set _d = e %}"
        "{% for f in g %}{% endfor %}"
    )
    assert template_names_in(source) == {"a", "b", "c", "d", "f"}


def test_classes_and_custom_properties_are_read():
    source = "/* .a { } */ .b > .c--d { --e: 1.5; color: var(--f); }"
    assert style_names_in(source) == {"b", "c--d", "e"}


@pytest.mark.parametrize(
    "name", ["whole", "told_at", "letIn", "EVERYBODY", "isGraver", "fates_of", "most"]
)
def test_retired_names_and_parts_are_found(name):
    assert is_retired(name)


@pytest.mark.parametrize("name", ["whole_site", "round_trip", "TICK_SECONDS", "factor", "lead"])
def test_names_of_the_field_are_not(name):
    assert not is_retired(name)


def test_no_retired_name_comes_back():
    names = {path: names_in(path.read_text()) for path in PATHS}
    names |= {path: script_names_in(path.read_text()) for path in SCRIPTS}
    names |= {path: template_names_in(path.read_text()) for path in TEMPLATES}
    retired = {path: set(filter(is_retired, names[path])) for path in names}
    for path in STYLES:
        retired[path] = set(filter(is_retired_class, style_names_in(path.read_text())))
    assert {str(path.relative_to(ROOT)): found for path, found in retired.items() if found} == {}


def test_names_of_tests_are_short_and_plain():
    tests = sorted((ROOT / "tests").rglob("*.py"))
    names = {path: FUNCTION.findall(path.read_text()) for path in tests}
    long = [name for found in names.values() for name in found if len(name) > MAX_TEST_NAME_LENGTH]
    unplain = [name for path in tests for name in (path.stem, *names[path]) if has_phrase(name)]
    assert (long, unplain) == ([], [])


def test_limits_are_called_max_and_min():
    limits = {
        str(path.relative_to(ROOT)): {
            name for name in names_in(path.read_text()) if LIMIT.match(name)
        }
        for path in PATHS
    }
    assert {path: names for path, names in limits.items() if names} == {}


def test_no_module_or_template_has_a_retired_name():
    files = [*PATHS, *(ROOT / "templates").rglob("*.html")]
    assert [str(file) for file in files if is_retired(file.stem) or file.stem == "words"] == []

"""Names in code are those of the field, and each has one meaning."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Each meant several things, or nothing that an engineer would search for.
RETIRED = {
    "anew", "crew", "fact", "facts", "fate", "found", "kept_rows", "mark_of", "marks", "owed",
    "parcel", "patience", "pressure", "rail", "says", "signs", "telling", "told", "trip", "untold",
    "vein", "way", "ways", "whence", "whole",
}  # fmt: skip
# Limits are MAX_ and MIN_, what is used by default is DEFAULT_.
LIMIT = re.compile(
    r"(MOST|LONGEST|LARGEST|HIGHEST|LEAST|FEWEST|SHORTEST|SMALLEST|USUAL)(_|$)(?!PRIVATE)"
)
PATHS = [*sorted((ROOT / "campaign").rglob("*.py")), ROOT / "config.py", ROOT / "wsgi.py"]


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


def test_all_kinds_of_names_are_read():
    source = "class A:\n    def b(self, c):\n        _d = c.e\n"
    assert names_in(source) == {"A", "b", "self", "c", "d"}


def test_no_retired_name_comes_back():
    retired = {str(path.relative_to(ROOT)): names_in(path.read_text()) & RETIRED for path in PATHS}
    assert {path: names for path, names in retired.items() if names} == {}


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
    retired = RETIRED | {"words"}
    assert [str(file) for file in files if file.stem in retired] == []

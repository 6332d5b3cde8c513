"""Rooms import from floors below only, and nothing is imported inside a function to dodge that."""

import ast
import subprocess
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports('.importlinter', no_cache=True))"
# Doors may ask any room; the roof and the application are above all.
ABOVE = ("campaign.web", "campaign.edge", "campaign.cli")
OUTSIDE = ("forms", "routes", "owner_routes")


def test_rooms_import_only_from_below():
    # In a process of its own, as the linter silences the loggers of the one it runs in.
    done = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_imported_inside_a_function():
    found = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in (ROOT / "campaign").rglob("*.py")
        for outer in ast.walk(ast.parse(path.read_text()))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []

"""Tests that packages import only from lower layers, and never inside functions."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports('pyproject.toml', no_cache=True))"
USED_TEMPLATE = re.compile(r"{%-? *(?:extends|include|import|from) \"([^\"]+)\"")
# Outer modules may import any package. The top layer and the application are above all.
ABOVE = ("campaign.web", "campaign.edge", "campaign.cli", "campaign.organize")


def test_packages_import_only_from_lower_layers():
    # It runs in a separate process, because the linter silences the loggers of the current one.
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_templates_use_only_those_of_lower_layers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [layers] = [each["layers"] for each in contracts["contracts"] if each["id"] == "layers"]
    height = {
        package: -place for place, layer in enumerate(layers) for package in layer.split(" | ")
    }
    templates, wrong = ROOT / "templates", []
    for path in sorted(templates.rglob("*.html")):
        user = path.relative_to(templates).parts[0]
        for name in USED_TEMPLATE.findall(path.read_text()):
            used = name.partition("/")[0]
            if user in height and height.get(used, height[user]) > height[user]:
                wrong.append(f"{path.relative_to(templates)} uses {name}")
    assert wrong == []


def test_inner_modules_import_no_forms_views_or_routes():
    """The contracts name the usual files. This covers those that only one package has."""
    graph = grimp.build_graph("campaign", cache_dir=None)
    found = [
        f"{importer} imports {imported}"
        for importer in sorted(graph.modules)
        if _is_inside(importer)
        for imported in graph.find_modules_directly_imported_by(importer)
        if _is_outside(imported.rpartition(".")[2]) or imported.startswith(ABOVE)
    ]
    assert found == []


def test_no_package_imports_the_routes_of_another():
    graph = grimp.build_graph("campaign", cache_dir=None)
    found = [
        f"{importer} imports {imported}"
        for importer in sorted(graph.modules - {"campaign"})
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.endswith("routes") and imported.split(".")[1] != importer.split(".")[1]
    ]
    assert found == []


def _is_inside(module):
    _, _, file = module.removeprefix("campaign.").partition(".")
    return bool(file) and not _is_outside(file.rpartition(".")[2]) and not module.startswith(ABOVE)


def _is_outside(file):
    # What registers a kind of action brings its form along.
    return file in ("forms", "views", "kind") or file.endswith("routes")


def test_package_init_files_only_offer_names_and_no_module_has_a_vague_name():
    package = ROOT / "campaign"
    full = [path for path in package.glob("*/**/__init__.py") if _has_code(path)]
    vague = [
        path for name in ("utils", "helpers", "common") for path in package.rglob(f"{name}*.py")
    ]
    assert full + vague == []


def _has_code(path):
    """Return whether a module holds more than its docstring, imports and `__all__`."""
    return any(
        not isinstance(node, ast.ImportFrom | ast.Expr)
        and not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        for node in ast.parse(path.read_text()).body
    )


# Their data takes megabytes, and few processes use them.
IMPORTED_WHEN_USED = {("campaign/accounts/passwords.py", "from zxcvbn import zxcvbn")}


def test_nothing_else_is_imported_inside_a_function():
    found = [
        (str(path.relative_to(ROOT)), ast.unparse(inner))
        for path in (ROOT / "campaign").rglob("*.py")
        for outer in ast.walk(ast.parse(path.read_text()))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert set(found) == IMPORTED_WHEN_USED

"""Read names out of the sources, where no object of the running code holds them.

A call is found by the function that it calls, not by that function's name. So a rename does not
hide it.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import campaign

ROOT = Path(__file__).parents[3]
# These are programs that run on import.
SKIPPED = ("campaign.montage.data.", "campaign.process.isolated")


@cache
def modules() -> list[tuple[ModuleType, ast.Module]]:
    """Return each module of the product with its syntax tree."""
    names = [
        info.name
        for info in pkgutil.walk_packages(campaign.__path__, "campaign.")
        if not info.name.startswith(SKIPPED)
    ]
    loaded = [importlib.import_module(name) for name in ("campaign", *sorted(names))]
    return [
        (module, ast.parse(inspect.getsource(module)))
        for module in loaded
        if Path(module.__file__).stat().st_size
    ]


def calls_of(*functions) -> Iterator[tuple[ModuleType, ast.Call]]:
    """Yield each call of one of these functions or classes, with its module."""
    for module, node in nodes():
        if isinstance(node, ast.Call) and any(
            resolved(module, node.func) is function for function in functions
        ):
            yield module, node


@cache
def nodes() -> list[tuple[ModuleType, ast.Call | ast.Subscript | ast.Constant]]:
    """Return each call, subscript and constant of the product, with its module."""
    return [
        (module, node)
        for module, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call | ast.Subscript | ast.Constant)
    ]


def resolved(module, node):
    """Return the object that an expression names in its module, or None."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute):
        owner = resolved(module, node.value)
        # Anything else may be a proxy that needs a request.
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType | type) else None
    return None


def texts_of(module, node) -> set[str]:
    """Return the texts that an expression may have, as far as the module shows.

    `{}` stands for values filled in.
    """
    if isinstance(node, ast.IfExp):
        return texts_of(module, node.body) | texts_of(module, node.orelse)
    if isinstance(node, ast.JoinedStr):
        parts = (
            part.value if isinstance(part, ast.Constant) else _filled_in(module, part.value)
            for part in node.values
        )
        return {"".join(parts)}
    value = resolved(module, node)
    return {value} if isinstance(value, str) else set()


def argument(call, place, *names):
    """Return the argument of a call by its position or one of its names, or None."""
    if len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def texts_given(functions, place, *names) -> set[str]:
    """Return the texts that calls of `functions` pass as one argument."""
    return {
        text
        for module, call in calls_of(*functions)
        for text in texts_of(module, argument(call, place, *names))
    }


def literal_keys(module) -> set[str]:
    """Return the keys of dicts: `sent["name"]`, `sent.get("name")`, `"name" in sent`."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        key = None
        if isinstance(node, ast.Subscript):
            key = node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            key = node.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.add(key.value)
    return found


def constants() -> Iterator[str]:
    """Yield every text constant of the product."""
    for _module, node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def files(folder: str, *endings: str) -> Iterator[str]:
    """Yield the text of each of our own files below a folder of the checkout."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in endings and "vendor" not in path.parts:
            yield path.read_text()


def _filled_in(module, node):
    value = resolved(module, node)
    return value if isinstance(value, str) else "{}"

"""Tests that each list, count and choice of the workspace is built from the organizer's causes.

`causes_where(action)` returns the ids of these causes. `tests/organize/test_isolation.py` shows
that no page depends on another organisation.
"""

import ast
from functools import cache
from pathlib import Path

CAMPAIGN = Path(__file__).parents[2] / "campaign"
WORKSPACE = CAMPAIGN / "organize"
SOURCES = {"causes_where"}

# Function of the workspace → why it passes other causes.
NOT_FROM_CAUSES_WHERE = {
    "imports/routes.py:render_batch": "the cause of a batch that the guard has checked",
    "signatures/routes.py:_decide": "a signature that the guard has checked",
    "signatures/routes.py:_render_page": "a signature that the guard has checked",
    "signatures/routes.py:comment": "a signature that the guard has checked",
    "people/routes.py:index": "_Visible holds the result of causes_where",
}
# Function of the workspace → why it selects rows itself.
SELECTS = {
    "auth/sessions.py:_remember": "the organizer's own devices",
    "core/audit.py:state_of": "the object that the guard has checked",
    "core/audit.py:_readable": "the web address of what the object names",
    "core/audit.py:_named": "the object that the guard has checked",
    "core/navigation.py:sidebar_counts": "joins the counts below",
    "core/navigation.py:_counted": "limited by _of",
    "core/navigation.py:_waiting": "limited by _of",
    "core/navigation.py:_open": "limited by _of",
    "core/navigation.py:_ahead": "limited by _of",
    "core/scope.py:petitions_where": "limited by causes_where",
    "mail/suppressions.py:is_known_in": "limited by its argument",
    "people/routes.py:grant_of": "one row, which the guard checks",
}


@cache
def trees():
    return {path: ast.parse(path.read_text()) for path in sorted(CAMPAIGN.rglob("*.py"))}


@cache
def limited_functions():
    """Return {name: position of its parameter `cause_ids`, None if keyword-only}."""
    found = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                positions = [argument.arg for argument in node.args.args]
                if "cause_ids" in positions and not node.name.startswith("_"):
                    found[node.name] = positions.index("cause_ids")
    return found


def functions_of_the_workspace():
    """Yield (name with its file, FunctionDef)."""
    for path, tree in trees().items():
        if WORKSPACE in path.parents:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    yield f"{path.relative_to(WORKSPACE)}:{node.name}", node


def called(node):
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def passed_causes(node):
    """Yield the expressions that a call passes as the causes of a limited function."""
    yield from (keyword.value for keyword in node.keywords if keyword.arg == "cause_ids")
    arguments, name = list(node.args), called(node)
    if name == "partial" and arguments:
        name, arguments = getattr(arguments[0], "id", ""), arguments[1:]
    position = limited_functions().get(name)
    if position is not None and position < len(arguments):
        yield arguments[position]


def is_limited(expression, function):
    """Return whether an expression is `causes_where(…)`, or a variable that holds it."""
    if isinstance(expression, ast.Call):
        return called(expression) in SOURCES
    if not isinstance(expression, ast.Name):
        return False
    if expression.id in {
        argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)
    }:
        return True
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            pairs = _pairs(node)
            if any(
                isinstance(target, ast.Name)
                and target.id == expression.id
                and isinstance(value, ast.Call)
                and called(value) in SOURCES
                for target, value in pairs
            ):
                return True
    return False


def _pairs(node):
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def test_every_query_of_several_causes_gets_those_of_the_organizer():
    wrong, calls = set(), 0
    for name, function in functions_of_the_workspace():
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                for expression in passed_causes(node):
                    calls += 1
                    if not is_limited(expression, function):
                        wrong.add(name)
    assert wrong == NOT_FROM_CAUSES_WHERE.keys()
    assert calls > 40


def test_workspace_selects_no_rows_itself_without_a_reason():
    selecting = {
        name
        for name, function in functions_of_the_workspace()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and (called(node) == "select" or ast.unparse(node.func).endswith("db.session.get"))
    }
    assert selecting == SELECTS.keys()

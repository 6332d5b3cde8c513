"""Tests that a migration leaves the former release running: expand first, contract later."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKER = "CONTRACTS_AFTER"
REMOVING = {"drop_table", "drop_column", "rename_table"}
REMOVING_SQL = re.compile(
    r"\b(drop\s+(table|column|view)|rename\s+(to|column)|alter\s+column\s+\S+\s+(type|set\s+not\s+null))\b",
    re.IGNORECASE,
)


def contracting_steps(source):
    """Return the steps of a migration's `upgrade` that may break code of the former release."""
    tree = ast.parse(source)
    [upgrade] = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    ]
    calls = [
        node
        for node in ast.walk(upgrade)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [
        *(call.func.attr for call in calls if _contracts(call)),
        *(text for text in texts if REMOVING_SQL.search(text)),
    ]


def _contracts(call):
    name, options = call.func.attr, {option.arg: option.value for option in call.keywords}
    if name == "alter_column":
        return (
            "new_column_name" in options or "type_" in options or _is_false(options.get("nullable"))
        )
    if name == "add_column":
        # The former release inserts rows without it.
        [*_, column] = call.args
        of_column = {option.arg: option.value for option in getattr(column, "keywords", ())}
        return _is_false(of_column.get("nullable")) and "server_default" not in of_column
    return name in REMOVING


def _is_false(node):
    return isinstance(node, ast.Constant) and node.value is False


def marker_of(source):
    """Return the last release that still used what a migration removes, or None."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == MARKER:
            return ast.literal_eval(node.value)
    return None


def released():
    """Return the versions that the changelog lists as released."""
    return re.findall(
        r"^## \[?v?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )


def test_only_marked_migrations_contract():
    wrong = {}
    for path in (ROOT / "migrations/versions").glob("*.py"):
        source = path.read_text()
        steps = contracting_steps(source)
        if steps and marker_of(source) not in released():
            wrong[path.name] = steps
    assert wrong == {}


@pytest.mark.parametrize(
    "step",
    [
        'op.drop_column("petition", "goal")',
        'op.drop_table("petition")',
        'op.rename_table("petition", "appeal")',
        'op.alter_column("petition", "goal", new_column_name="aim")',
        'op.alter_column("petition", "goal", nullable=False)',
        'op.alter_column("petition", "goal", type_=sa.Text())',
        'op.add_column("petition", sa.Column("aim", sa.Text(), nullable=False))',
        'op.execute("alter table petition drop column goal")',
        'op.execute("ALTER TABLE petition RENAME TO appeal")',
        'batch.drop_column("goal")',
    ],
)
def test_step_that_breaks_the_former_release_is_found(step):
    assert contracting_steps(f"def upgrade():\n    {step}\n")


@pytest.mark.parametrize(
    "step",
    [
        'op.create_table("appeal", sa.Column("id", sa.Integer(), nullable=False))',
        'op.add_column("petition", sa.Column("aim", sa.Text(), nullable=True))',
        'op.add_column("petition", sa.Column("aim", sa.Text(), server_default="", nullable=False))',
        'op.drop_index("ix_petition_goal", "petition")',
        'op.execute("drop trigger if exists search_petition_changed on petition")',
    ],
)
def test_step_that_expands_is_allowed(step):
    assert contracting_steps(f"def upgrade():\n    {step}\n") == []


def test_marker_names_a_release():
    assert marker_of('CONTRACTS_AFTER = "0.1.0"\n') == "0.1.0"
    assert marker_of('revision = "0002"\n') is None

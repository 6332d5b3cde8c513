"""List which guard protects each address of the workspace, one line for each method.

A guard is a permission (`anywhere`, or `of its object`), or whom else the view accepts. `+
password` means that the password must be fresh. The lines are compared with
`tests/vectors/workspace_guards.txt`. After an intended change, `python -m
tests.house.workspace_guards --write` updates that file.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from tests import databases
from tests.conftest import make_app

FILE = Path(__file__).parents[1] / "vectors" / "workspace_guards.txt"
HOW_TO_UPDATE = (
    "If each of these changes is meant, run: python -m tests.house.workspace_guards --write"
)


def gather(app: Flask) -> list[str]:
    """Return the lines `METHOD /address: guard` of the running application, sorted by address."""
    lines = [
        f"{method} {rule.rule}: {_guard_of(app.view_functions[rule.endpoint])}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/organize")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    return sorted(lines, key=by_address)


def by_address(line: str) -> tuple[str, str]:
    """Return the sort key of a line: the address, then the method."""
    method, _, rest = line.partition(" ")
    return rest, method


def load() -> list[str]:
    """Return the recorded lines."""
    return FILE.read_text(encoding="utf-8").splitlines()


def differences(before: list[str], after: list[str]) -> list[str]:
    """Return a line for each guard that is gone (`-`) or new (`+`)."""
    gone = {line: "-" for line in set(before) - set(after)}
    new = {line: "+" for line in set(after) - set(before)}
    return [f"{sign} {line}" for line, sign in sorted((gone | new).items())]


def _guard_of(view: object) -> str:
    parts = [getattr(view, "permission", "nothing"), getattr(view, "reach", "")]
    fresh = "+ password" if getattr(view, "is_fresh", False) else ""
    return " ".join(part for part in (*parts, fresh) if part)


def main() -> None:
    with TemporaryDirectory() as var:
        found = gather(make_app(databases.fresh("sqlite"), var))
    if "--write" in sys.argv[1:]:
        FILE.write_text("\n".join(found) + "\n", encoding="utf-8")
        print(f"{len(found)} guards in {FILE}")
    else:
        print("\n".join(differences(load(), found)) or "No guard has changed.")


if __name__ == "__main__":
    main()

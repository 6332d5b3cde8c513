"""A setting or command without a line in the documents fails here."""

import re
from pathlib import Path

from flask import current_app

ROOT = Path(__file__).parents[2]
# Flask's own.
FOREIGN = {"run", "shell", "routes"}


def test_every_setting_is_documented_and_every_documented_one_exists():
    code = (ROOT / "config.py").read_text()
    read = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', code))
    written = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert read == written


def test_every_command_is_documented_and_says_what_it_does(app):
    page = (ROOT / "docs/commands.md").read_text()
    commands = dict(_leaves(current_app.cli))
    assert {name for name in commands if f"`flask {name}" not in page} == set()
    assert {name for name, command in commands.items() if not command.help} == set()


def test_every_documented_command_exists(app):
    page = (ROOT / "docs/commands.md").read_text()
    named = set(re.findall(r"^\| `flask ((?:[a-z]+ ?)+)", page, re.MULTILINE))
    known = {*dict(_leaves(current_app.cli)), "db upgrade"}
    assert {name.strip() for name in named} <= known


def _leaves(group, path=()):
    for name, command in group.commands.items():
        if not path and name in (*FOREIGN, "db"):
            continue
        if hasattr(command, "commands"):
            yield from _leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command

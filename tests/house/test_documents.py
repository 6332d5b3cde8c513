"""Tests that settings, commands, libraries and decisions are documented, without broken links."""

import json
import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from flask import current_app
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
# These are Flask's own.
FOREIGN = {"run", "shell", "routes"}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NAME = re.compile(r"[\w-]+")
PINNED = re.compile(r"^([\w.-]+)(?:\[\w+\])?==\S+", re.MULTILINE)


def test_every_setting_is_documented_and_every_documented_one_exists():
    code = (ROOT / "config.py").read_text()
    read = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', code))
    written = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    )
    assert read == written


def test_every_command_is_documented_and_says_what_it_does(app):
    page = (ROOT / "docs/commands.md").read_text()
    commands = dict(_leaves(current_app.cli))
    assert {name for name in commands if f"`volante {name}" not in page} == set()
    assert {name for name, command in commands.items() if not command.help} == set()


def test_every_documented_command_exists(app):
    page = (ROOT / "docs/commands.md").read_text()
    named = set(re.findall(r"^\| `volante ((?:[a-z]+ ?)+)", page, re.MULTILINE))
    known = {*dict(_leaves(current_app.cli)), "db upgrade", "db copy"}
    assert {name.strip() for name in named} <= known


def test_every_link_in_a_document_points_to_a_file():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in LINK.findall(page.read_text())]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
    assert len(links) > 40


def test_every_address_that_verifies_a_server_names_the_certificates_to_trust():
    """Without them, libpq looks in a folder that the site does not have, and cannot connect."""
    places = [*(ROOT / "docs").glob("*.md"), *(ROOT / "campaign/cli").rglob("*.py")]
    addresses = [
        (path.name, address)
        for path in places
        for address in re.findall(r"\?\S*sslmode=verify-full\S*", path.read_text())
    ]
    assert [pair for pair in addresses if "&sslrootcert=/" not in pair[1]] == []
    assert len(addresses) > 3


def test_decisions_are_numbered_without_gaps_and_listed():
    folder = ROOT / "docs/decisions"
    headings = [path.read_text().partition("\n")[0] for path in sorted(folder.glob("0*.md"))]
    files = [path.name for path in sorted(folder.glob("0*.md"))]
    numbers = range(1, len(files) + 1)
    assert [file[:4] for file in files] == [f"{number:04}" for number in numbers]
    titles = [
        heading.removeprefix(f"# {number}. ")
        for number, heading in zip(numbers, headings, strict=True)
    ]
    rows = [
        f"| {number} | [{title}]({file}) |"
        for number, title, file in zip(numbers, titles, files, strict=True)
    ]
    listed = (folder / "README.md").read_text().splitlines()
    assert sorted(line for line in listed if line.startswith("| ") and "](" in line) == sorted(rows)


def test_every_library_has_its_reason():
    required, tools = _required()
    reasons = (ROOT / "docs/libraries.md").read_text()
    assert [
        name for name in required + tools if not re.search(rf"\b{name}\b", reasons, re.IGNORECASE)
    ] == []
    vendored = [path.name for path in (ROOT / "static/vendor").glob("*.js")]
    assert [name for name in vendored if f"`{name}`" not in reasons] == []
    scripts = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert [name for name in scripts if name not in reasons] == []
    assert len(required) > 30 and tools and vendored and scripts


def test_lock_files_pin_every_dependency_with_its_hashes():
    for file, names in zip(("requirements.txt", "requirements-dev.txt"), _required(), strict=True):
        text = (ROOT / file).read_text()
        entries = re.split(r"^(?=[\w.-]+(?:\[|==))", text, flags=re.MULTILINE)[1:]
        pinned = {_canonical(name) for name in PINNED.findall(text)}
        assert {_canonical(name) for name in names} <= pinned
        assert [
            entry for entry in entries if not PINNED.match(entry) or "--hash=sha256:" not in entry
        ] == []
        # A lock that names an index or a folder installs from that machine only.
        assert not re.search(r"https?://|file:|^--|^-[ef]", text, re.MULTILINE)


def test_lock_files_pin_packages_with_the_extras_that_are_needed():
    # Without them, pip 23 takes a newer release than the pinned one, and then refuses it.
    for file in ("requirements.txt", "requirements-dev.txt"):
        pins = re.findall(r"^[^\s#]+==[^\s;\\]+", (ROOT / file).read_text(), re.MULTILINE)
        pinned = {_canonical(pin.name): pin.extras for pin in map(Requirement, pins)}
        assert [
            f"{name} needs {needed}"
            for name, extras in pinned.items()
            for needed in _installed_requirements(name, extras)
            if not needed.extras <= pinned.get(_canonical(needed.name), needed.extras)
        ] == []


def test_script_lock_pins_by_hash_and_names_no_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    scripts = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert scripts["version"] == lock["version"] == project["version"]


def _required():
    """Return what the product imports, and what its tests and tools need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    return tuple([NAME.match(requirement)[0] for requirement in group] for group in groups)


def _installed_requirements(name, extras):
    """Return what a package with these extras needs here, or nothing if it is not installed."""
    try:
        needed = map(Requirement, requires(name) or [])
    except PackageNotFoundError:
        return []
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [
        requirement
        for requirement in needed
        if not requirement.marker
        or any(requirement.marker.evaluate(environment) for environment in environments)
    ]


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _leaves(group, path=()):
    for name, command in group.commands.items():
        if not path and name in (*FOREIGN, "db"):
            continue
        if hasattr(command, "commands"):
            yield from _leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command

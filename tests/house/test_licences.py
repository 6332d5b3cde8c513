"""Tests that the licence of each library, script and font is compatible with ours."""

import json
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from release.licences import VENDORED, licences_of

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([\w.-]+)(?:\[\w+\])?==", re.MULTILINE)
# These may be part of a work under AGPL-3.0-or-later.
COMPATIBLE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT",
    "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# Developers may run these beside it, but they are never distributed with it.
FOR_TOOLS = {"CNRI-Python", "GPL-3.0-or-later"}


@pytest.mark.parametrize(
    ("file", "allowed"),
    [("requirements.txt", COMPATIBLE), ("requirements-dev.txt", COMPATIBLE | FOR_TOOLS)],
)
def test_locked_packages_have_compatible_licences(file, allowed):
    names = PINNED.findall((ROOT / file).read_text())
    found = {name: licences for name in names if (licences := _licences(name)) is not None}
    assert len(found) > len(names) * 2 / 3
    assert {
        name: licences for name, licences in found.items() if not licences or licences - allowed
    } == {}


@pytest.mark.parametrize("folder", VENDORED)
def test_vendored_files_keep_their_licences(folder):
    """OFL, MIT and Apache 2.0 allow distribution with any program that includes their text."""
    texts = [path.read_text() for path in (ROOT / folder).glob("*.txt")]
    known = ("SIL OPEN FONT LICENSE", "MIT License", "Apache License")
    assert texts
    assert [text[:80] for text in texts if not any(name in text for name in known)] == []


def test_vendored_scripts_have_a_licence_each():
    scripts = {path.stem.replace("-decode", "") for path in (ROOT / "static/vendor").glob("*.js")}
    licences = {
        path.name.removesuffix("-LICENSE.txt") for path in (ROOT / "static/vendor").glob("*.txt")
    }
    assert scripts == licences


def test_compatible_licences_are_documented():
    page = (ROOT / "docs/libraries.md").read_text()
    assert {licence for licence in COMPATIBLE | FOR_TOOLS if licence not in page} == set()


def test_licence_is_named_alike_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "LICENSE").read_text()
    assert project["license"] == "AGPL-3.0-or-later"
    assert json.loads((ROOT / "package.json").read_text())["license"] == project["license"]
    assert "GNU AFFERO GENERAL PUBLIC LICENSE\n                       Version 3" in text
    assert project["license"] in (ROOT / "README.md").read_text()


def _licences(name):
    """Return the SPDX identifiers of a package, or nothing for one of other platforms."""
    try:
        return licences_of(distribution(name))
    except PackageNotFoundError:
        return None

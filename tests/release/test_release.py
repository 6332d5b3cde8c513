"""Tests of what `make release` builds, and when it refuses to."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from packaging.utils import canonicalize_name

from campaign.process.version import VERSION
from release import __main__ as release
from release.archive import CONTENTS, LABEL, LICENCES
from release.licences import PINNED, LibraryError, libraries
from tests.faults.running_site import RunningSite

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NEXT = "9.8.7-test.1"


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    """The artefacts of the last commit, by the end of their name."""
    paths = release.build(NEXT, tmp_path_factory.mktemp("dist"))
    return {path.name.removeprefix(f"volante-{NEXT}"): path for path in paths}


@pytest.fixture(scope="module")
def unpacked(artefacts, tmp_path_factory):
    """The folder of the release, as the installer unpacks it."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(artefacts[".tar.gz"]) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"volante-{NEXT}"


def pinned():
    """Return name and version of each library of the lock file that is for this platform."""
    found = {}
    for name, version in PINNED.findall((ROOT / "requirements.txt").read_text()):
        try:
            distribution(name)
        except PackageNotFoundError:
            continue
        found[canonicalize_name(name)] = version
    return found


def test_checksums_are_those_of_the_artefacts(artefacts):
    sums = artefacts.pop("SHA256SUMS").read_text()
    for path in artefacts.values():
        assert f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" in sums
    assert len(sums.splitlines()) == len(artefacts) == 3


def test_same_commit_gives_the_same_bytes(artefacts, tmp_path):
    for path in release.build(NEXT, tmp_path):
        assert path.read_bytes() == (artefacts[".tar.gz"].parent / path.name).read_bytes()


def test_compiled_catalogues_say_when_the_commit_was_made(unpacked):
    made_at = int(release.git("log", "-1", "--format=%ct"))
    for path in unpacked.glob("campaign/translations/*/LC_MESSAGES/*.mo"):
        with path.open("rb") as file:
            created = read_mo(file).creation_date
        # The header has minutes.
        assert created.timestamp() == made_at - made_at % 60


def test_archive_has_what_a_site_needs_and_nothing_else(unpacked):
    assert {path.name for path in unpacked.iterdir()} == {*CONTENTS, LABEL, LICENCES}
    assert (unpacked / LABEL).read_text().split()[0] == NEXT
    assert os.access(unpacked / "deploy" / "install.sh", os.X_OK)
    catalogues = list(unpacked.glob("campaign/translations/*/LC_MESSAGES/*.po"))
    assert catalogues
    assert all(path.with_suffix(".mo").exists() for path in catalogues)


def test_archive_names_nobody(artefacts):
    with gzip.open(artefacts[".tar.gz"]) as unzipped, tarfile.open(fileobj=unzipped) as archive:
        entries = archive.getmembers()
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {
        (0, 0, "", "")
    }
    assert len({entry.mtime for entry in entries}) == 1
    assert {entry.mode for entry in entries} == {0o644, 0o755}


def test_bill_of_materials_lists_every_library_with_its_licence(artefacts):
    bill = json.loads(artefacts[".cdx.json"].read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == NEXT
    assert {each["name"]: each["version"] for each in bill["components"]} == pinned()
    assert [each["name"] for each in bill["components"] if not each["licenses"]] == []
    graph = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert len(graph[f"volante@{NEXT}"]) == len(bill["components"])
    flask, *_ = [ref for ref in graph if ref.startswith("pkg:pypi/flask@")]
    assert any(ref.startswith("pkg:pypi/werkzeug@") for ref in graph[flask])


def test_licence_of_every_library_and_vendored_file_is_there(artefacts):
    text = artefacts["-licences.txt"].read_text()
    titles = {
        canonicalize_name(name) for name in re.findall(r"^([\w.-]+) \S+: ", text, re.MULTILINE)
    }
    assert set(pinned()) - titles == set()
    assert "SIL OPEN FONT LICENSE" in text
    assert "static/vendor/" in text


def test_library_that_differs_from_its_pin_is_refused():
    with pytest.raises(LibraryError):
        libraries("flask==0.1 \\\n")


@pytest.fixture
def repository(monkeypatch):
    """Return a function that says what git answers."""

    def answers(status="", tags=""):
        replies = {"status": status, "tag": tags}
        monkeypatch.setattr(release, "git", lambda command, *_: replies[command])

    return answers


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        ("?? notes.txt", f"v{VERSION}"),
        (" M README.md", f"v{VERSION}"),
        ("", ""),
        ("", "volante"),
        ("", VERSION),
        ("", "v1.2"),
        ("", "v01.2.3"),
        ("", f"v{VERSION}+build"),
        ("", f"v{VERSION}\nv9.9.9"),
        # Other than what the code says.
        ("", "v9.9.9"),
    ],
)
def test_state_that_is_no_release_is_refused(repository, status, tags):
    repository(status, tags)
    with pytest.raises(release.ReleaseError):
        release.tagged_version()


def test_tag_names_the_version_once_the_changelog_has_it(repository, monkeypatch, tmp_path):
    repository(tags=f"v{VERSION}\nother")
    for name in ("pyproject.toml", "CHANGELOG.md"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")
    with pytest.raises(release.ReleaseError):
        release.tagged_version()
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {VERSION} (2026-11-28)\n")
    assert release.tagged_version() == VERSION


def test_command_that_refuses_says_why_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "release", "--to", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        pytest.skip("this is the state of a release")
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_unpacked_archive_serves(unpacked, tmp_path):
    site = RunningSite(tmp_path, code=unpacked)
    try:
        assert site.flask_process("--version")[0] == 0
        site.start()
        assert site.flask_process("signatures", "audit")[0] == 0
    finally:
        site.stop()

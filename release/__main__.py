"""Build the artefacts of a release into dist/, from the commit that is checked out."""

import argparse
import hashlib
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from campaign.process.version import VERSION
from release.archive import write_archive
from release.bill_of_materials import bill_of_materials
from release.licences import LibraryError, libraries, licence_texts

ROOT = Path(__file__).parents[1]
# A version as on semver.org, after the "v" of the tag. Build metadata would not fit into addresses.
TAG = re.compile(
    r"v((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)"
)


class ReleaseError(Exception):
    """Why no release can be built from what is checked out."""


def main() -> None:
    """Build all artefacts, and print where they are."""
    parser = argparse.ArgumentParser(prog="make release", description=__doc__)
    parser.add_argument(
        "--untagged", action="store_true", help="build the last commit, without a tag, to try it"
    )
    parser.add_argument("--to", type=Path, default=ROOT / "dist", metavar="FOLDER")
    options = parser.parse_args()
    try:
        version = untagged_version() if options.untagged else tagged_version()
        artefacts = build(version, options.to)
    except (ReleaseError, LibraryError) as error:
        sys.exit(f"Error: {error}")
    for path in artefacts:
        print(path)


def tagged_version() -> str:
    """Return the version of the release. Raise ReleaseError if this is not the state of one."""
    if git("status", "--porcelain"):
        raise ReleaseError(
            "There are changes that are not committed, or files that git does not know."
            " See: git status"
        )
    tags = git("tag", "--points-at", "HEAD").split()
    versions = [match[1] for tag in tags if (match := TAG.fullmatch(tag))]
    if len(versions) != 1:
        raise ReleaseError(
            f"The last commit needs exactly one tag such as v{VERSION}, but has {len(versions)}."
            " To try without one: make release ARGS=--untagged"
        )
    [version] = versions
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if not version == project == VERSION:
        raise ReleaseError(
            f"The tag says {version}, pyproject.toml {project}, and campaign/process/version.py {VERSION}."
        )
    if not re.search(
        rf"^## \[?v?{re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    ):
        raise ReleaseError(f"CHANGELOG.md has no heading for {version}.")
    return version


def untagged_version() -> str:
    """Return a version that no release has: it sorts before the next one, and names the commit."""
    return f"{VERSION}-dev.g{git('rev-parse', '--short=12', 'HEAD')}"


def build(version: str, folder: Path) -> list[Path]:
    """Write the artefacts of the last commit to `folder` and return their paths.

    The same commit gives the same bytes.
    """
    made_at = datetime.fromtimestamp(int(git("log", "-1", "--format=%ct")), UTC)
    used = libraries((ROOT / "requirements.txt").read_text())
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"volante-{version}.tar.gz"
    licences = licence_texts(used, ROOT)
    write_archive(archive, ROOT, version, git("rev-parse", "HEAD"), made_at, licences)
    bill = folder / f"volante-{version}.cdx.json"
    bill.write_text(bill_of_materials(version, used, made_at))
    texts = folder / f"volante-{version}-licences.txt"
    texts.write_text(licences)
    sums = folder / "SHA256SUMS"
    artefacts = [archive, bill, texts]
    sums.write_text("".join(f"{_sha256(path)}  {path.name}\n" for path in artefacts))
    return [*artefacts, sums]


def git(*arguments: str) -> str:
    """Return what a git command prints."""
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()

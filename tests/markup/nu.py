"""The Nu HTML Checker, the W3C's own: where it is found, and what it says of files."""

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
    """There is no checker here; the message says what is missing."""


def checker():
    """Return the command that runs the checker, as a list; fetches it through npm when it is not here yet.

    It is looked for at VNU_JAR, then in var/cache. Raises NoChecker.
    """
    java = shutil.which("java")
    if java is None:
        raise NoChecker("no Java")
    named = os.environ.get("VNU_JAR")
    jar = Path(named) if named else CACHE / "vnu.jar"
    if not jar.is_file():
        if named or not _fetch(jar):
            raise NoChecker(f"no vnu.jar at {jar}, and none to be had from npm")
    # One processor is as quick for so few pages, and leaves the other to other tests.
    return [java, "-XX:+UseSerialGC", "-Xss2m", "-jar", str(jar)]


def check(command, files):
    """Return what the checker says of all files in one run: dicts of type, url, lastLine, message, extract."""
    arguments = ["--format", "json", "--stdout", "--exit-zero-always", *map(str, files)]
    said = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=CHECK_SECONDS
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)["messages"]


def _fetch(jar):
    npm = shutil.which("npm")
    if npm is None:
        return False
    jar.parent.mkdir(parents=True, exist_ok=True)
    arguments = [npm, "pack", "--silent", "--pack-destination", str(jar.parent), PACKAGE]
    told = subprocess.run(arguments, capture_output=True, text=True, timeout=FETCH_SECONDS)
    if told.returncode:
        return False
    archive = jar.parent / told.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as files:
        member = next((each for each in files.getmembers() if each.name.endswith("/vnu.jar")), None)
        if member:
            unpacked = jar.with_suffix(".part")
            unpacked.write_bytes(files.extractfile(member).read())
            unpacked.replace(jar)
    archive.unlink()
    return jar.is_file()

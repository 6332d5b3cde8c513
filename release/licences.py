"""Read the libraries of a lock file, as they are installed here, and their licences."""

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)
# Folders of scripts and fonts of others, each beside its licence.
VENDORED = ("static/vendor", "static/fonts", "campaign/montage/data/fonts")
LICENCE_FILE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
# Older packages state their licence as text.
IDENTIFIERS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
}
# The packages' own files say this where their metadata does not.
READ_BY_HAND = {
    "axe-playwright-python": {"MIT", "MPL-2.0"},
    "pyrage": {"MIT"},
    # One of the two, for changes since 2017. The older code is BSD-3-Clause only.
    "python-dateutil": {"Apache-2.0", "BSD-3-Clause"},
    # PDFium and what is built into it are all permissive, listed in the package's BUILD_LICENSES
    # folder.
    "pypdfium2": {"Apache-2.0", "BSD-3-Clause"},
}


class LibraryError(Exception):
    """A library that is installed here differs from its pin."""


def libraries(lock: str) -> list[Distribution]:
    """Return the libraries that a lock file pins, without those of other platforms.

    Raise LibraryError if another version is installed here.
    """
    installed = []
    for name, version in sorted(PINNED.findall(lock)):
        try:
            library = distribution(name)
        except PackageNotFoundError:
            continue
        if library.version != version:
            raise LibraryError(
                f"{name} {library.version} is installed, but {version} is pinned. Run: make test"
            )
        installed.append(library)
    return installed


def licences_of(library: Distribution) -> set[str]:
    """Return the SPDX identifiers of a library, or nothing if its metadata does not say."""
    about = library.metadata
    if about["Name"] in READ_BY_HAND:
        return READ_BY_HAND[about["Name"]]
    stated = next((about[name] for name in ("License-Expression", "License") if name in about), "")
    if not stated or "\n" in stated:
        # Some packages have the whole text there. The classifier is short.
        classifiers = [line.split(" :: ") for line in about.get_all("Classifier") or []]
        return {
            IDENTIFIERS[line[-1]]
            for line in classifiers
            if line[0] == "License" and line[-1] in IDENTIFIERS
        }
    if stated in IDENTIFIERS:
        return {IDENTIFIERS[stated]}
    return set(re.split(r" (?:AND|OR) ", stated))


def licence_expression(library: Distribution) -> str:
    """Return the licence of a library as an SPDX expression."""
    about = library.metadata
    if "License-Expression" in about:
        return about["License-Expression"]
    return " AND ".join(sorted(licences_of(library)))


def licence_texts(used: Iterable[Distribution], root: Path) -> str:
    """Return the licences of these libraries and of the vendored files, as one text."""
    parts = [
        _part(
            f"{library.metadata['Name']} {library.version}: {licence_expression(library)}",
            _texts(library),
        )
        for library in used
    ]
    for folder in VENDORED:
        parts += [
            _part(f"{folder}/{path.name}", [path.read_text()])
            for path in sorted((root / folder).glob("*.txt"))
        ]
    return "\n".join(parts)


def _texts(library: Distribution) -> list[str]:
    paths = sorted(
        {str(path.locate()) for path in library.files or [] if LICENCE_FILE.match(path.name)}
    )
    return [Path(path).read_text(errors="replace") for path in paths if not path.endswith(".py")]


def _part(title: str, texts: list[str]) -> str:
    return "\n".join([title, "=" * len(title), "", *(text.strip() + "\n" for text in texts)])

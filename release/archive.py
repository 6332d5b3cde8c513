"""Write the archive that the installer uses."""

import gzip
import io
import subprocess
import tarfile
from datetime import datetime
from pathlib import Path, PurePosixPath

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

# What a site needs to be installed and to run, in containers too. It leaves out tests and tools.
CONTENTS = (
    *("campaign", "config.py", "migrations", "static", "templates", "wsgi.py"),
    *("deploy", "requirements.txt", "docs", "CHANGELOG.md", "LICENSE", "README.md"),
    *("Dockerfile", ".dockerignore", ".env.example", "compose.yaml", "compose.postgres.yaml"),
)
# Says which release it is. The installer reads the first word.
LABEL = "RELEASE"
LICENCES = "THIRD-PARTY-LICENCES.txt"


def write_archive(
    path: Path, root: Path, version: str, commit: str, made_at: datetime, licences: str
) -> None:
    """Write the files of a commit, compiled translations, its label and the licences to `path`."""
    files = _committed(root, commit)
    for name, (data, _) in list(files.items()):
        if name.endswith(".po"):
            files[name.removesuffix(".po") + ".mo"] = (_compiled(name, data, made_at), 0o644)
    files[LABEL] = (f"{version} {commit}\n".encode(), 0o644)
    files[LICENCES] = (licences.encode(), 0o644)
    # No time and no name in the header: the same content gives the same bytes.
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, (data, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(f"volante-{version}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), mode, int(made_at.timestamp())
            archive.addfile(entry, io.BytesIO(data))


def _committed(root: Path, commit: str) -> dict[str, tuple[bytes, int]]:
    """Return data and mode of each file of CONTENTS, by name."""
    packed = subprocess.run(
        ["git", "archive", commit, *CONTENTS], cwd=root, capture_output=True, check=True
    ).stdout
    files = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content:
                files[entry.name] = (content.read(), 0o755 if entry.mode & 0o100 else 0o644)
    return files


def _compiled(name: str, source: bytes, made_at: datetime) -> bytes:
    catalog = read_po(io.BytesIO(source), locale=PurePosixPath(name).parts[-3])
    # Otherwise its header says when this program ran.
    catalog.creation_date = catalog.revision_date = made_at
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()

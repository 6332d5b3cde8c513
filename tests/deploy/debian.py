"""A Debian for a test: a folder made by mmdebstrap, used as a container's root.

A test gets a layer on it, so that what one test installs does not reach the next.
"""

import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("mmdebstrap", "systemd-nspawn", "mount")
RELEASE = "trixie"
# What the installer and the image install, so that the tests wait for these once.
PACKAGES = (
    *("python3-venv", "caddy", "curl", "iproute2", "ca-certificates", "postgresql-client-17"),
    *("systemd", "systemd-sysv", "dbus"),
)
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Without this, systemd inside a container refuses hosts with the older kind of control groups.
NSPAWN_ENVIRONMENT = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}


def skip_without_privileges():
    """Skip the test if this process may not make layers, as in a container without privileges."""
    if os.geteuid() != 0:
        pytest.skip("only root can make the root folder of a container")
    with tempfile.TemporaryDirectory(prefix="volante-lower-") as lower, ExitStack() as stack:
        try:
            stack.enter_context(layer_on(lower))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no privilege to mount a layer: {' '.join(error.stderr.split())[-300:]}")


def make_root(folder):
    """Install Debian with PACKAGES in `folder`. Return an error message, or an empty text."""
    done = subprocess.run(
        [
            *("mmdebstrap", "--quiet", "--variant=apt", "--skip=cleanup/apt/lists"),
            *(f"--include={','.join(PACKAGES)}", RELEASE, str(folder)),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        return f"no mirror of Debian: {done.stderr.strip()[-300:]}"
    # The network may have a proxy with its own certificate.
    shutil.copy(CERTIFICATES, folder / CERTIFICATES.relative_to("/"))
    return ""


@contextmanager
def layer_on(root):
    """Yield a folder that shows `root`. Changes to it are discarded afterwards."""
    with tempfile.TemporaryDirectory(prefix="volante-root-", ignore_cleanup_errors=True) as folder:
        upper, work, merged = (Path(folder, name) for name in ("upper", "work", "merged"))
        for each in (upper, work, merged):
            each.mkdir()
        options = f"lowerdir={root},upperdir={upper},workdir={work}"
        subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o", options, str(merged)],
            capture_output=True,
            text=True,
            check=True,
        )
        try:
            yield merged
        finally:
            subprocess.run(["umount", "--lazy", str(merged)], check=True)


def nspawn(root, *arguments):
    """Return the command that runs a container on `root`."""
    return [
        "systemd-nspawn",
        "--quiet",
        "--register=no",
        "--keep-unit",
        "-D",
        str(root),
        *arguments,
    ]


def nspawn_environment():
    """Return the environment for `nspawn`."""
    return os.environ | NSPAWN_ENVIRONMENT


def copy_tracked_files(source, target, *, leave_out=lambda path: False):
    """Copy the files of the repository `source` that git knows to the folder `target`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=source, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if leave_out(name) or not (source / name).is_file():
            continue
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, copy)

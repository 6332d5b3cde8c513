"""From `make run` on a fresh clone to the first page, with the packages installed."""

import subprocess
import sys
import time
from pathlib import Path

from bench import sites
from bench.processes import ROOT, Server, free_port
from bench.report import Row

MAX_SECONDS = 3


def measure(_scale, folder):
    """Yield how long the first start, which makes the database, and the second take."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    _lend_packages(clone)
    first, second = _seconds(clone, folder), _seconds(clone, folder)
    yield Row(
        "first `make run` of a fresh clone, packages installed, to the first page", f"{first:.1f} s"
    )
    yield Row(
        "second `make run`, to the first page",
        f"{second:.1f} s",
        "",
        f"< {MAX_SECONDS} s",
        second < MAX_SECONDS,
    )


def _lend_packages(clone):
    """Give the clone an environment as `make run` makes it, copied from the current one."""
    (clone / ".venv").mkdir()
    (clone / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (clone / ".venv" / ".run").touch()


def _seconds(clone, folder):
    port = free_port()
    environment = {
        "PORT": str(port),
        "MAKEFLAGS": "",
        "VAR_DIR": "",
        "DATABASE_URL": "",
        "VOLANTE_ENV": "local",
    }
    server = Server(
        ["make", "--no-print-directory", "-C", clone, "run"],
        port=port,
        log=folder / "make.log",
        environment=environment,
    )
    begun = time.monotonic()
    with server:
        server.answers(f"/en/petitions/{sites.SLUG}")
        return time.monotonic() - begun

"""Check the folder VAR_DIR: permissions, free space, age of the last backup and its test."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from campaign.db.last_backup import last_backup_at, last_restore_check_at
from campaign.health.findings import Finding, ok, warning, wrong
from campaign.process.clock import utcnow

# SQLite's write-ahead log grows to 64 MB, and a poster or an export takes some more.
MIN_FREE_BYTES = 200 * 1024**2
LOW_FREE_BYTES = 1024**3
# Backups are made daily. One may be late, but not missing.
MAX_BACKUP_AGE = timedelta(hours=49)
# A backup is tried every month.
MAX_RESTORE_CHECK_AGE = timedelta(days=40)


def check_disk(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with VAR_DIR, its disk and the backups."""
    var = Path(settings["VAR_DIR"])
    yield _check_permissions(var)
    yield check_space(var)
    yield _check_backup(var, is_production=settings["PRODUCTION"])
    yield _check_restore(var, is_production=settings["PRODUCTION"])


def _check_permissions(var: Path) -> Finding:
    status = var.stat()
    if not os.access(var, os.W_OK | os.X_OK):
        return wrong(
            "folder",
            f"this user cannot write to {var}",
            f"Run this command as the user of the site, or: chown -R USER {var}",
        )
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return wrong(
            "folder",
            f"other users of this machine can open {var}, which has personal data",
            f"chmod 700 {var}",
        )
    foreign = sorted(file.name for file in var.iterdir() if file.stat().st_uid != status.st_uid)
    if foreign:
        return wrong(
            "folder",
            f"files in {var} belong to another user, so the site may not write to them:"
            f" {', '.join(foreign[:3])}",
            f"chown -R --reference={var} {var}, and run commands as the user of the site.",
        )
    return ok("folder", f"only its owner can open {var}")


def free_bytes(var: str | Path) -> int:
    """Return how many bytes are free on the disk of VAR_DIR."""
    return shutil.disk_usage(var).free


def reserve_space(var: str | Path) -> None:
    """Leave the last MIN_FREE_BYTES of the disk to signatures.

    Everything else that writes large files to VAR_DIR calls this first. Raise OSError (ENOSPC).
    """
    if free_bytes(var) < MIN_FREE_BYTES:
        raise OSError(errno.ENOSPC, "The rest of the disk is reserved for signatures", str(var))


def check_space(var: str | Path) -> Finding:
    """Return whether the disk of VAR_DIR has room, long before it is full."""
    free = free_bytes(var)
    text = f"{free / 1024**2:,.0f} MB are free for {var}"
    fix = "Delete what you do not need, or get a larger disk. On a full disk, nobody can sign."
    if free < MIN_FREE_BYTES:
        return wrong("disk", text, fix)
    return warning("disk", text, fix) if free < LOW_FREE_BYTES else ok("disk", text)


def _check_backup(var: Path, *, is_production: bool) -> Finding:
    made_at = last_backup_at(var)
    if made_at is None:
        return warning("backup", "none has been made yet", "Run flask backup FILE every day.")
    text = f"the last one was made on {made_at:%Y-%m-%d at %H:%M} UTC"
    if utcnow() - made_at <= MAX_BACKUP_AGE or not is_production:
        return ok("backup", text)
    return wrong(
        "backup",
        text,
        "Find out why the daily backup fails: journalctl -u volante-backup. Then run flask backup FILE.",
    )


def _check_restore(var: Path, *, is_production: bool) -> Finding:
    checked_at = last_restore_check_at(var)
    if checked_at is None:
        return warning(
            "restore",
            "no backup has been tested yet",
            "Run flask restore FILE --check, and systemctl enable --now volante-restore-check.timer.",
        )
    text = f"a backup was last tested on {checked_at:%Y-%m-%d at %H:%M} UTC"
    if utcnow() - checked_at <= MAX_RESTORE_CHECK_AGE or not is_production:
        return ok("restore", text)
    return warning(
        "restore",
        text,
        "Find out why the monthly test fails: journalctl -u volante-restore-check.",
    )

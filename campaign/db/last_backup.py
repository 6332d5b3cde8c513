"""When the database was last backed up, and when a backup was last tried: files in VAR_DIR.

They are not in the database. There, a restored backup would say that a backup was made long ago.
"""

from datetime import datetime
from pathlib import Path

from campaign.process.clock import utcnow

FILE = "last_backup"
CHECK_FILE = "last_restore_check"


def note_backup(var: str | Path) -> None:
    """Record that a backup was completed now. Raises OSError."""
    _note(Path(var, FILE))


def last_backup_at(var: str | Path) -> datetime | None:
    """Return when the last backup was completed, or None if none was or the file is damaged."""
    return _read(Path(var, FILE))


def note_restore_check(var: str | Path) -> None:
    """Record that a backup was tried now, and can be restored. Raises OSError."""
    _note(Path(var, CHECK_FILE))


def last_restore_check_at(var: str | Path) -> datetime | None:
    """Return when a backup was last tried with success, or None if none was."""
    return _read(Path(var, CHECK_FILE))


def _note(file: Path) -> None:
    draft = file.with_name(f"{file.name}.part")
    draft.write_text(f"{utcnow().isoformat()}\n")
    draft.replace(file)


def _read(file: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(file.read_text().strip())
    except (OSError, ValueError):
        return None

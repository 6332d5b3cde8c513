"""When the database was last backed up: one line in a file in VAR_DIR.

It is not in the database. There, a restored backup would say that a backup was made long ago.
"""

from datetime import datetime
from pathlib import Path

from campaign.process.clock import utcnow

FILE = "last_backup"


def note_backup(var: str | Path) -> None:
    """Record that a backup was completed now. Raises OSError."""
    file = Path(var, FILE)
    draft = file.with_name(f"{FILE}.part")
    draft.write_text(f"{utcnow().isoformat()}\n")
    draft.replace(file)


def last_backup_at(var: str | Path) -> datetime | None:
    """Return when the last backup was completed, or None if none was or the file is damaged."""
    try:
        return datetime.fromisoformat(Path(var, FILE).read_text().strip())
    except (OSError, ValueError):
        return None

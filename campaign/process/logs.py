"""Log to standard error, one line per event and without personal data."""

import logging
import re
import time
from collections.abc import Callable

ADDRESS = re.compile(r"[^\s<>\"'(),;=]+@[^\s<>\"'(),;]+")
# When a constraint is violated, PostgreSQL quotes the whole row.
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)


class PrivateFormatter(logging.Formatter):
    """Writes times in UTC and removes personal data that databases and libraries log."""

    converter: Callable[[float | None], time.struct_time] = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return ADDRESS.sub("…@…", DETAIL.sub(r"\1: left out", super().format(record)))


def start_logging() -> None:
    """Send this process's log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        PrivateFormatter("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # These libraries log every table and font they handle.
    for name in ("alembic", "fontTools", "fpdf"):
        logging.getLogger(name).setLevel(logging.WARNING)

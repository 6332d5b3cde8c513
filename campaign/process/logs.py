"""One line a happening on standard error, and no personal data in it."""

import logging
import re
import time

ADDRESS = re.compile(r"[^\s<>\"'(),;=]+@[^\s<>\"'(),;]+")
# PostgreSQL describes a broken constraint with the whole row.
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)


class PrivateFormatter(logging.Formatter):
    """Writes times in UTC and leaves out what databases and libraries tell of people."""

    converter = time.gmtime

    def format(self, record):
        return ADDRESS.sub("…@…", DETAIL.sub(r"\1: left out", super().format(record)))


def start_logging():
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        PrivateFormatter("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # They tell of every table and font they handle.
    for name in ("alembic", "fontTools", "fpdf"):
        logging.getLogger(name).setLevel(logging.WARNING)

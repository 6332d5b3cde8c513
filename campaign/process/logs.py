"""Log to standard error, as text or as JSON, and without personal data."""

import json
import logging
import re
import time
from collections.abc import Callable, Collection
from ipaddress import ip_address, ip_network

from campaign.process.log_fields import log_fields

# The attribute of a record with what a person has entered. Shorter values are parts of any text.
PRIVATE_VALUES = "private_values"
MIN_PRIVATE_LENGTH = 3
# Longer messages say nothing more, and would fill the disk.
MAX_CHARACTERS = 20_000
MAX_MATCH = 1000
TIME = "%Y-%m-%dT%H:%M:%S"
# Indents all lines of an entry after its first, so that no logged value can look like an entry.
CONTINUED = "\n  "

# The first part has a limit, because otherwise a long text without an address would take minutes.
ADDRESS = re.compile(r"[^\s<>\"'(),;=]{1,250}@[^\s<>\"'(),;]+")
# When a constraint is violated, PostgreSQL quotes the whole row.
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)
QUERY = re.compile(r"\?[\w.~%+-]+=\S*")
IP_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f.]*)(?![\w:])",
    re.IGNORECASE,
)
# Addresses in these belong to servers of the operator, such as the database.
OWN_NETWORKS = [
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]


def without_personal_data(text: str, values: Collection[str] = ()) -> str:
    """Return `text` without rows, email addresses, query strings and public IP addresses.

    The `values` are left out too, even where they are a part of something longer.
    """
    forms = {form for value in values for form in (value, repr(value)[1:-1])}
    # What is left out may begin before the end of the entry, so cut there only afterwards.
    text = text[: MAX_CHARACTERS + MAX_MATCH + max(map(len, forms), default=0)]
    # The longest first, because one may contain another.
    for form in sorted(forms, key=len, reverse=True):
        if len(form) >= MIN_PRIVATE_LENGTH:
            text = text.replace(form, "…")
    text = DETAIL.sub(r"\1: left out", text[: MAX_CHARACTERS + MAX_MATCH])
    text = QUERY.sub("?…", ADDRESS.sub("…@…", text))
    return IP_ADDRESS.sub(_hidden_if_public, text)[:MAX_CHARACTERS]


def _hidden_if_public(match: re.Match[str]) -> str:
    try:
        address = ip_address(match[0])
    except ValueError:
        return match[0]
    return match[0] if any(address in network for network in OWN_NETWORKS) else "…"


class PrivateFormatter(logging.Formatter):
    """Writes an entry as text, with its time in UTC and what its thread works on."""

    converter: Callable[[float | None], time.struct_time] = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry of a record. Only its first line is not indented."""
        fields = log_fields.get({})
        record.fields = "".join(f" {name}={value}" for name, value in fields.items())
        text = without_personal_data(super().format(record), _private_values(record))
        return CONTINUED.join(text.splitlines())


def _private_values(record: logging.LogRecord) -> Collection[str]:
    values: Collection[str] = getattr(record, PRIVATE_VALUES, ())
    return values


class JsonFormatter(logging.Formatter):
    """Writes an entry as one line of JSON, with the same content as PrivateFormatter."""

    converter: Callable[[float | None], time.struct_time] = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry of a record."""
        values = _private_values(record)
        entry = {
            "time": f"{self.formatTime(record, TIME)}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": without_personal_data(record.getMessage(), values),
            **log_fields.get({}),
        }
        if record.exc_info:
            error = self.formatException(record.exc_info)
            entry["exception"] = without_personal_data(error, values)
        return json.dumps(entry, ensure_ascii=False)


def start_logging(log_format: str) -> None:
    """Send this process's log to standard error, as LOG_FORMAT says: `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonFormatter()
        if log_format == "json"
        else PrivateFormatter("%(asctime)sZ %(levelname)s %(name)s%(fields)s: %(message)s", TIME)
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # These libraries log every table and font they handle.
    for name in ("alembic", "fontTools", "fpdf"):
        logging.getLogger(name).setLevel(logging.WARNING)

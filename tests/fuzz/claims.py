"""Send requests, and check claims that hold for the response to any of them."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes

from sqlalchemy import event

from campaign.extensions import db

SUPPORTERS = b"@rosales.example"
WRITES = re.compile(r"\s*(?:insert into|update|delete from|replace into) (\w+)", re.IGNORECASE)
# Views of personal data and refused requests are recorded. A poster and its job are created on
# first request.
LEFT_BY_LOOKING = {"audit_entry", "poster", "job"}
# oEmbed demands 501 for a format that we do not have. Otherwise the site is busy, or the kiosk has
# to keep its records.
ON_PURPOSE = {501: "Content-Type", 503: "Retry-After", 507: "Content-Type"}


class Watcher:
    """Send requests and collect broken claims: `faults` holds (what, request)."""

    def __init__(self, caplog):
        self.faults, self.sent = {}, 0
        self._caplog, self._writes = caplog, []
        event.listen(db.engine, "before_cursor_execute", self._note_write)

    def close(self):
        event.remove(db.engine, "before_cursor_execute", self._note_write)

    def send(self, client, method, address, *, headers=(), shows_people=False, **options):
        """Send a request whose URL may be wrongly percent-encoded and return the response."""
        path, _, query = address.partition("?")
        raw = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query}
        self._caplog.clear()
        self._writes.clear()
        self.sent += 1
        what = f"{method} {address[:300]} {dict(headers)} {options}"[:1500]
        answer = client.open(
            "/", method=method, headers=dict(headers), environ_overrides=raw, **options
        )
        for fault in self._broken(method, path, answer, shows_people):
            self.faults.setdefault(fault, what)
        return answer

    def _broken(self, method, path, answer, shows_people):
        if answer.status_code >= 500 and not self._is_on_purpose(answer):
            yield f"{answer.status_code} {self._last_error() or path[:80]}"
        if method in ("GET", "HEAD") and self._writes:
            yield f"{method} writes: {self._writes[0]} ({self._rule(path)})"
        if not path.startswith(("/organize", "/api", "/kiosk")) and "Set-Cookie" in answer.headers:
            yield f"sets a cookie: {self._rule(path)}"
        if answer.mimetype in ("text/html", "image/svg+xml"):
            yield from (
                f"markup came back: {item} ({self._rule(path)})" for item in markup_in(answer.text)
            )
        if not shows_people and SUPPORTERS in answer.data:
            yield f"names a supporter's address: {self._rule(path)}"

    def _is_on_purpose(self, answer):
        return ON_PURPOSE.get(answer.status_code, "-") in answer.headers and not self._last_error()

    def _last_error(self):
        errors = [record for record in self._caplog.records if record.levelname == "ERROR"]
        if not errors:
            return ""
        info = errors[-1].exc_info
        if not info or not info[1]:
            return errors[-1].getMessage()
        place, last = info[2], None
        while place:
            name = place.tb_frame.f_code.co_filename
            last = (
                f"{name.rpartition('/campaign/')[2]}:{place.tb_lineno}"
                if "/campaign/" in name
                else last
            )
            place = place.tb_next
        return f"{type(info[1]).__name__} at {last}"

    def _note_write(self, _connection, _cursor, statement, *_):
        found = WRITES.match(statement)
        if found and found[1] not in LEFT_BY_LOOKING:
            self._writes.append(found[0].strip())

    @staticmethod
    def _rule(path):
        return re.sub(r"%[0-9A-Fa-f]{2}", "", path)[:60]


class Markup(HTMLParser):
    """Collect elements, handlers and scripts that hostile values turned into."""

    def __init__(self):
        super().__init__()
        self.found = set()
        self._script = False

    def handle_starttag(self, tag, attributes):
        kinds = dict(attributes)
        self._script = tag == "script" and "json" not in (kinds.get("type") or "")
        if tag == "fuzz":
            self.found.add("<fuzz>")
        for name, value in attributes:
            if name.startswith("on") and ("fuzz" in name or "fuzz" in (value or "")):
                self.found.add(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and (
                value or ""
            ).strip().lower().startswith("javascript:"):
                self.found.add(f"{tag} {name}=javascript:")

    def handle_data(self, data):
        if self._script and "fuzz(" in data:
            self.found.add("script")


def markup_in(text):
    """Return the markup in a page that a visitor sent."""
    if "fuzz" not in text:
        return set()
    reader = Markup()
    reader.feed(text)
    return reader.found

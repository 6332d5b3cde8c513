"""A site of a few pages with the real content policy.

It answers as the test says and records the requests.
"""

import hashlib
import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from campaign.web.headers import POLICY

HERE = Path(__file__).parent
PAGES = HERE / "pages"
STATIC = HERE.parents[2] / "static"
SCRIPTS = STATIC / "js"
ROOT = "/static/0a1b2c/"
BASE = f"{ROOT}js"
KINDS = {".js": "text/javascript", ".html": "text/html; charset=utf-8"}
PULSE = "/causes/butterflies/pulse.json"


class Site:
    """The responses of the little server, and the requests it got."""

    def __init__(self):
        self.count = 1200
        self.petitions = {"find-them": 900}
        self.next_ms = 500
        self.pulse_status = 200
        self.pulse_hangs = threading.Event()
        self.pulses = []
        self.posts = []
        self.post_status = 201
        self.post_waits = 0
        self.challenge = {}
        self.number_after = 3
        self.hatched_asks = 0

    def pulse(self):
        facts = {
            "cause": "butterflies",
            "count": self.count,
            "petitions": self.petitions,
            "next_ms": self.next_ms,
        }
        tag = 'W/"' + hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12] + '"'
        return {**facts, "at": "2026-09-26T12:00:00.000Z"}, tag


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="application/json", **headers):
        # A browser that left before the response is not a failure.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

    def json(self, value, status=200, **headers):
        self.answer(status, json.dumps(value).encode(), **headers)

    def do_GET(self):
        site, path = self.server.site, urlsplit(self.path)
        if path.path.startswith(ROOT):
            self.file(STATIC / path.path.removeprefix(ROOT), {})
        elif path.path.startswith("/pages/"):
            query = {name: values[0] for name, values in parse_qs(path.query).items()}
            self.file(
                PAGES / path.path.removeprefix("/pages/"), {"lang": "en", "altcha": "", **query}
            )
        elif path.path == PULSE:
            self.pulse(site)
        elif path.path == "/altcha.json":
            self.json(site.challenge) if site.challenge is not None else self.answer(500)
        elif path.path == "/hatched/receipt":
            site.hatched_asks += 1
            self.json({"number": 43 if site.hatched_asks >= site.number_after else None})
        else:
            self.answer(404)

    def file(self, path, values):
        if not path.is_file():
            return self.answer(404)
        text = path.read_text()
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return self.answer(200, text.encode(), KINDS[path.suffix])

    def pulse(self, site):
        site.pulses.append(dict(self.headers))
        if site.pulse_hangs.is_set():
            time.sleep(0.05)
            with suppress(ConnectionResetError):
                self.connection.recv(1)
            self.close_connection = True
            return
        answer, tag = site.pulse()
        if site.pulse_status != 200:
            self.json({}, site.pulse_status)
        elif self.headers.get("If-None-Match") == tag:
            self.answer(304, ETag=tag)
        else:
            self.json(answer, ETag=tag)

    def do_POST(self):
        site = self.server.site
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        site.posts.append(parse_qs(body, keep_blank_values=True))
        time.sleep(site.post_waits)
        if self.headers["Accept"] == "application/json":
            self.json({"status": "pending"}, site.post_status)
        else:
            self.answer(303, Location="/pages/thanks.html")

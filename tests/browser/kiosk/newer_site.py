"""Serve the site through a proxy of the test, which can switch to another version of the app."""

import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

WORKER, PAGE = "/kiosk/worker.js", "/kiosk/"
HELD_SECONDS = 120
HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.paths.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {
            name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"
        }
        behind = HTTPConnection("127.0.0.1", urlsplit(self.server.site.url).port, timeout=30)
        behind.request(self.command, self.path, body or None, headers)
        answer = behind.getresponse()
        words = answer.read()
        behind.close()
        if self.path == PAGE:
            self.server.gives_page.wait(HELD_SECONDS)
        if self.path == WORKER and self.server.is_newer:
            words = words.replace(b'"version": "', b'"version": "newer-', 1)
        for former, other in self.server.changes.get(self.path, ()):
            words = words.replace(former.encode(), other.encode())
        if self.server.broken and self.path.endswith(self.server.broken):
            self.server.refuses.wait(HELD_SECONDS)
            # The file may be cached for a year. Its error must not be.
            self.send_response(503)
            self.send_header("Cache-Control", "no-store")
        else:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    do_POST = do_GET


class NewerSite(ThreadingHTTPServer):
    """A site like ServedSite. `is_newer` says whether its app is the other version.

    `changes` are pairs (old text, new text) by path. A path that ends with `broken` is refused
    while `refuses` is set, and waits otherwise. The app's page is served only while `gives_page` is
    set. `paths` are those of all requests so far.
    """

    daemon_threads = True
    is_newer = False
    broken = ""

    def __init__(self, site):
        super().__init__(("127.0.0.1", 0), Proxy)
        self.site, self.var, self.flask = site, site.var, site.flask
        self.changes = {}
        self.paths = []
        self.gives_page, self.refuses = threading.Event(), threading.Event()
        self.gives_page.set()
        self.refuses.set()
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def newer_site(site):
    proxy = NewerSite(site)
    threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.gives_page.set()
        proxy.refuses.set()
        proxy.shutdown()
        proxy.server_close()

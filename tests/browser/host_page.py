"""Serve a host's site: one page on another port of this machine, under a strict policy."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# This is exactly what docs/embedding.md asks of a host.
POLICY = "default-src 'none'; script-src {site}; frame-src {site}"
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A partner</title>
<script src="{site}/embed/volante.js" async></script></head>
<body><h1>A partner</h1>{body}</body></html>"""


class HostPage:
    """Serve one page with `body`, including the element's script of `site`, at `url`."""

    def __init__(self, site, body, lang="en"):
        page = PAGE.format(site=site, body=body, lang=lang).encode()
        policy = POLICY.format(site=site)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.path == "/" else 204)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(page if self.path == "/" else b"")

            def log_message(self, *_):
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

"""Provide a page to cache and a client to request it, without an application."""

from io import BytesIO

from werkzeug.test import EnvironBuilder, run_wsgi_app

PUBLIC = "public, max-age=1, stale-while-revalidate=5"
LONG = b"One butterfly for every name. " * 100


class Page:
    """A WSGI application that counts its requests, with a response that can be changed."""

    def __init__(self, body=LONG, *, rule=PUBLIC, status="200 OK", **headers):
        self.body = body
        self.rule = rule
        self.status = status
        self.headers = {"Content-Type": "text/html; charset=utf-8", **headers}
        self.requests = []
        self.closed = 0

    def __call__(self, environ, start_response):
        self.requests.append(environ)
        named = [*self.headers.items(), ("Content-Length", str(len(self.body)))]
        start_response(self.status, named + ([("Cache-Control", self.rule)] if self.rule else []))
        return Chunks(self)


class Chunks:
    """The body in two chunks, which records when the server has closed it."""

    def __init__(self, page):
        self._page = page
        self._pieces = iter((page.body[:10], page.body[10:]))

    def __iter__(self):
        return self._pieces

    def close(self):
        self._page.closed += 1


class Got:
    """The response that a visitor got."""

    def __init__(self, chunks, status, headers):
        self.status = int(status.split()[0])
        self.headers = headers
        self.body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()


def ask(app, path="/en/", *, method="GET", **headers):
    """Request a page from `app`. Keywords are request headers, such as Accept_Encoding="br"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    builder = EnvironBuilder(path, method=method, headers=named, input_stream=BytesIO(b""))
    return Got(*run_wsgi_app(app, builder.get_environ()))


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def pass_by(self, seconds):
        self.now += seconds

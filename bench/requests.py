"""The requests of a browser, as raw bytes."""

BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: fr-CA,fr;q=0.8,en;q=0.5",
)


def form_request(path, port, form):
    """Return a POST of urlencoded bytes as a browser sends it from a page of the same site."""
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
        *BROWSER,
    )
    return _head(lines) + form


def page_request(path, port, headers=()):
    """Return a GET as a browser sends it, without compression unless `headers` ask for it."""
    return _head((f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *BROWSER, *headers))


def _head(lines):
    return "\r\n".join((*lines, "", "")).encode()

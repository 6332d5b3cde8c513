"""Build the WSGI environ of a request from Granian's RSGI scope."""

import sys
from functools import lru_cache
from typing import Any

from granian.rsgi import Scope
from werkzeug.wsgi import FileWrapper

_CONSTANT = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.file_wrapper": FileWrapper,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_PROTOCOLS = {"1": "HTTP/1.0", "1.1": "HTTP/1.1"}
_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return the environ of a request, except for its body (`wsgi.input`).

    Headers with an underscore in their name are left out, because WSGI cannot tell them from those
    with a hyphen. A client's `X_Forwarded_For` must not look like a trusted proxy's header.
    """
    server, port = _host_and_port(scope.server)
    environ: dict[str, Any] = _CONSTANT | {
        "SERVER_PROTOCOL": _PROTOCOLS.get(scope.http_version, "HTTP/1.1"),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "REQUEST_METHOD": scope.method,
        # PEP 3333 wants a str in which each character stands for one byte.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        key = _key(name)
        if key in environ:
            environ[key] += f"{';' if name == 'cookie' else ','}{value}"
        elif key:
            environ[key] = value
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    return environ


@lru_cache(maxsize=500)
def _key(name: str) -> str:
    """Return a header's key in the environ, or "" if it must be left out."""
    if "_" in name:
        return ""
    return _WITHOUT_PREFIX.get(name) or "HTTP_" + name.upper().replace("-", "_")


@lru_cache(maxsize=8)
def _host_and_port(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port

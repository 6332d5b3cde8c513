"""The WSGI environ of a request, from what Granian's RSGI scope says."""

import sys
from functools import lru_cache

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


def environ_of(scope):
    """Return the environ of a request, all but its body (`wsgi.input`).

    A header with an underscore in its name is left out: it would be taken for the one with a hyphen, and
    `X_Forwarded_For` must not pass for what a trusted proxy wrote.
    """
    server, port = _host_and_port(scope.server)
    environ = _CONSTANT | {
        "SERVER_PROTOCOL": _PROTOCOLS.get(scope.http_version, "HTTP/1.1"),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "REQUEST_METHOD": scope.method,
        # PEP 3333: a text in which each character stands for one byte.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        key = _key(name)
        if key in environ:
            value = f"{environ[key]}{';' if name == 'cookie' else ','}{value}"
        if key:
            environ[key] = value
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    return environ


@lru_cache(maxsize=500)
def _key(name):
    """Return the key of a header, or nothing where it is left out."""
    if "_" in name:
        return ""
    return _WITHOUT_PREFIX.get(name) or "HTTP_" + name.upper().replace("-", "_")


@lru_cache(maxsize=8)
def _host_and_port(address):
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port

"""The client's IP address, as the nearest trusted proxy reports it."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Some proxies append the client's port: 192.0.2.1:4711, [2001:db8::1]:4711.
# Set in the environ of requests that a trusted proxy sent.
FROM_TRUSTED_PROXY = "volante.from_trusted_proxy"
_WITH_PORT = re.compile(r"\[(?P<v6>[0-9a-fA-F:.]+)\](:\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}", re.ASCII)


class ClientAddress:
    """WSGI layer that sets REMOTE_ADDR and the URL scheme from the headers of trusted proxies.

    `trusted` is a list of networks such as `10.0.0.0/8`. Clients can put anything into
    `X-Forwarded-For`, so we read the list from its end. The first address that is not a trusted
    proxy is the client.
    """

    def __init__(self, app: WSGIApplication, trusted: Iterable[str] = ()) -> None:
        self._app = app
        self._networks = [ip_network(network, strict=False) for network in trusted]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Correct REMOTE_ADDR and the scheme if a trusted proxy sent the request. Pass it on."""
        if self._networks and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            environ[FROM_TRUSTED_PROXY] = True
            environ["REMOTE_ADDR"] = self._client(environ)
            if environ.get("HTTP_X_FORWARDED_PROTO", "").strip() in ("http", "https"):
                environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"].strip()
        return self._app(environ, start_response)

    def _client(self, environ: WSGIEnvironment) -> str:
        client: str = environ["REMOTE_ADDR"]
        for hop in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            try:
                client = str(_parse_address(_without_port(hop.strip())))
            except ValueError:
                break
            if not self._is_trusted(client):
                break
        return client

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = _parse_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _without_port(hop: str) -> str:
    match = _WITH_PORT.fullmatch(hop)
    return (match["v6"] or match["v4"]) if match else hop


def _parse_address(address: str) -> IPv4Address | IPv6Address:
    """Return the parsed address, as IPv4 if a dual-stack socket mapped it (`::ffff:192.0.2.1`)."""
    parsed = ip_address(address)
    return getattr(parsed, "ipv4_mapped", None) or parsed

"""Who is asking: the address that the nearest trusted proxy vouches for."""

import re
from ipaddress import ip_address, ip_network

# Some proxies add the port they were called from: 192.0.2.1:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"\[(?P<v6>[0-9a-fA-F:.]+)\](:\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}", re.ASCII)


class ClientAddress:
    """WSGI layer that sets REMOTE_ADDR and the scheme from forwarding headers, but only as trusted proxies wrote them.

    `trusted` is a list of networks such as `10.0.0.0/8`. Whatever a client itself puts into `X-Forwarded-For` means nothing:
    the list is read from its end, and the first address that is not a trusted proxy's is the client.
    """

    def __init__(self, app, trusted=()):
        self._app = app
        self._networks = [ip_network(network, strict=False) for network in trusted]

    def __call__(self, environ, start_response):
        if self._networks and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._client(environ)
            if environ.get("HTTP_X_FORWARDED_PROTO", "").strip() in ("http", "https"):
                environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"].strip()
        return self._app(environ, start_response)

    def _client(self, environ):
        client = environ["REMOTE_ADDR"]
        for hop in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            try:
                client = str(_plain(_without_port(hop.strip())))
            except ValueError:
                break
            if not self._is_trusted(client):
                break
        return client

    def _is_trusted(self, address):
        try:
            parsed = _plain(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _without_port(hop):
    match = _WITH_PORT.fullmatch(hop)
    return (match["v6"] or match["v4"]) if match else hop


def _plain(address):
    """Return the address, as IPv4 where a socket for both kinds has wrapped it (`::ffff:192.0.2.1`)."""
    parsed = ip_address(address)
    return getattr(parsed, "ipv4_mapped", None) or parsed

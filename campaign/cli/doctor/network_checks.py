"""Check that people can reach the site: its name in the DNS, its proxy and its certificate."""

import json
import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import idna

from campaign.health.findings import Finding, ok, warning, wrong

ANSWER_SECONDS = 5
MAX_BYTES = 1000


def check_network(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether PUBLIC_URL has an address in the DNS, and whether the site answers there."""
    url = settings["PUBLIC_URL"]
    finding = _check_name(urlsplit(url).hostname or "", is_public=settings["PRODUCTION"])
    yield finding
    if finding.state != "wrong":
        yield _check_answer(url)


def _check_name(host: str, *, is_public: bool) -> Finding:
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return wrong(
            "dns",
            f"{host} has no address: {getattr(error, 'strerror', None) or error}",
            "At your domain provider, add an A record (IPv4) or an AAAA record (IPv6) with the"
            " address of this server. Then wait a few minutes.",
        )
    addresses = sorted({str(address[0]) for *_, address in answers})
    text = f"{host} has the address {', '.join(addresses)}"
    if is_public and all(_is_local(address) for address in addresses):
        return warning(
            "dns",
            f"{text}, which only this machine can reach",
            "Check PUBLIC_URL, and the lines of /etc/hosts.",
        )
    return ok("dns", text)


def _is_local(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


def _check_answer(url: str) -> Finding:
    # PUBLIC_URL begins with http:// or https://, see config.py.
    request = Request(f"{url}/healthz", headers={"User-Agent": "Volante doctor"})  # noqa: S310
    try:
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            body = answer.read(MAX_BYTES)
    except HTTPError as error:
        return wrong(
            "site",
            f"{url} answers with the error {error.code}",
            "Check that the proxy passes requests on to the site, and that the site is running.",
        )
    # URLError and failed certificates are OSErrors.
    except (OSError, HTTPException, UnicodeError) as error:
        return warning(
            "site",
            f"{url} cannot be reached from this machine: {error}",
            "Check that the site and the proxy are running, that the firewall opens ports 80 and 443, and what"
            " the proxy's log says about certificates. If other machines reach it, ignore this.",
        )
    if not _is_ours(body):
        return wrong(
            "site",
            f"Something other than Volante answers at {url}",
            "Check that the DNS has the address of this server, and that the proxy passes requests on"
            " to the site.",
        )
    return ok("site", f"{url} answers")


def _is_ours(body: bytes) -> bool:
    """Return whether /healthz of a site like this one answered."""
    try:
        return bool(json.loads(body) == {"status": "ok"})
    except ValueError:
        return False

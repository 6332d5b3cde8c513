"""The mail server that MAIL_URL describes."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

PORTS = {"starttls": 587, "implicit": 465, "none": 25}


@dataclass(frozen=True)
class MailServer:
    """Where and how emails are sent.

    `hello` is the host name we introduce ourselves with, or empty for this machine's name.
    """

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    hello: str = ""


def server_from(url: str, *, hello: str = "") -> MailServer:
    """Parse `smtp://user:pass@host:port?tls=starttls|implicit|none`.

    Without `tls` it is `implicit` on port 465 and for smtps://, `none` on this machine, else
    `starttls`. Raises ValueError, which never contains the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("MAIL_URL must look like smtp://user:pass@host:port?tls=starttls")
    if "@" in parts.path + parts.query + parts.fragment:
        # A / ? or # in the password has ended the host, so part of the password would be its port.
        raise ValueError(
            "MAIL_URL: write special characters of the password as %XX, such as %2F for /"
        )
    tls = parse_qs(parts.query).get("tls", [_default_tls(parts)])[-1]
    if tls not in PORTS:
        raise ValueError(f"MAIL_URL: tls must be starttls, implicit or none, not {tls!r}")
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[tls],
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        hello=hello,
    )


def _default_tls(parts: SplitResult) -> str:
    if parts.scheme == "smtps" or parts.port == 465:
        return "implicit"
    return "none" if is_local(cast(str, parts.hostname)) else "starttls"


def is_local(host: str) -> bool:
    """Return whether the host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

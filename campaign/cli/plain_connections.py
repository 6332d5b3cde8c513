"""Find settings whose connection would send names and passwords over the network unencrypted."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from campaign.files.bucket import bucket_address
from campaign.mail.smtp.server_url import is_local, server_from

ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")


def plain_connections(settings: Mapping[str, Any]) -> list[str]:
    """Return the names of settings whose connection leaves this machine without TLS."""
    checks = {
        "DATABASE_URL": lambda settings: _is_database_plain(settings["SQLALCHEMY_DATABASE_URI"]),
        "DATABASE_DIRECT_URL": lambda settings: _is_database_plain(settings["DATABASE_DIRECT_URL"]),
        "DATABASE_REPLICA_URL": lambda settings: _is_database_plain(
            settings["DATABASE_REPLICA_URL"]
        ),
        "REDIS_URL": _is_redis_plain,
        "FILES_URL": _is_storage_plain,
        "MAIL_URL": _is_mail_plain,
    }
    return [name for name, is_plain in checks.items() if is_plain(settings)]


def _is_database_plain(address: str) -> bool:
    if not address:
        return False
    url = make_url(address)
    return (
        url.get_backend_name() == "postgresql"
        and not all(map(_is_local, _hosts_of(url)))
        and url.query.get("sslmode") not in ENCRYPTED_MODES
    )


def _hosts_of(url: URL) -> list[str | None]:
    """Return the hosts of a database, which may be several, or a folder with a socket."""
    named = url.query.get("host", ())
    if isinstance(named, str):
        return [named]
    return [host.rpartition(":")[0] or host for host in named] or [url.host]


def _is_redis_plain(settings: Mapping[str, Any]) -> bool:
    url = urlsplit(settings["REDIS_URL"])
    return url.scheme == "redis" and not _is_local(url.hostname)


def _is_storage_plain(settings: Mapping[str, Any]) -> bool:
    endpoint = urlsplit(bucket_address(settings["FILES_URL"]).endpoint)
    return endpoint.scheme == "http" and not _is_local(endpoint.hostname)


def _is_mail_plain(settings: Mapping[str, Any]) -> bool:
    if not settings["MAIL_URL"]:
        return False
    server = server_from(settings["MAIL_URL"])
    return server.tls == "none" and not _is_local(server.host)


def _is_local(host: str | None) -> bool:
    # An empty host, or a folder instead of one, means a local socket.
    return not host or host.startswith("/") or is_local(host)

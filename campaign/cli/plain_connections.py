"""Which connections to other machines would carry names and passwords readable by anyone on the way."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from campaign.mail.server_url import server_from

ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")


def plain_connections(settings) -> list[str]:
    """Return the settings whose connection leaves this machine without TLS."""
    checks = {
        "DATABASE_URL": _is_database_plain,
        "REDIS_URL": _is_redis_plain,
        "MAIL_URL": _is_mail_plain,
    }
    return [name for name, is_plain in checks.items() if is_plain(settings)]


def _is_database_plain(settings):
    url = make_url(settings["SQLALCHEMY_DATABASE_URI"])
    return (
        url.get_backend_name() == "postgresql"
        and not _is_here(url.host)
        and url.query.get("sslmode") not in ENCRYPTED_MODES
    )


def _is_redis_plain(settings):
    url = urlsplit(settings["REDIS_URL"])
    return url.scheme == "redis" and not _is_here(url.hostname)


def _is_mail_plain(settings):
    if not settings["MAIL_URL"]:
        return False
    server = server_from(settings["MAIL_URL"])
    return server.tls == "none" and not _is_here(server.host)


def _is_here(host):
    # No host, or a folder in its place, is a socket of this machine.
    if not host or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

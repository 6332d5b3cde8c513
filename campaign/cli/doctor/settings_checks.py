"""Check settings that are valid, but unsuitable for a public site."""

from collections.abc import Iterator, Mapping
from typing import Any

from campaign.cli.plain_connections import plain_connections
from campaign.health.findings import Finding, ok, warning, wrong

SUBJECT = "settings"
EXAMPLE_DOMAINS = (".example", "example.org", "example.com", "example.net")


def check_settings(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the settings. Invalid ones already stop every command."""
    findings = [*_local(settings), *_sender(settings), *_plain(settings), *_proxies(settings)]
    yield from findings or [ok(SUBJECT, "all are valid and suit a public site")]


def _local(settings: Mapping[str, Any]) -> Iterator[Finding]:
    if not settings["PRODUCTION"]:
        yield warning(
            SUBJECT,
            "the site runs for development, without the checks of a public site",
            "If the public can reach it, set VOLANTE_ENV=production.",
        )


def _sender(settings: Mapping[str, Any]) -> Iterator[Finding]:
    if settings["MAIL_URL"] and settings["MAIL_FROM"].rstrip(" >").endswith(EXAMPLE_DOMAINS):
        yield wrong(
            SUBJECT,
            f"emails would come from the example address {settings['MAIL_FROM']}",
            "Set MAIL_FROM to an address of your organization.",
        )


def _plain(settings: Mapping[str, Any]) -> Iterator[Finding]:
    for name in plain_connections(settings):
        yield warning(
            SUBJECT,
            f"{name} uses a connection without TLS to another machine",
            "Add ?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt (PostgreSQL,"
            " or name your provider's certificate), use rediss:// (Redis), or add ?tls=starttls (email)."
            " On a private network of your own, you can ignore this.",
        )


def _proxies(settings: Mapping[str, Any]) -> Iterator[Finding]:
    if settings["PRODUCTION"] and not settings["TRUSTED_PROXIES"]:
        yield warning(
            SUBJECT,
            "no proxy is trusted, so limits by IP address do not work behind one",
            "Set TRUSTED_PROXIES to the address of your proxy, usually 127.0.0.1.",
        )

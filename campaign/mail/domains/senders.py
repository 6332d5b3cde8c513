"""The domains that this site may send emails from."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from campaign.mail.composition import mail_from


def sender_domains(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the domains of MAIL_FROM and of PUBLIC_URL, in ASCII.

    A site on an IP address has none.

    The operator chose both, so their DNS can name our mail server. Emails from any other domain
    would look forged, and be rejected.
    """
    named = (mail_from(settings).domain, urlsplit(settings["PUBLIC_URL"]).hostname or "")
    domains = (domain.lower() for domain in named)
    return tuple(
        dict.fromkeys(domain for domain in domains if "." in domain and not _is_ip(domain))
    )


def may_send_from(domain: str, settings: Mapping[str, Any]) -> bool:
    """Return whether `domain`, in ASCII, is one of `sender_domains` or below one of them."""
    return any(
        domain == allowed or domain.endswith(f".{allowed}") for allowed in sender_domains(settings)
    )


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

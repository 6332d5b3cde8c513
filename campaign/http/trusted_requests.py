"""Recognize requests sent directly from this machine or a trusted network."""

from ipaddress import ip_address, ip_network

from flask import current_app, request

from campaign.security.digests import is_local

# A proxy names its client in one of these headers.
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def is_near() -> bool:
    """Return whether this request comes directly from this machine or a trusted network."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    trusted = current_app.config["TRUSTED_PROXIES"]
    return is_local(str(address)) or any(
        address in ip_network(entry, strict=False) for entry in trusted
    )

"""Requests that come from this machine or a trusted network, and that no proxy passes on for someone else."""

from ipaddress import ip_address, ip_network

from flask import current_app, request

from campaign.security.digests import is_local

# A proxy says with these whom it asks for.
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def is_near() -> bool:
    """Return whether the person behind this request sits at this machine or in a trusted network."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    trusted = current_app.config["TRUSTED_PROXIES"]
    return is_local(str(address)) or any(
        address in ip_network(each, strict=False) for each in trusted
    )

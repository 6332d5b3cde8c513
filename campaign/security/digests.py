"""Keyed digests: they find equal texts again, but nobody can guess a text without the key."""

import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address

from campaign.text.email_addresses import canonical

# 128 of the 256 bits. RFC 2104 allows keeping half. The chance that any two of a billion rows
# collide is below one in 10^20, and the indexes on signatures are half as large.
DIGEST_BYTES = 16
_ADDRESS_PURPOSE = "network address"
# IPv6 prefixes that one customer may hold, each with its multiple of the limit for one household.
# A /48 contains 65,536 networks of size /64, so its holder could evade a limit on each /64 alone.
# But a provider's /48 serves many neighbours, so the larger networks get a multiple.
_PREFIXES = ((64, 1), (56, 4), (48, 16))


def keyed_digest(key: bytes, purpose: str, text: str) -> bytes:
    """Return the HMAC-SHA256 of `text` under `key`, truncated to DIGEST_BYTES.

    The same text has different digests for different purposes.
    """
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256")[:DIGEST_BYTES]


def email_digest(key: bytes, address: str) -> bytes:
    """Return the digest of an email address, equal for all spellings of it."""
    return keyed_digest(key, "email", canonical(address))


def address_digest(key: bytes, ip: str) -> bytes:
    """Return the digest of an IP address: the whole IPv4 address, or the IPv6 /64 prefix.

    A /64 is usually one household. Raises ValueError if `ip` is not an IP address.
    """
    return network_digests(key, ip)[0][0]


def network_digests(key: bytes, ip: str) -> list[tuple[bytes, int]]:
    """Return (digest, multiple of the limit) of each network of `ip`, the smallest first.

    The smallest network's multiple is 1. Raises ValueError if `ip` is not an IP address.
    """
    address = _unmapped(ip)
    if not isinstance(address, IPv6Address):
        return [(keyed_digest(key, _ADDRESS_PURPOSE, str(address)), 1)]
    return [
        (keyed_digest(key, _ADDRESS_PURPOSE, f"{int(address) >> 128 - bits:x}::/{bits}"), share)
        for bits, share in _PREFIXES
    ]


def is_local(ip: str) -> bool:
    """Return whether `ip` is this machine. Raises ValueError if it is not an IP address."""
    return _unmapped(ip).is_loopback


def _unmapped(ip: str) -> IPv4Address | IPv6Address:
    """Return the address, as IPv4 if a dual-stack socket wrote it as ::ffff:192.0.2.1."""
    address = ip_address(ip)
    return getattr(address, "ipv4_mapped", None) or address

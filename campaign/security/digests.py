"""Keyed digests: equal texts are found again, and nobody without the key can try out names."""

import hmac
from ipaddress import IPv6Address, ip_address

# 128 of the 256 bits: RFC 2104 allows to keep half, the chance that any two of a billion rows
# coincide is below one in 10^20, and the indexes that every signature passes stay half as large.
DIGEST_BYTES = 16
_ADDRESS_PURPOSE = "network address"
# The prefixes of IPv6 that one customer may have, and how many times the allowance of one household each of them gets: whoever
# holds a /48 holds 65,536 times a /64, and in the /48 of a provider there are many neighbours.
_PREFIXES = ((64, 1), (56, 4), (48, 16))


def keyed_digest(key, purpose, text):
    """Return HMAC-SHA256 of `text` under `key`, cut to DIGEST_BYTES.

    Digests for different purposes never meet.
    """
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256")[:DIGEST_BYTES]


def address_digest(key, ip):
    """Return the digest of a network address: IPv4 whole, IPv6 by the /64 of one household.

    Raises ValueError where `ip` is no address.
    """
    return network_digests(key, ip)[0][0]


def network_digests(key: bytes, ip: str) -> list[tuple[bytes, int]]:
    """Return (digest, allowance) of each network that `ip` belongs to, the smallest first, whose allowance is 1.

    Raises ValueError where `ip` is no address.
    """
    address = _unmapped(ip)
    if not isinstance(address, IPv6Address):
        return [(keyed_digest(key, _ADDRESS_PURPOSE, str(address)), 1)]
    return [
        (keyed_digest(key, _ADDRESS_PURPOSE, f"{int(address) >> 128 - bits:x}::/{bits}"), share)
        for bits, share in _PREFIXES
    ]


def is_local(ip):
    """Return whether `ip` is this machine itself. Raises ValueError where it is no address."""
    return _unmapped(ip).is_loopback


def _unmapped(ip):
    """Return the address, an IPv4 one where a dual-stack socket dressed it as ::ffff:192.0.2.1."""
    address = ip_address(ip)
    return getattr(address, "ipv4_mapped", None) or address

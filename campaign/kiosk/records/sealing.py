"""Open what tablets sealed to our public key, and encrypt our private keys for the database.

Sealing is HPKE (RFC 9180) in base mode. Both sides use a library for it.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign.security.secret_key import secret_key

SUITE_NAME = "X25519-HKDF-SHA256-AES-128-GCM"
NONCE_BYTES = 12
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


class Unreadable(Exception):
    """The data was sealed to another key or for another record, or it has been changed."""


def new_pair(name: str) -> tuple[bytes, bytes]:
    """Return a new key pair as (public bytes, private bytes encrypted under SECRET_KEY).

    The encryption is bound to the key's `name`.
    """
    private = X25519PrivateKey.generate()
    nonce = secrets.token_bytes(NONCE_BYTES)
    return private.public_key().public_bytes_raw(), nonce + _box().encrypt(
        nonce, private.private_bytes_raw(), name.encode()
    )


def private_key(name: str, sealed: bytes) -> X25519PrivateKey:
    """Decrypt a private key. Raises Unreadable if it was encrypted under another SECRET_KEY."""
    try:
        raw = _box().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
    except InvalidTag as error:
        raise Unreadable(name) from error
    return X25519PrivateKey.from_private_bytes(raw)


def binding(kiosk: str, record: str, sequence: int) -> bytes:
    """Return the HPKE info that binds a sealed record to its kiosk, id and sequence number."""
    return f"volante-kiosk-1|{kiosk}|{record}|{sequence}".encode()


def unseal(sealed: bytes, key: X25519PrivateKey, bound_to: bytes) -> bytes:
    """Return the plaintext of `enc || ciphertext`. Raises Unreadable."""
    try:
        return _SUITE.decrypt(sealed, key, bound_to)
    except (InvalidTag, ValueError) as error:
        raise Unreadable from error


def _box() -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"volante kiosk keys").derive(secret_key()))

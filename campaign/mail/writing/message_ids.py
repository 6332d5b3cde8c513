"""Message-IDs that prove who an email was sent to.

A report is trusted only about the address that its email went to.
"""

from hashlib import sha256
from hmac import compare_digest

from campaign.security.digests import keyed_digest

PURPOSE = "message id"
# Hashed, so that the header does not reveal how many emails we send.
KEY_DIGITS = 32


def local_part(key: bytes, message_key: str, address_digest: bytes | None) -> str:
    """Return the part of a Message-ID before `@`, which is the same at every attempt.

    `address_digest` is the keyed digest of the recipient's canonical address. Without it the
    Message-ID proves nothing.
    """
    name = sha256(message_key.encode()).hexdigest()[:KEY_DIGITS]
    return f"{name}.{_proof(key, name, address_digest)}" if address_digest is not None else name


def proven_name(key: bytes, message_id: str, address_digest: bytes) -> str | None:
    """Return the name of the email if we sent it to the address behind the digest, else None."""
    local, _, _ = message_id.strip().strip("<>").partition("@")
    name, _, proof = local.partition(".")
    return (
        name if compare_digest(proof.encode(), _proof(key, name, address_digest).encode()) else None
    )


def _proof(key: bytes, name: str, address_digest: bytes) -> str:
    return keyed_digest(key, PURPOSE, f"{name} {address_digest.hex()}").hex()

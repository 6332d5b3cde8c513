"""Keyed digests, encrypted secrets and link tokens of accounts."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from ipaddress import ip_address, ip_network

from cryptography.fernet import Fernet, InvalidToken

from campaign.accounts.models import AccountLink
from campaign.security import digests
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token

SHORTENED = {4: 24, 6: 48}
FIRST_ADMIN = "first admin"


def email_digest(address: str) -> bytes:
    """Return the digest of an email address.

    All ways to write the address have the same digest, which signatures use too.
    """
    return digests.email_digest(secret_key(), address)


def code_digest(organizer_id: int, code: str) -> bytes:
    """Return the digest of a recovery code of this organizer."""
    return keyed_digest(secret_key(), "recovery code", f"{organizer_id}:{code}")


def new_token() -> str:
    """Return a cookie value that nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """Return the digest to store for a cookie value.

    A plain digest is enough, because 256 random bits cannot be guessed.
    """
    return sha256(token.encode()).digest()


def link_token(link: AccountLink) -> str:
    """Return the token for the URL of an AccountLink."""
    return make_token(secret_key(), f"account {link.purpose}", link.id, _seal_of(link))


def is_token_of(link: AccountLink, purpose: str, token: str) -> bool:
    """Return whether we made `token` for exactly this link and purpose.

    After a restore, another link may have the same id.
    """
    return read_token(secret_key(), f"account {purpose}", token, _seal_of(link)) is not None


def first_admin_token() -> str:
    """Return the token for the URL where the first admin of a site creates an account."""
    return make_token(secret_key(), FIRST_ADMIN, 0)


def is_first_admin_token(token: str) -> bool:
    """Return whether `token` was printed by this site. The caller checks that there is no admin."""
    return read_token(secret_key(), FIRST_ADMIN, token) is not None


def _seal_of(link: AccountLink) -> bytes:
    return f"{link.organizer_id}:{link.created_at.isoformat()}".encode()


def seal(text: str) -> bytes:
    """Return `text` encrypted with SECRET_KEY, so that a stolen database alone reveals nothing."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes) -> str | None:
    """Return the decrypted text, or None if it was encrypted with another key."""
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken:
        return None


def shorten(address: str | None) -> str:
    """Return the network of an IP address as text, such as 203.0.113.0/24.

    That is enough for people to recognize their own, and too little to find a home.
    """
    try:
        ip = ip_address(address or "")
    except ValueError:
        return ""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((ip, SHORTENED[ip.version]), strict=False))


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b"volante sealed\0" + secret_key()).digest()))

"""The keyed fingerprints, sealed secrets and links of accounts."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from ipaddress import ip_address, ip_network

from cryptography.fernet import Fernet, InvalidToken

from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.security.tokens import make_token, read_token
from campaign.text.email_addresses import canonical

SHORTENED = {4: 24, 6: 48}


def email_digest(address):
    """Return the fingerprint of an address: the same for all ways to write it, and the same as a signature's."""
    return keyed_digest(secret_key(), "email", canonical(address))


def code_digest(organizer_id, code):
    """Return the fingerprint of a recovery code of this organizer."""
    return keyed_digest(secret_key(), "recovery code", f"{organizer_id}:{code}")


def new_token():
    """Return a cookie's value that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def token_digest(token):
    """Return what is kept of a cookie's value: a plain digest, as 256 random bits cannot be tried out."""
    return sha256(token.encode()).digest()


def link_token(link):
    """Return the token that the address of an AccountLink carries."""
    return make_token(secret_key(), f"account {link.purpose}", link.id, _seal_of(link))


def is_token_of(link, purpose, token):
    """Return whether `token` was made by us for this very link and purpose; after a restore another one can have its number."""
    return read_token(secret_key(), f"account {purpose}", token, _seal_of(link)) is not None


def _seal_of(link):
    return f"{link.organizer_id}:{link.created_at.isoformat()}".encode()


def seal(words):
    """Return `words` encrypted under SECRET_KEY, so that a copy of the database alone opens nothing."""
    return _box().encrypt(words.encode())


def unseal(sealed):
    """Return the words, or None where they were sealed under another key."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken:
        return None


def shorten(address):
    """Return the network of an address in words (203.0.113.0/24): enough to know one's own, too little to find a home."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((found, SHORTENED[found.version]), strict=False))


def _box():
    return Fernet(urlsafe_b64encode(sha256(b"volante sealed\0" + secret_key()).digest()))

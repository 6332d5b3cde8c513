"""The code in a supporter's link. It says who shared the link, and only we can read it."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.security.tokens import MAX_ID

PURPOSE = "link of a supporter"
CODE = re.compile(r"[\w-]{22}", re.ASCII)
# One AES block holds the row's id and as many zeros, which show that the code is ours.
NUMBER_BYTES, BLOCK_BYTES = 8, 16
ZEROS = bytes(BLOCK_BYTES - NUMBER_BYTES)


def code_of(signature_id: int) -> str:
    """Return the code of a signature. It never changes, and without our key it looks random."""
    block = signature_id.to_bytes(NUMBER_BYTES, "big") + ZEROS
    encryptor = _cipher().encryptor()
    return urlsafe_b64encode(encryptor.update(block) + encryptor.finalize()).decode().rstrip("=")


def signature_id_of(code: str) -> int | None:
    """Return the id in a code, or None if the code is not ours. Needs no database query."""
    if not CODE.fullmatch(code):
        return None
    decryptor = _cipher().decryptor()
    block = decryptor.update(urlsafe_b64decode(code + "==")) + decryptor.finalize()
    number = int.from_bytes(block[:NUMBER_BYTES], "big")
    return number if block[NUMBER_BYTES:] == ZEROS and 0 < number <= MAX_ID else None


def _cipher() -> Cipher[modes.ECB]:
    # ECB is safe for a single block that never repeats.
    key = keyed_digest(secret_key(), PURPOSE, "")
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305

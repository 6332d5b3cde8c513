"""Files encrypted with age (https://age-encryption.org), written and read as streams."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import click
import pyrage
from pyrage import x25519

HEADER = b"age-encryption.org/v1"
IDENTITY_PREFIX = "AGE-SECRET-KEY-1"


def recipients_from(texts: Iterable[str]) -> list[Any]:
    """Return the recipients of `--to`. Raises ClickException."""
    recipients = []
    for text in texts:
        try:
            recipients.append(x25519.Recipient.from_str(text.strip()))
        except pyrage.RecipientError as error:
            raise click.ClickException(
                f"--to must be an age public key, such as age1…, not {text!r}."
                " Make one with age-keygen."
            ) from error
    return recipients


def identities_in(path: Path) -> list[Any]:
    """Return the identities in a file that age-keygen made. Raises ClickException.

    No message contains what is in the file.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    texts = [line.strip() for line in lines if line.strip().upper().startswith(IDENTITY_PREFIX)]
    try:
        identities = [x25519.Identity.from_str(text) for text in texts]
    except pyrage.IdentityError:
        raise click.ClickException(f"The age identity in {path} is damaged.") from None
    if not identities:
        raise click.ClickException(
            f"{path} has no age identity. It must have a line that begins with {IDENTITY_PREFIX}."
        )
    return identities


def is_encrypted(path: Path) -> bool:
    """Return whether a file was encrypted with age."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def encrypt(source: Any, target: IO[bytes], recipients: list[Any]) -> None:
    """Encrypt the binary file `source` into `target`. Raises ClickException."""
    try:
        pyrage.encrypt_io(source, target, recipients)
    except pyrage.EncryptError as error:
        raise click.ClickException(f"Cannot encrypt the backup: {error}.") from error


def decrypt(source: Path, target: Any, identities: list[Any]) -> None:
    """Decrypt a file into `target`. Raises ClickException if the key is wrong or the file damaged.

    `target` may have received a part by then.
    """
    with source.open("rb") as file:
        try:
            pyrage.decrypt_io(file, target, identities)
        # Damage after the first part is an OSError.
        except (pyrage.DecryptError, OSError) as error:
            raise click.ClickException(f"Cannot decrypt {source}: {error}.") from error

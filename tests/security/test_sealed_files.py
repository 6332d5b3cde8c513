"""Tests of encrypted files: they need secret and seed, and are read whole or not at all."""

import pytest

from campaign.security.sealed_files import (
    FRAME,
    SealBroken,
    Sealer,
    key_of,
    new_seed,
    size_and_digest,
    unsealed,
)

KEY = key_of(b"a secret", b"0123456789abcdef")
CONTENT = [b"Amalia", b"x" * (2 * FRAME + 7), b"", b"Rosales"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "1.sealed"


def seal(path, content=CONTENT):
    with Sealer(path, KEY) as sealer:
        for part in content:
            sealer.write(part)
        return sealer.finish()


def test_written_data_is_read_back_and_not_visible_in_the_file(path):
    frames = seal(path)
    assert b"".join(unsealed(path, KEY, frames)) == b"".join(CONTENT)
    assert b"Amalia" not in path.read_bytes()
    assert size_and_digest(path, KEY, frames)[0] == len(b"".join(CONTENT))


def test_each_file_has_its_own_key():
    assert (
        len({key_of(secret, new_seed()) for secret in (b"a secret", b"a secret", b"another")}) == 3
    )
    assert key_of(b"a secret", b"0123456789abcdef") == KEY


def test_writing_replaces_a_file_that_was_left(path):
    seal(path, [b"x" * 2 * FRAME])
    frames = seal(path, [b"two"])
    assert b"".join(unsealed(path, KEY, frames)) == b"two"
    assert path.stat().st_size < 100


def turned(path):
    """Two frames that have changed places."""
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[half:] + content[:half])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def shortened(path):
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize("harm", [turned, flipped, shortened])
def test_modified_file_is_not_read(path, harm):
    frames = seal(path, [b"x" * FRAME, b"y" * FRAME])
    harm(path)
    with pytest.raises(SealBroken):
        list(unsealed(path, KEY, frames))


def test_another_key_decrypts_nothing(path):
    frames = seal(path)
    with pytest.raises(SealBroken):
        list(unsealed(path, key_of(b"another", b"0123456789abcdef"), frames))

"""Tests of passwords: stored as Argon2id, and strong enough."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from campaign import create_app
from campaign.accounts import passwords
from campaign.accounts.passwords import (
    HashingBusy,
    PasswordTooWeak,
    check_strength,
    hash_password,
    is_outdated,
    matches,
)
from config import load

GOOD = "otter violin Tuesday cardamom"


def test_password_is_stored_as_argon2id_and_recognized():
    password_hash = hash_password(GOOD)
    assert password_hash.startswith("$argon2id$")
    assert matches(password_hash, GOOD)
    assert not matches(password_hash, GOOD + " ")
    assert hash_password(GOOD) != password_hash
    assert not is_outdated(password_hash)
    assert is_outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$2l0kNzvoOFQZWw0YqhRO1g"
    )


def test_production_hashing_follows_rfc_9106(tmp_path):
    app = create_app(load({"VAR_DIR": str(tmp_path)}))
    with app.app_context():
        assert hash_password(GOOD).split("$")[3] == "m=65536,t=3,p=4"


def test_every_password_is_wrong_where_none_is_set():
    assert not matches(None, "nobody has this password")
    assert not matches("", GOOD)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "short"),
        ("Xk7$qLm2pRt", "short"),
        ("x" * 201, "long"),
        ("password1234", "guessable"),
        ("aaaaaaaaaaaaaaaa", "guessable"),
        ("odile@kwan.example", "guessable"),
        ("qwertyuiop123", "guessable"),
    ],
)
def test_easily_guessed_password_is_refused(password, code):
    with pytest.raises(PasswordTooWeak) as weakness:
        check_strength(password, ("Volante", "odile@kwan.example", "Odile Kwan"))
    assert weakness.value.code == code


@pytest.mark.parametrize(
    "password",
    [GOOD, "¿Dónde están los 43 de Iguala?", "чайка окно вторник мёд", "🦋" * 3 + "qZ7!kd92mB"],
)
def test_strong_password_in_any_script_is_accepted(password):
    check_strength(password, ("Volante", "odile@kwan.example", "Odile Kwan"))


def test_few_password_checks_queue_and_the_next_is_refused_at_once(monkeypatch):
    """Two are checked and two wait, so at most four threads of a process are busy here."""
    go_on = Event()

    class Slow:
        def verify(self, _hash, _password):
            go_on.wait()

    monkeypatch.setattr(passwords, "_hasher", Slow)
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 60)
    places = CountedPlaces(passwords._slots)
    monkeypatch.setattr(passwords, "_slots", places)
    with ThreadPoolExecutor(4) as pool:
        checks = [pool.submit(matches, "kept", GOOD) for _ in range(4)]
        for _ in range(4):
            places.taken.acquire()
        with pytest.raises(HashingBusy):
            matches("kept", GOOD)
        go_on.set()
        assert all(check.result() for check in checks)
    assert matches("kept", GOOD)


def test_password_check_that_waits_too_long_asks_to_try_again(monkeypatch):
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0)
    with passwords._hashing_slot(), passwords._hashing_slot(), pytest.raises(HashingBusy):
        matches("kept", GOOD)
    assert not matches("kept", GOOD)


class CountedPlaces:
    """Slots for password checks that report each one taken."""

    def __init__(self, places):
        self._places, self.taken = places, Semaphore(0)

    def acquire(self, **options):
        is_free = self._places.acquire(**options)
        if is_free:
            self.taken.release()
        return is_free

    def release(self):
        self._places.release()

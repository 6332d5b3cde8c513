"""Passwords: kept as Argon2id, and strong enough."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from campaign import create_app
from campaign.accounts import passwords
from campaign.accounts.passwords import (
    HashingBusy,
    PasswordTooWeak,
    demand_strength,
    hash_password,
    is_outdated,
    matches,
)
from config import load

GOOD = "otter violin Tuesday cardamom"


def test_a_password_is_kept_as_argon2id_and_known_again():
    kept = hash_password(GOOD)
    assert kept.startswith("$argon2id$")
    assert matches(kept, GOOD)
    assert not matches(kept, GOOD + " ")
    assert hash_password(GOOD) != kept
    assert not is_outdated(kept)
    assert is_outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$2l0kNzvoOFQZWw0YqhRO1g"
    )


def test_production_hashes_as_rfc_9106_asks(tmp_path):
    app = create_app(load({"VAR_DIR": str(tmp_path)}))
    with app.app_context():
        assert hash_password(GOOD).split("$")[3] == "m=65536,t=3,p=4"


def test_where_there_is_no_password_none_is_right():
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
def test_what_is_soon_guessed_is_refused(password, code):
    with pytest.raises(PasswordTooWeak) as weakness:
        demand_strength(password, ("Volante", "odile@kwan.example", "Odile Kwan"))
    assert weakness.value.code == code


@pytest.mark.parametrize(
    "password",
    [GOOD, "¿Dónde están los 43 de Iguala?", "чайка окно вторник мёд", "🦋" * 3 + "qZ7!kd92mB"],
)
def test_strong_ones_of_any_script_are_taken(password):
    demand_strength(password, ("Volante", "odile@kwan.example", "Odile Kwan"))


def test_few_wait_for_their_password_and_the_next_is_told_at_once(monkeypatch):
    """Two are checked and two wait, so no more than four threads of a process are held, however many knock."""
    go_on = Event()

    class Slow:
        def verify(self, _hash, _password):
            go_on.wait()

    monkeypatch.setattr(passwords, "_hasher", Slow)
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 60)
    places = CountedPlaces(passwords._places)
    monkeypatch.setattr(passwords, "_places", places)
    with ThreadPoolExecutor(4) as pool:
        checks = [pool.submit(matches, "kept", GOOD) for _ in range(4)]
        for _ in range(4):
            places.taken.acquire()
        with pytest.raises(HashingBusy):
            matches("kept", GOOD)
        go_on.set()
        assert all(check.result() for check in checks)
    assert matches("kept", GOOD)


def test_who_waits_too_long_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0)
    with passwords._turn(), passwords._turn(), pytest.raises(HashingBusy):
        matches("kept", GOOD)
    assert not matches("kept", GOOD)


class CountedPlaces:
    """The places to be checked in, which tell each one that is taken."""

    def __init__(self, places):
        self._places, self.taken = places, Semaphore(0)

    def acquire(self, **options):
        is_free = self._places.acquire(**options)
        if is_free:
            self.taken.release()
        return is_free

    def release(self):
        self._places.release()

"""Passwords: kept as Argon2id, and strong enough."""

import pytest

from campaign import create_app
from campaign.accounts.passwords import PasswordTooWeak, demand_strength, hash_password, is_outdated, matches
from config import load

GOOD = "otter violin Tuesday cardamom"


def test_a_password_is_kept_as_argon2id_and_known_again():
    kept = hash_password(GOOD)
    assert kept.startswith("$argon2id$")
    assert matches(kept, GOOD)
    assert not matches(kept, GOOD + " ")
    assert hash_password(GOOD) != kept
    assert not is_outdated(kept)
    assert is_outdated("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$2l0kNzvoOFQZWw0YqhRO1g")


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


@pytest.mark.parametrize("password", [GOOD, "¿Dónde están los 43 de Iguala?", "чайка окно вторник мёд", "🦋" * 3 + "qZ7!kd92mB"])
def test_strong_ones_of_any_script_are_taken(password):
    demand_strength(password, ("Volante", "odile@kwan.example", "Odile Kwan"))

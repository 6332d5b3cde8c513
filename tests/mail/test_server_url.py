"""Tests of the URL of a mail server."""

import pytest

from campaign.mail.smtp.server_url import server_from


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example.org", 587, "starttls"),
        ("smtp://mail.example.org:465", 465, "implicit"),
        ("smtps://mail.example.org", 465, "implicit"),
        ("smtp://mail.example.org:2525?tls=implicit", 2525, "implicit"),
        ("smtp://mail.example.org?tls=none", 25, "none"),
        ("smtp://localhost:1025", 1025, "none"),
        ("smtp://[::1]:1025", 1025, "none"),
    ],
)
def test_port_and_encryption_have_sound_defaults(url, port, tls):
    server = server_from(url)
    assert (server.port, server.tls) == (port, tls)


def test_user_and_password_may_contain_any_character():
    server = server_from("smtp://amalia%40example.org:p%2Fa%3Fss@mail.example.org")
    assert (server.user, server.password) == ("amalia@example.org", "p/a?ss")


def test_password_is_never_shown():
    assert "secret" not in repr(server_from("smtp://amalia:secret@mail.example.org"))


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://u:secret@mail.example.org",
        "smtp://h?tls=maybe",
        "smtp://:secret@",
        # These would be read as the host u with the port 12.
        "smtp://u:12/secret@mail.example.org",
        "smtp://u:12?secret@mail.example.org",
        "smtp://u:12#secret@mail.example.org",
    ],
)
def test_invalid_url_is_refused_without_showing_its_password(url):
    with pytest.raises(ValueError, match="MAIL_URL") as refusal:
        server_from(url)
    assert "secret" not in str(refusal.value)

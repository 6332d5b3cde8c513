"""Tests of cookies on an https site.

No other host can set their names, and cookies with the former names are read once.
"""

import re

import pytest

from campaign.extensions import db
from campaign.organize.core.identity import DEVICE_COOKIE, SESSION_COOKIE
from tests.factories.causes import make_cause
from tests.factories.organizers import PASSWORD, make_organizer, sign_in, with_password

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
HTTPS = "https://localhost"


@pytest.fixture
def secure(app, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    return app.test_client()


@pytest.fixture
def editor(app):
    return with_password(make_organizer("editor", make_cause("hill").id, second_factor=False))


def cookies_of(answer):
    """Return {name: attributes} of the cookies that a response sets, and the names it deletes."""
    set_, dropped = {}, set()
    for header in answer.headers.getlist("Set-Cookie"):
        name, _, rest = header.partition("=")
        if "Max-Age=0" in rest:
            dropped.add(name)
        else:
            set_[name] = rest
    return set_, dropped


def enter(client, email):
    page = client.get("/organize/sign-in", base_url=HTTPS)
    form_data = {
        "email": email,
        "password": PASSWORD,
        "csrf_token": TOKEN.search(page.text).group(1),
    }
    return client.post(
        "/organize/sign-in",
        base_url=HTTPS,
        data=form_data,
        headers={"Referer": f"{HTTPS}/organize/sign-in"},
    )


def test_every_cookie_belongs_to_this_host_alone(secure, editor):
    page = secure.get("/organize/sign-in", base_url=HTTPS)
    answer = enter(secure, editor.email)
    assert answer.location == "/organize/"
    made = cookies_of(page)[0] | cookies_of(answer)[0]
    assert {
        f"__Host-{SESSION_COOKIE}",
        f"__Host-{DEVICE_COOKIE}",
        "__Host-session_organize",
    } == made.keys()
    for attributes in made.values():
        assert (
            "Secure" in attributes
            and "HttpOnly" in attributes
            and "Path=/;" in f"{attributes};"
            and "Domain" not in attributes
        )
    assert secure.get("/organize/", base_url=HTTPS).status_code == 200


def test_session_under_its_former_name_continues_under_the_new_one(secure, editor):
    sign_in(secure, editor)
    answer = secure.get("/organize/", base_url=HTTPS)
    assert answer.status_code == 200
    made, dropped = cookies_of(answer)
    assert f"__Host-{SESSION_COOKIE}" in made
    assert SESSION_COOKIE in dropped
    assert cookies_of(secure.get("/organize/", base_url=HTTPS))[0].keys() <= {
        "__Host-session_organize"
    }


def test_input_saved_under_the_former_name_is_kept_under_the_new_one(app, editor, monkeypatch):
    client = app.test_client()
    sign_in(client, editor)
    token = TOKEN.search(client.get("/organize/account").text).group(1)
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    form_data = {"name": "Teo Brandt", "lang": "en", "csrf_token": token}
    answer = client.post(
        "/organize/account",
        base_url=HTTPS,
        data=form_data,
        headers={"Referer": f"{HTTPS}/organize/account"},
    )
    assert "session" in cookies_of(answer)[1]
    db.session.rollback()
    assert "Teo Brandt" in client.get("/organize/account", base_url=HTTPS).text


def test_signing_out_deletes_the_cookie(secure, editor):
    enter(secure, editor.email)
    token = TOKEN.search(secure.get("/organize/account", base_url=HTTPS).text).group(1)
    answer = secure.post(
        "/organize/sign-in/out",
        base_url=HTTPS,
        data={"csrf_token": token},
        headers={"Referer": f"{HTTPS}/organize/account"},
    )
    assert f"__Host-{SESSION_COOKIE}" in cookies_of(answer)[1]
    assert secure.get("/organize/", base_url=HTTPS).status_code == 303


def test_public_pages_set_no_cookie_for_signed_in_users(secure, editor, petition):
    enter(secure, editor.email)
    answer = secure.get(f"/en/petitions/{petition.slug}", base_url=HTTPS)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_plain_http_keeps_plain_names(client, editor):
    made = cookies_of(client.get("/organize/sign-in"))[0]
    assert made.keys() == {"session"}
    assert "Path=/organize" in made["session"]

"""The developer's mailbox at /dev/mail."""

import pytest

from campaign.mail import routes
from tests.mail.test_folder import put


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


def test_mailbox_lists_what_was_written(client, folder):
    name = put(folder, 1)
    page = client.get("/dev/mail")
    assert page.status_code == 200
    assert f'href="/dev/mail/{name}"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_list_shows_when_each_email_was_written(client, folder):
    put(folder, 1)
    put(folder, 2)
    page = client.get("/dev/mail", headers={"Accept-Language": "es"}).text.replace("\u202f", " ")
    assert page.count("23 de septiembre de 2026, 06:11 (Toronto)") == 2


def test_empty_mailbox_has_a_page(client, folder):
    assert client.get("/dev/mail?page=x").status_code == 200


def test_message_is_shown_with_its_text(client, folder):
    page = client.get(f"/dev/mail/{put(folder, 1)}")
    assert "Look here" in page.text
    assert "/html" in page.text


def test_email_can_be_framed_here_and_runs_nothing(client, folder):
    response = client.get(f"/dev/mail/{put(folder, 1, html='<head></head><p>Hola</p>')}/html")
    assert response.text.startswith('<head><base target="_top"></head>')
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["nothing.eml", "..%2Fsecret.eml", "20260923T101100.000000-9.eml"])
def test_unknown_message_is_not_found(client, folder, name):
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")
    assert client.get(f"/dev/mail/{name}").status_code == 404


def test_mailbox_is_not_served_in_production(app):
    class Production:
        config = {"PRODUCTION": True}

    routes.init_app(Production())


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}},
    ],
)
def test_mailbox_is_served_to_this_machine_only(client, folder, options):
    name = put(folder, 1)
    for path in ("/dev/mail", f"/dev/mail/{name}", f"/dev/mail/{name}/html"):
        assert client.get(path, **options).status_code == 403

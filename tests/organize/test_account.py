"""Tests of an organizer's own account."""

import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from sqlalchemy import update

from campaign.accounts import tokens
from campaign.accounts.factors import unused_recovery_codes
from campaign.accounts.models import OrganizerSession
from campaign.accounts.sessions import sessions_of
from campaign.extensions import db, write
from campaign.organisations.operations import change_organisation
from campaign.organisations.queries import host_organisation
from campaign.organize.core.identity import DEVICE_COOKIE
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.organizers import PASSWORD, fresh, sign_in, trail, with_app, with_password
from tests.factories.signatures import queued_emails
from tests.page_parts import alerts, figures, text_at, wrong_fields

APP = "/organize/account/second-factor/app"
NEW = "cardamom Tuesday violin otter"


@pytest.fixture
def editor(desk_of):
    desk = desk_of("editor", make_cause().id, second_factor=False)
    set_password(desk)
    return desk


def set_password(desk):
    """Give the desk's organizer a password without ending the session."""
    desk.organizer = with_password(desk.organizer)
    sign_in(desk.client, desk.organizer)


def let_pass(minutes):
    ago = utcnow() - timedelta(minutes=minutes)
    write(lambda: db.session.execute(update(OrganizerSession).values(confirmed_at=ago)))


def secret_on(page):
    return page.text.split('class="app-key">')[1].split("<")[0].replace(" ", "")


def set_up_app(desk):
    secret = secret_on(desk.get(APP))
    return secret, desk.post(APP, {"code": pyotp.TOTP(secret).now()})


def test_name_and_language_are_changed(editor):
    answer = editor.post("/organize/account", {"name": " Édith  Piat ", "lang": "fr"})
    assert answer.status_code == 303
    page = editor.get(answer.location)
    assert '<html lang="fr"' in page.text and "Édith Piat" in page.text
    assert alerts(page) == ["success"]


def test_renamed_person_is_found_in_the_activity_log_by_the_former_name(desk_of, editor):
    for name in ("Odile Kwan", "Odile Kwan", "Editor"):
        editor.post("/organize/account", {"name": name, "lang": "en"})
    assert [action for action, *_ in trail()] == ["account.name"] * 2
    page = desk_of().get("/organize/audit/").text
    assert "<bdi>Odile Kwan</bdi>" in page
    assert "<bdi>Editor</bdi>" in page


@pytest.mark.parametrize(
    "form_data",
    [
        {"name": "", "lang": "en"},
        {"name": "x", "lang": "xx"},
        {"name": "http://evil.example", "lang": "en"},
    ],
)
def test_wrong_name_or_language_changes_nothing(editor, form_data):
    assert editor.post("/organize/account", form_data).status_code == 422
    assert fresh(editor.organizer).name == "Editor"


def test_new_password_requires_the_current_one_and_ends_other_sessions(app, editor):
    elsewhere = app.test_client()
    sign_in(elsewhere, editor.organizer)
    wrong = editor.post("/organize/account/password", {"present": "wrong", "password": NEW})
    assert wrong.status_code == 422
    assert wrong_fields(wrong).keys() == {"present"}
    assert (
        editor.post(
            "/organize/account/password", {"present": PASSWORD, "password": NEW}
        ).status_code
        == 303
    )
    assert editor.get("/organize/account").status_code == 200
    assert elsewhere.get("/organize/account").status_code == 303
    assert [kind for kind, *_ in queued_emails()] == ["account_changed"]


def test_guessing_the_password_from_an_open_session_is_slowed_too(editor):
    for _ in range(10):
        editor.post("/organize/account/confirm", {"password": "wrong"})
    answer = editor.post("/organize/account/confirm", {"password": PASSWORD})
    assert answer.status_code == 422
    assert 15 in figures(text_at(answer, "//div[@data-kind='danger']"))


def test_guessing_from_an_open_session_is_slowed_with_any_forged_cookies(editor):
    for number in range(10):
        editor.client.set_cookie(DEVICE_COOKIE, f"made up {number}", path="/organize")
        editor.post("/organize/account/confirm", {"password": "wrong"})
    answer = editor.post("/organize/account/confirm", {"password": PASSWORD})
    assert 15 in figures(text_at(answer, "//div[@data-kind='danger']"))


def test_sessions_are_listed_and_ended(app, editor):
    other = sign_in(app.test_client(), editor.organizer)
    assert editor.get("/organize/account").text.count("Firefox, Linux") == 2
    editor.post(f"/organize/account/sessions/{other.id}/close")
    assert other.id not in {session.id for session in sessions_of(editor.organizer.id, utcnow())}
    editor.post("/organize/account/sessions/close")
    assert len(sessions_of(editor.organizer.id, utcnow())) == 1


def test_sessions_of_another_person_cannot_be_ended(app, desk_of, editor):
    theirs = sign_in(app.test_client(), desk_of().organizer)
    editor.post(f"/organize/account/sessions/{theirs.id}/close")
    assert theirs.id in {session.id for session in sessions_of(theirs.organizer_id, utcnow())}


def test_app_is_set_up_by_its_first_code_and_recovery_codes_show_until_saved(editor):
    secret, answer = set_up_app(editor)
    assert answer.location.endswith("/codes")
    page = editor.get(answer.location).text
    assert page.count("<li><code>") == 10
    assert editor.get(answer.location).text.count("<li><code>") == 10
    file = editor.get("/organize/account/second-factor/codes.txt")
    assert file.headers["Content-Disposition"].startswith("attachment")
    for code in re.findall(r"<li><code>([\d ]+)</code>", page):
        assert code in file.text
    editor.post("/organize/account/second-factor/codes/kept")
    assert editor.get("/organize/account/second-factor/codes.txt").status_code == 303
    assert editor.get(answer.location).status_code == 303
    who = fresh(editor.organizer)
    assert tokens.unseal(who.totp_secret) == secret
    assert unused_recovery_codes(who.id) == 10
    assert [action for action, *_ in trail()] == ["account.app_added", "account.recovery_codes"]


def test_next_person_at_a_browser_sees_neither_key_nor_codes_of_the_last(desk_of, editor):
    set_up_app(editor)
    codes = editor.get("/organize/account/second-factor/codes").text
    before = secret_on(editor.get(APP))
    assert codes.count("<li><code>") == 10
    sign_in(editor.client, desk_of("reviewer", make_cause("hill").id).organizer)
    assert secret_on(editor.get(APP)) != before
    assert editor.get("/organize/account/second-factor/codes").status_code == 303


def test_first_code_cannot_be_used_again_to_sign_in(editor, visitor):
    secret, _ = set_up_app(editor)
    visitor.post("/organize/sign-in", {"email": editor.organizer.email, "password": PASSWORD})
    code = pyotp.TOTP(secret).generate_otp(fresh(editor.organizer).totp_step)
    assert visitor.post("/organize/sign-in/second-step", {"code": code}).status_code == 422


def test_wrong_first_code_sets_nothing_up_and_keeps_the_qr_code(editor):
    secret = secret_on(editor.get(APP))
    answer = editor.post(APP, {"code": "000000"})
    assert answer.status_code == 422
    assert secret_on(answer) == secret
    assert not fresh(editor.organizer).has_second_factor


def test_qr_code_for_the_app_is_drawn_without_inline_style(editor):
    page = editor.get(APP).text
    assert "<svg" in page
    assert "style=" not in page


def test_authenticators_list_the_account_under_the_name_of_the_site(editor):
    host = host_organisation()
    name = "Río & Friends: Keepers"
    write(
        change_organisation,
        organisation_id=host.id,
        part="identity",
        texts={"en": {"name": name}},
    )
    [uri] = re.findall(r'href="(otpauth:[^"]+)"', editor.get(APP).text)
    assert pyotp.parse_uri(unescape(uri)).issuer == "Río & Friends Keepers"
    options = editor.post("/organize/account/passkeys/options", {}).json
    assert options["rp"]["name"] == name


def test_sensitive_changes_ask_for_the_password_again_after_a_while(editor):
    let_pass(21)
    for path in ("", "/app"):
        answer = editor.get(f"/organize/account/second-factor{path}")
        assert answer.location.startswith(
            "/organize/account/confirm?next=/organize/account/second-factor"
        )
    assert editor.post(APP, {"code": "1"}).location.startswith("/organize/account/confirm")
    assert editor.post("/organize/account/passkeys/options").location.startswith(
        "/organize/account/confirm"
    )
    answer = editor.post(f"/organize/account/confirm?next={APP}", {"password": PASSWORD})
    assert answer.location == APP
    assert editor.get(APP).status_code == 200


def test_exporter_gets_nowhere_before_a_second_factor_is_set_up(desk_of):
    desk = desk_of("exporter", make_cause().id, second_factor=False)
    answer = desk.get("/organize/")
    assert answer.location == "/organize/account/second-factor"
    assert alerts(desk.get(answer.location)) == ["waiting"]
    set_up_app(desk)
    assert desk.get("/organize/").status_code == 200


def test_exporter_cannot_remove_the_last_second_factor(desk_of):
    desk = desk_of("exporter", make_cause().id, second_factor=False)
    set_up_app(desk)
    desk.post(f"{APP}/stop")
    assert fresh(desk.organizer).has_second_factor


def test_optional_second_factor_can_be_removed(editor):
    set_up_app(editor)
    editor.post(f"{APP}/stop")
    assert not fresh(editor.organizer).has_second_factor


def test_invalid_passkey_is_not_saved(editor):
    def send(path, body):
        return editor.client.post(path, json=body, headers={"X-CSRFToken": editor.token()})

    assert send("/organize/account/passkeys/options", {}).json["challenge"]
    for body in (
        {},
        [],
        {"answer": {}},
        {"answer": {"id": "x", "rawId": "x", "type": "public-key", "response": {}}},
        "x",
    ):
        answer = send("/organize/account/passkeys", body)
        assert answer.status_code == 422
        assert answer.json["error"]
    assert fresh(editor.organizer).passkeys == []


def test_invalid_passkey_signs_no_one_in(visitor, app):
    def send(path, body):
        return visitor.client.post(path, json=body, headers={"X-CSRFToken": visitor.token()})

    assert send("/organize/sign-in/passkey/options", {}).json["challenge"]
    for body in ({}, [], {"answer": {"rawId": "eA"}}, {"answer": {"rawId": "!"}}, {"answer": 7}):
        assert send("/organize/sign-in/passkey", body).status_code == 422


def test_app_key_seen_by_another_is_worthless_after_the_phone_is_changed(editor):
    first, _ = set_up_app(editor)
    secret = secret_on(editor.get(APP))
    assert secret != first
    assert with_app(editor.organizer) != first


@pytest.mark.parametrize(("is_valid", "status"), [(True, 200), (False, 422)])
def test_passkey_replaces_the_password_before_a_sensitive_step(
    desk_of, monkeypatch, is_valid, status
):
    desk = desk_of()
    request_values = {}

    def spend(**named):
        request_values.update(named)
        return named["organizer_id"] if is_valid else None

    monkeypatch.setattr("campaign.organize.account.second_factor.spend_passkey", spend)
    headers = {"X-CSRFToken": desk.token()}
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )
    assert desk.get(APP).status_code == 303
    desk.client.post("/organize/account/passkeys/confirm/options", json={}, headers=headers)
    answer = desk.client.post(
        "/organize/account/passkeys/confirm", json={"answer": {}, "next": APP}, headers=headers
    )
    assert answer.status_code == status
    assert request_values["organizer_id"] == desk.organizer.id
    assert desk.get(APP).status_code == (200 if is_valid else 303)
    again = desk.client.post(
        "/organize/account/passkeys/confirm", json={"answer": {}, "next": APP}, headers=headers
    )
    assert again.status_code == 422


def test_typed_input_survives_the_password_check_of_a_sensitive_form(desk_of):
    cause, desk = make_cause(), desk_of()
    desk.token()
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )
    form_data = {
        "email": "teo@brandt.example",
        "role": "editor",
        "cause": str(cause.id),
        "name": "Teo",
    }
    answer = desk.post("/organize/people/invite", form_data, headers={"Accept": "text/html"})
    assert answer.status_code == 403
    for value in form_data.values():
        assert f'value="{value}"' in answer.text

"""Tests of signing in: equal answers for unknown addresses, second factor, known browsers."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from campaign.accounts.audit import entries
from campaign.accounts.factors import new_recovery_codes, replace_recovery_codes
from campaign.accounts.models import KnownDevice, OrganizerSession
from campaign.accounts.operations import make_link
from campaign.accounts.passwords import HashingBusy
from campaign.accounts.sessions import is_known_device
from campaign.accounts.tokens import link_token
from campaign.extensions import db, write
from campaign.organize.auth.sessions import safe_next
from campaign.organize.core.identity import DEVICE_COOKIE, SESSION_COOKIE
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.organizers import PASSWORD, make_organizer, trail, with_app, with_password
from tests.factories.signatures import queued_emails
from tests.organize.conftest import Desk, without_token
from tests.page_parts import alerts, figures, text, text_at, tree, wrong_fields


@pytest.fixture
def editor(app):
    """An organizer who needs no second factor and has none."""
    return with_password(make_organizer("editor", make_cause().id, second_factor=False))


@pytest.fixture
def odile(app):
    """An admin with a password and an app."""
    return with_password(make_organizer(second_factor=False))


def enter(visitor, email, password=PASSWORD, **more):
    return visitor.post("/organize/sign-in", {"email": email, "password": password, **more})


def cookie(visitor, name=SESSION_COOKIE):
    cookie_found = visitor.client.get_cookie(name, path="/organize")
    return cookie_found.value if cookie_found else None


def test_address_and_password_open_the_overview(visitor, editor):
    answer = enter(visitor, " Editor@KWAN.example ")
    assert (answer.status_code, answer.location) == (303, "/organize/")
    assert visitor.get("/organize/").status_code == 200
    assert trail() == [("account.signed_in", editor.id, ("organizer", editor.id))]


def test_page_of_a_new_site_says_how_to_become_its_admin(visitor, app):
    assert alerts(visitor.get("/organize/sign-in")) == ["note"]
    make_organizer()
    assert alerts(visitor.get("/organize/sign-in")) == []


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_wrong_password_and_unknown_address_get_the_same_answer(visitor, editor, lang):
    visitor.get(f"/organize/sign-in?lang={lang}")
    wrong = enter(visitor, editor.email, "wrong")
    nobody = enter(visitor, "nobody@kwan.example", "wrong")
    assert wrong.status_code == nobody.status_code == 422
    assert without_token(wrong.text).replace(editor.email, "nobody@kwan.example") == without_token(
        nobody.text
    )
    assert cookie(visitor) is None
    assert "wrong" not in wrong.text


def test_invited_person_cannot_sign_in_yet(visitor, app):
    who = make_organizer("editor", make_cause().id)
    assert enter(visitor, who.email, "").status_code == 422
    assert enter(visitor, who.email, "nobody has this password").status_code == 422


def test_unknown_address_takes_the_same_work(visitor, editor, monkeypatch):
    done = []
    monkeypatch.setattr(
        "campaign.organize.auth.sign_in.matches",
        lambda password_hash, typed: done.append(password_hash) or False,
    )
    enter(visitor, editor.email, "wrong")
    enter(visitor, "nobody@kwan.example", "wrong")
    assert done == [editor.password_hash, None]


@pytest.mark.parametrize(
    ("requested", "led"),
    [
        ("/organize/people/", "/organize/people/"),
        ("/organize/?a=b", "/organize/?a=b"),
        ("https://evil.example/organize/", "/organize/"),
        ("//evil.example/organize/", "/organize/"),
        ("/organize\\evil", "/organize/"),
        ("/organizers", "/organize/"),
        ("/organize/\r\nSet-Cookie: x", "/organize/"),
        ("", "/organize/"),
    ],
)
def test_redirect_after_sign_in_stays_in_the_workspace(visitor, editor, requested, led):
    assert enter(visitor, editor.email, next=requested).location == led


def test_ten_wrong_tries_lock_out_strangers_but_not_a_known_browser(app, visitor, editor):
    enter(visitor, editor.email)
    device_cookie = cookie(visitor, DEVICE_COOKIE)
    strange = Desk(app.test_client())
    # The first of the ten tries came from the known browser, before it was known.
    for _ in range(9):
        assert enter(strange, editor.email, "wrong").status_code == 422
    answer = enter(strange, editor.email)
    assert answer.status_code == 429
    assert 15 in figures(text_at(answer, "//div[@data-kind='danger']"))
    strange.client.set_cookie(DEVICE_COOKIE, device_cookie, path="/organize")
    assert enter(strange, editor.email).status_code == 303


def test_unknown_address_is_locked_as_well(visitor, app):
    for _ in range(10):
        enter(visitor, "nobody@kwan.example", "wrong")
    assert enter(visitor, "nobody@kwan.example", "wrong").status_code == 429


def test_second_factor_is_required_and_half_a_session_opens_nothing(visitor, odile):
    secret = with_app(odile)
    answer = enter(visitor, odile.email, next="/organize/people/")
    assert answer.location == "/organize/sign-in/second-step?next=/organize/people/"
    assert visitor.get("/organize/").location.startswith("/organize/sign-in/second-step")
    assert visitor.get("/organize/account").status_code == 303
    half = cookie(visitor)
    answer = visitor.post(
        "/organize/sign-in/second-step",
        {"code": pyotp.TOTP(secret).now(), "next": "/organize/people/"},
    )
    assert answer.location == "/organize/people/"
    assert cookie(visitor) != half
    db.session.rollback()
    assert db.session.scalars(select(OrganizerSession.stage)).all() == ["full"]
    assert visitor.get("/organize/people/").status_code == 200


@pytest.mark.parametrize(
    ("code", "is_tried"),
    [("", False), ("abcdef", False), ("000 000", True), ("1234567890123456", True)],
)
def test_wrong_code_is_explained_at_its_field(visitor, odile, code, is_tried):
    with_app(odile)
    enter(visitor, odile.email)
    answer = visitor.post("/organize/sign-in/second-step", {"code": code})
    assert answer.status_code == 422
    assert wrong_fields(answer).keys() == {"code"}
    answer.close()
    assert refused() == [("code", odile.id)] * is_tried
    assert visitor.get("/organize/").status_code == 303


def test_recovery_code_works_once_also_typed_in_groups(visitor, odile):
    with_app(odile)
    codes = new_recovery_codes()
    write(replace_recovery_codes, organizer_id=odile.id, codes=codes)
    typed = f"{codes[0][:4]} {codes[0][4:8]}-{codes[0][8:12]} {codes[0][12:]}"
    enter(visitor, odile.email)
    assert visitor.post("/organize/sign-in/second-step", {"code": typed}).location == "/organize/"
    visitor.post("/organize/sign-in/out")
    enter(visitor, odile.email)
    assert visitor.post("/organize/sign-in/second-step", {"code": typed}).status_code == 422


def test_ten_wrong_codes_are_enough(visitor, odile):
    secret = with_app(odile)
    enter(visitor, odile.email)
    for _ in range(10):
        visitor.post("/organize/sign-in/second-step", {"code": "000000"})
    assert (
        visitor.post(
            "/organize/sign-in/second-step", {"code": pyotp.TOTP(secret).now()}
        ).status_code
        == 429
    )


def test_second_step_returns_to_the_password_when_it_took_too_long(visitor, odile):
    secret = with_app(odile)
    enter(visitor, odile.email)
    past = update(OrganizerSession).values(expires_at=utcnow() - timedelta(seconds=1))
    write(lambda: db.session.execute(past))
    answer = visitor.post("/organize/sign-in/second-step", {"code": pyotp.TOTP(secret).now()})
    assert answer.location == "/organize/sign-in"
    assert alerts(visitor.get(answer.location)) == ["waiting"]


def test_session_is_replaced_at_sign_in(visitor, editor):
    visitor.client.set_cookie(SESSION_COOKIE, "chosen-by-somebody", path="/organize")
    enter(visitor, editor.email)
    assert cookie(visitor) not in (None, "chosen-by-somebody")


def test_signing_out_ends_the_session_on_the_server(visitor, editor):
    enter(visitor, editor.email)
    token = cookie(visitor)
    assert visitor.post("/organize/sign-in/out").location == "/organize/sign-in"
    visitor.client.set_cookie(SESSION_COOKIE, token, path="/organize")
    assert visitor.get("/organize/").status_code == 303


def test_new_browser_is_reported_by_email_except_the_very_first(app, visitor, editor):
    enter(visitor, editor.email)
    assert queued_emails() == []
    visitor.post("/organize/sign-in/out")
    enter(visitor, editor.email)
    assert queued_emails() == []
    visitor.client.delete_cookie(DEVICE_COOKIE, path="/organize")
    enter(visitor, editor.email)
    emails = queued_emails()
    device = db.session.scalar(select(KnownDevice.id).order_by(KnownDevice.id.desc()))
    assert emails == [("account_new_device", device, "en")]


def test_post_without_a_csrf_token_changes_nothing(client, editor):
    answer = client.post("/organize/sign-in", data={"email": editor.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert PASSWORD not in answer.text
    assert client.get_cookie(SESSION_COOKIE, path="/organize") is None


def test_page_of_another_site_cannot_post(visitor, editor):
    data = {"email": editor.email, "password": PASSWORD, "csrf_token": visitor.token()}
    answer = visitor.client.post(
        "/organize/sign-in", data=data, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_sign_in_page_uses_the_requested_language(visitor, app):
    assert '<html lang="fr"' in visitor.get("/organize/sign-in?lang=fr").text
    assert '<html lang="fr"' in visitor.get("/organize/forgotten").text
    assert '<html lang="es"' in visitor.get("/organize/sign-in?lang=es&next=/organize/people/").text
    assert '<html lang="es"' in visitor.get("/organize/sign-in?lang=xx").text


def test_sign_in_page_is_not_shown_to_signed_in_users(visitor, editor):
    enter(visitor, editor.email)
    assert visitor.get("/organize/sign-in?next=/organize/account").location == "/organize/account"


def try_in(visitor, email, password=PASSWORD):
    # Refused tries are logged after the response is sent.
    enter(visitor, email, password).close()


def refused():
    """Return (method, account id or None) of each refused try in the activity log."""
    db.session.rollback()
    return [
        (entry.details["way"], entry.subject_id)
        for entry in reversed(entries(action="account.refused"))
    ]


def test_refused_tries_are_logged_without_what_a_stranger_typed(visitor, odile, desk_of):
    with_app(odile)
    try_in(visitor, odile.email, "wrong")
    try_in(visitor, "somebody@else.example", "a password typed in the wrong place")
    try_in(visitor, odile.email)
    visitor.post("/organize/sign-in/second-step", {"code": "000000"}).close()
    assert refused() == [("password", odile.id), ("password", None), ("code", odile.id)]
    logged = str([(entry.details, entry.reason) for entry in entries()])
    assert "else.example" not in logged and "wrong place" not in logged
    page = desk_of("admin", email="teo@kwan.example").get("/organize/audit/")
    # A wrong code, a wrong password, and a try at an unknown address, which the log tells apart.
    assert (
        len({text(item) for item in tree(page).xpath("//p[@data-action='account.refused']")}) == 3
    )


def test_flood_of_tries_leaves_few_rows(visitor, odile):
    for number in range(14):
        try_in(visitor, odile.email, "wrong")
        try_in(visitor, f"n{number}@else.example", "wrong")
    assert len([method for method, who in refused() if who]) == 6
    assert len([method for method, who in refused() if not who]) == 2


@pytest.mark.parametrize(
    "address", [7, True, [], {"a": 1}, None, "", "//evil.example", "/organizer", "/organize/\nx"]
)
def test_unknown_return_address_becomes_the_overview(app, address):
    with app.test_request_context():
        assert safe_next(address) == "/organize/"


def busy(*_):
    raise HashingBusy


def test_busy_sign_in_keeps_the_input_and_says_when_to_try_again(visitor, editor, monkeypatch):
    monkeypatch.setattr("campaign.organize.auth.sign_in.matches", busy)
    answer = enter(visitor, editor.email)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert editor.email in answer.text
    assert PASSWORD not in answer.text


def test_too_many_tries_say_when_to_try_again(visitor, app):
    for _ in range(10):
        enter(visitor, "nobody@kwan.example", "wrong")
    assert enter(visitor, "nobody@kwan.example", "wrong").headers["Retry-After"] == "900"


def test_password_reset_forgets_the_known_browsers(app, visitor, editor):
    enter(visitor, editor.email)
    link = write(make_link, organizer_id=editor.id, purpose="reset", now=utcnow())
    elsewhere = Desk(app.test_client())
    elsewhere.post(f"/organize/reset/{link_token(link)}", {"password": f"{PASSWORD} anew"})
    db.session.rollback()
    assert len(db.session.scalars(select(KnownDevice.id)).all()) == 1
    assert not is_known_device(editor.id, cookie(visitor, DEVICE_COOKIE))

"""Tests of what holds on every page of the workspace."""

import pytest
from flask import current_app

from campaign.accounts.permissions import TABLE
from campaign.organize.core.access import ANYBODY, ORGANIZER
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import row, sign_and_hatch
from tests.page_parts import text_at, title


def test_every_route_of_the_workspace_says_who_may_use_it(app):
    allowed = {ANYBODY, ORGANIZER, *TABLE}
    silent = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/organize")
        and getattr(current_app.view_functions[rule.endpoint], "permission", None) not in allowed
    }
    assert silent == set()


def test_workspace_is_private_and_its_cookies_stay_in_it(desk_of):
    answer = desk_of().get("/organize/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "Path=/organize" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_title_says_that_a_form_was_not_accepted(desk_of, visitor):
    desk = desk_of("owner", make_petition().cause_id)
    for reader, page in ((visitor, "/organize/sign-in"), (desk, "/organize/rules/new")):
        refused = reader.post(page, {})
        assert refused.status_code == 422
        usual = title(reader.get(page))
        assert title(refused).endswith(usual) and title(refused) != usual


@pytest.mark.parametrize("path", ["causes/valley/words", "petitions/home/letter", "imports/type"])
def test_too_long_text_is_not_called_a_file(desk_of, path):
    petition = make_petition()
    answer = desk_of("owner", petition.cause_id).post(
        f"/organize/{path}", {"title_en": "x" * 300_000}
    )
    assert answer.status_code == 413
    assert answer.location is None and 'type="file"' not in answer.text


def test_signed_out_visitor_is_sent_to_sign_in_and_back(client):
    answer = client.get("/organize/?cause=valley")
    assert answer.status_code == 303
    assert answer.location == "/organize/sign-in?next=/organize/?cause%3Dvalley"


def test_workspace_uses_the_language_of_the_organizer(desk_of):
    titles = set()
    for lang in ("en", "es", "fr"):
        answer = desk_of(lang=lang, email=f"{lang}@kwan.example").get(
            "/organize/", headers={"Accept-Language": "de"}
        )
        assert f'<html lang="{lang}"' in answer.text
        titles.add(text_at(answer, "//title"))
    assert len(titles) == 3


def test_unstorable_character_is_dropped_from_pasted_text(desk_of):
    petition = make_petition()
    make_event(cause_id=petition.cause_id)
    signature, desk = sign_and_hatch(petition), desk_of()
    for path in (
        "signatures/?words=ama%00lia",
        "events/talk/registrations?words=%00",
        "events/talk/door/list?words=%00",
    ):
        answer = desk.get(f"/organize/{path}")
        assert answer.status_code == 200, path
    assert "Amalia" in desk.get("/organize/signatures/?words=ama%00lia").text
    assert (
        desk.post(
            "/organize/rules/new",
            {"kind": "words", "pattern": "ab\0cd", "where": "home", "note": "\0"},
        ).status_code
        == 303
    )
    assert (
        desk.post(
            f"/organize/signatures/{signature}/withdraw", {"reason": "by tele\0phone"}
        ).status_code
        == 303
    )
    assert row(signature).state == "withdrawn"

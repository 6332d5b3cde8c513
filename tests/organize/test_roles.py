"""Each role on each route of the workspace, against the table."""

import pytest
from flask import current_app
from werkzeug.routing import IntegerConverter

from campaign.accounts.permissions import ADMIN, ROLES, TABLE
from campaign.organize.guard import ANYBODY, ORGANIZER
from tests.factories.causes import make_cause

# No row has this number: who is let in meets a 404 and not a 403.
NUMBER, WORD = 9_999_999, "no-such-thing"


def routes():
    """Return (method, address, what it takes) of every guarded route."""
    for rule in current_app.url_map.iter_rules():
        permission = getattr(current_app.view_functions[rule.endpoint], "permission", None)
        if not rule.rule.startswith("/organize") or permission == ANYBODY:
            continue
        values = {name: NUMBER if isinstance(rule._converters[name], IntegerConverter) else WORD for name in rule.arguments}
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield method, current_app.url_map.bind("").build(rule.endpoint, values, method=method), permission


def ask(desk, method, path):
    return desk.get(path) if method == "GET" else desk.post(path)


@pytest.mark.parametrize("role", [ADMIN, *ROLES, None])
def test_each_role_meets_what_the_table_says(desk_of, role):
    cause = make_cause()
    desk = desk_of(role, None if role in (ADMIN, None) else cause.id)
    wrong = []
    for method, path, permission in routes():
        answer = ask(desk, method, path)
        may = permission == ORGANIZER or role == ADMIN or role in TABLE[permission]
        takes_thing = answer.status_code == 404
        # A thing that does not exist is not there for anybody.
        if not takes_thing and may == (answer.status_code == 403):
            wrong.append((method, path, permission, answer.status_code))
    assert wrong == []


def test_nobody_gets_in_anywhere_without_signing_in(door):
    wrong = [
        (method, path)
        for method, path, _ in routes()
        if not (answer := ask(door, method, path)).location or "/organize/sign-in" not in answer.location
    ]
    assert wrong == []


def test_no_address_of_the_workspace_changes_anything_by_get(desk_of):
    desk = desk_of()
    for method, path, _ in routes():
        if method == "POST":
            assert desk.get(path).status_code in (200, 303, 404, 405), path


def test_places_that_one_may_not_see_are_not_on_the_rail(desk_of):
    cause = make_cause()
    for role, sees in (("editor", False), ("owner", True)):
        page = desk_of(role, cause.id).get("/organize/").text
        assert ('href="/organize/people/"' in page) is sees
        assert ('href="/organize/audit/"' in page) is sees

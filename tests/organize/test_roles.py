"""Tests of each role on each route of the workspace, against the table."""

from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import update
from werkzeug.routing import IntegerConverter

from campaign.accounts.audit import entries
from campaign.accounts.models import OrganizerSession
from campaign.accounts.permissions import ADMIN, ORGANISATION_OWNER, PERSONAL, ROLES, TABLE
from campaign.extensions import db, write
from campaign.organize.core.access import ANYBODY, ORGANIZER
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.organize.organisations import addresses, furnish, make_organisation

# No row has this number: a permitted role gets a 404 and not a 403.
NUMBER, NO_SLUG = 9_999_999, "no-such-thing"


def routes():
    """Return (method, address, requirement) of every guarded route."""
    for rule in current_app.url_map.iter_rules():
        permission = getattr(current_app.view_functions[rule.endpoint], "permission", None)
        if not rule.rule.startswith("/organize") or permission == ANYBODY:
            continue
        values = {
            name: NUMBER if isinstance(rule._converters[name], IntegerConverter) else NO_SLUG
            for name in rule.arguments - (rule.defaults or {}).keys()
        }
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield (
                method,
                current_app.url_map.bind("").build(rule.endpoint, values, method=method),
                permission,
            )


def ask(desk, method, path):
    return desk.get(path) if method == "GET" else desk.post(path)


HERE, ELSEWHERE = "aspen", "birch"
ACTORS = [
    *((role, HERE) for role in (ORGANISATION_OWNER, *ROLES)),
    (ADMIN, None),
    *((role, ELSEWHERE) for role in (ORGANISATION_OWNER, "owner")),
    # The other roles elsewhere get the same answers as the least of them.
    pytest.param(ROLES[-1], ELSEWHERE, marks=pytest.mark.slow),
    (None, None),
]
# These look for their object themselves, after the guard.
WITHOUT_GUARDED_OBJECT = {
    "people.show",
    "people.grant_role",
    "people.invite_again",
    "people.unlock",
    "people.remove_whole",
    "suppressions.show",
    "suppressions.lift",
    "suppressions.retry",
    "setup.step",
    "setup.skip",
}
# `furnish` makes none of these, or the page that links to them adds more to the address.
MISSING = {
    "answers.document",
    "bulk.new",
    "bulk.create",
    "exports.new",
    "exports.create",
    "causes.shape_draft",
    "causes.cut_shape_draft",
    "causes.shape_picture",
    "causes.drop_shape_draft",
    "causes.drop_own_shape",
    "events.picture_file",
    "petitions.picture_file",
    "petitions.print_letters",
    "updates.one_picture",
    "updates.save_picture_texts",
    "updates.remove_body_picture",
    "exports.download",
    "passkeys.remove",
    "account.close",
    "setup.step",
    "setup.skip",
}


def expected(endpoint, permission, has_object, role, is_here):
    """Return the status that the table of permissions means: 200 for anything but a refusal."""
    may = permission == ORGANIZER or role == ADMIN or role in TABLE[permission]
    if endpoint.startswith("organisations."):
        # A role in one cause of an organisation is none in the organisation.
        is_here = is_here and role in (ADMIN, ORGANISATION_OWNER)
    if permission == ORGANIZER or is_here or not has_object:
        return 200 if may else 403
    if endpoint in WITHOUT_GUARDED_OBJECT and not may:
        return 403
    return 404


def seen(answer):
    """Return how a guard answered: 303 if it asks to sign in, 200 if it let the request pass."""
    if "/organize/sign-in" in (answer.location or ""):
        return 303
    return answer.status_code if answer.status_code in (403, 404) else 200


@pytest.fixture
def unrendered(monkeypatch):
    """Leave every page empty. Guards run before, and rendering would take most of the time."""
    monkeypatch.setattr("flask.templating._render", lambda _app, _template, _context: "")


@pytest.fixture
def aspen(client):
    """The organisation whose pages are asked for, beside another. Both have everything."""
    both = [make_organisation(HERE), make_organisation(ELSEWHERE)]
    here = furnish(client, both[0], HERE)
    here.elsewhere = furnish(client, both[1], ELSEWHERE)
    return here


@pytest.fixture
def desk_at(desk_of, aspen):
    """Call it with a role and a place of ACTORS. It returns a Desk."""
    at = {HERE: aspen, ELSEWHERE: aspen.elsewhere}

    def desk_at(role, place):
        if role == ORGANISATION_OWNER:
            organisation_id = at[place].organisation.id
            return desk_of("owner", organisation_id=organisation_id, email="top@kwan.example")
        return desk_of(role, at[place].cause.id if place else None)

    return desk_at


@pytest.mark.once_on_postgresql
@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(("role", "place"), ACTORS)
def test_each_role_may_do_what_the_table_says(desk_at, aspen, role, place):
    desk, wrong = desk_at(role, place), []
    for endpoint, method, path, permission, has_object in addresses(aspen):
        status = seen(ask(desk, method, path))
        due = expected(endpoint, permission, has_object, role, role == ADMIN or place == HERE)
        if status != due and not (due == 200 and status == 404 and endpoint in MISSING):
            wrong.append((endpoint, method, path, status, due))
    assert wrong == []


def test_exceptions_name_routes_that_exist(app):
    endpoints = {name.removeprefix("organize.") for name in app.view_functions}
    assert endpoints >= MISSING | WITHOUT_GUARDED_OBJECT


def test_signed_out_visitors_are_asked_to_sign_in_by_every_route(visitor, aspen):
    wrong = [
        (method, path)
        for _, method, path, _, _ in addresses(aspen)
        if seen(ask(visitor, method, path)) != 303
    ]
    assert wrong == []


def test_every_route_requires_signing_in(visitor):
    wrong = [
        (method, path)
        for method, path, _ in routes()
        if not (answer := ask(visitor, method, path)).location
        or "/organize/sign-in" not in answer.location
    ]
    assert wrong == []


def test_get_changes_nothing_in_the_workspace(desk_of):
    desk = desk_of()
    for method, path, _ in routes():
        if method == "POST":
            assert desk.get(path).status_code in (200, 303, 404, 405), path


def test_forbidden_places_are_not_in_the_sidebar(desk_of):
    cause = make_cause()
    for role, sees in (("editor", False), ("owner", True)):
        page = desk_of(role, cause.id).get("/organize/").text
        assert ('href="/organize/people/"' in page) is sees
        assert ('href="/organize/audit/"' in page) is sees


SENSITIVE = {
    "organize.people.create", "organize.people.grant_role", "organize.people.remove_grant", "organize.people.invite_again",
    "organize.people.unlock", "organize.people.remove_whole", "organize.keys.create",
    "organize.kiosks.pin", "organize.kiosks.create", "organize.kiosks.decide",
    "organize.retention.update", "organize.copies.create", "organize.erasures.create", "organize.events.erase_one",
    "organize.events.send_message", "organize.mail.plan", "organize.mail.change", "organize.mail.resume",
    "organize.answers.announce", "organize.answers.resume_announcement",
    "organize.subscribers.export", "organize.subscribers.upload_file", "organize.events.attendance", "organize.events.export_attendance",
    "organize.exports.create", "organize.exports.download", "organize.exports.recreate",
    "organize.deliveries.make_pack", "organize.deliveries.save_contents",
    "organize.second_factor.index", "organize.second_factor.app", "organize.second_factor.start_app",
    "organize.second_factor.stop_app", "organize.second_factor.renew_codes", "organize.second_factor.codes",
    "organize.passkeys.options", "organize.passkeys.add", "organize.passkeys.remove",
}  # fmt: skip


def test_sensitive_steps_require_a_fresh_password(app):
    views = current_app.view_functions
    assert SENSITIVE <= views.keys()
    assert [name for name in SENSITIVE if not getattr(views[name], "is_fresh", False)] == []


@pytest.mark.once_on_postgresql
@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("role", [ADMIN, *ROLES])
def test_old_session_is_asked_for_its_password_by_every_sensitive_route(desk_of, role):
    cause = make_cause()
    desk = desk_of(role, None if role == ADMIN else cause.id)
    desk.token()
    write(
        lambda: db.session.execute(
            update(OrganizerSession).values(confirmed_at=utcnow() - timedelta(hours=1))
        )
    )
    for method, path, _ in routes():
        view = view_of(method, path)
        if getattr(view, "is_fresh", False):
            answer = ask(desk, method, path)
            is_led = answer.status_code == 303 and answer.location.startswith(
                "/organize/account/confirm"
            )
            assert is_led or answer.status_code in (403, 404), path


@pytest.mark.once_on_postgresql
@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("role", [ADMIN, *ROLES])
def test_role_that_sees_people_needs_its_second_factor(desk_of, role):
    cause = make_cause()
    desk = desk_of(role, None if role == ADMIN else cause.id, second_factor=False)
    is_open = not (role == ADMIN or any(role in TABLE[action] for action in PERSONAL))
    for method, path, permission in routes():
        if permission == ORGANIZER:
            continue
        answer = ask(desk, method, path)
        is_led = answer.status_code == 303 and answer.location == "/organize/account/second-factor"
        assert is_led is not is_open, path


def view_of(method, path):
    endpoint, _ = current_app.url_map.bind("").match(path, method=method)
    return current_app.view_functions[endpoint]


def test_refused_access_is_logged_once_with_growing_counts(desk_of):
    cause, other = make_cause(), make_cause("hill")
    desk = desk_of("editor", cause.id)
    for _ in range(12):
        assert desk.get(f"/organize/causes/{other.slug}").status_code == 404
    assert desk.get("/organize/people/").status_code == 403
    assert desk.get("/organize/causes/nowhere").status_code == 404
    db.session.rollback()
    noted = [
        (entry.details["action"], entry.details["count"], entry.cause_id)
        for entry in reversed(entries(action="access"))
    ]
    assert noted == [
        ("causes.see", 1, other.id),
        ("causes.see", 10, other.id),
        ("people.see", 1, None),
    ]
    assert {entry.organizer_id for entry in entries(action="access")} == {desk.organizer.id}
    assert "causes.see" in desk_of().get("/organize/audit/?about=access").text

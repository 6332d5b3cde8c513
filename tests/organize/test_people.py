"""Tests of inviting and removing people and changing roles, within one's own role."""

import pytest

from campaign.accounts.queries import last_invitation, organizer_by_address
from campaign.extensions import db
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer, trail, with_password
from tests.factories.signatures import queued_emails
from tests.page_parts import alerts, sends_to, values, wrong_fields

TEO = "teo@brandt.example"


@pytest.fixture
def cause(app):
    return make_cause()


@pytest.fixture
def hill(app):
    return make_cause("hill")


def invite(desk, cause, role="editor", email=TEO, **more):
    return desk.post(
        "/organize/people/invite", {"email": email, "role": role, "cause": str(cause.id), **more}
    )


def roles_of(email=TEO):
    who = organizer_by_address(email)
    return [(grant.role, grant.cause_id) for grant in fresh(who).grants] if who else None


def test_owner_invites_into_their_own_cause(desk_of, cause):
    desk = desk_of("owner", cause.id)
    answer = invite(desk, cause, name="Teo Brandt")
    assert answer.location == "/organize/people/"
    assert TEO in desk.get("/organize/people/").text
    assert roles_of() == [("editor", cause.id)]
    assert [kind for kind, *_ in queued_emails()] == ["account_invitation"]
    assert trail() == [
        ("people.invite", desk.organizer.id, ("organizer", organizer_by_address(TEO).id))
    ]


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 400, "9" * 5000, "٣"])
def test_impossible_row_id_is_not_found(desk_of, number):
    desk = desk_of()
    for path in (
        f"people/{number}",
        f"signatures/{number}",
        f"imports/{number}",
        f"rules/{number}",
        f"exports/files/{number}",
    ):
        assert desk.get(f"/organize/{path}").status_code == 404, path
    for path in (
        f"people/{number}/remove",
        f"people/roles/{number}/take",
        f"account/sessions/{number}/close",
    ):
        assert desk.post(f"/organize/{path}").status_code == 404, path


def test_owner_invites_into_no_other_cause_and_makes_no_admin(desk_of, cause, hill):
    desk = desk_of("owner", cause.id)
    assert invite(desk, hill).status_code == 422
    assert invite(desk, cause, "admin").status_code == 422
    assert "Butterflies for the Valley" in desk.get("/organize/people/invite").text
    assert 'value="admin"' not in desk.get("/organize/people/invite").text
    assert roles_of() is None


def test_admin_makes_an_admin_everywhere(desk_of, cause):
    invite(desk_of(), cause, "admin")
    assert roles_of() == [("admin", None)]


@pytest.mark.parametrize("change", [{"email": ""}, {"email": "x"}, {"role": ""}])
def test_wrong_invitation_is_explained_at_its_field_and_input_is_kept(desk_of, cause, change):
    answer = invite(desk_of(), cause, **{"name": "Teo B.", **change})
    assert answer.status_code == 422
    assert wrong_fields(answer).keys() == change.keys()
    assert "Teo B." in answer.text


def test_owner_sees_only_the_people_of_their_causes_and_the_admins(desk_of, cause, hill):
    make_organizer(email="odile@kwan.example")
    inside = make_organizer("editor", cause.id)
    outside = make_organizer("reviewer", hill.id)
    desk = desk_of("owner", cause.id)
    page = desk.get("/organize/people/").text
    assert inside.email in page
    assert "Odile Kwan" in page
    assert outside.email not in page
    assert desk.get(f"/organize/people/{inside.id}").status_code == 200
    assert desk.get(f"/organize/people/{outside.id}").status_code == 404
    assert (
        desk.post(
            f"/organize/people/{outside.id}/roles", {"role": "editor", "cause": cause.id}
        ).status_code
        == 404
    )
    assert desk.get("/organize/people/9999999").status_code == 404


def test_roles_are_given_and_removed(desk_of, cause):
    who = with_password(make_organizer("editor", cause.id))
    desk = desk_of("owner", cause.id)
    desk.post(f"/organize/people/{who.id}/roles", {"role": "reviewer", "cause": str(cause.id)})
    first, second = fresh(who).grants
    assert second.role == "reviewer"
    desk.post(f"/organize/people/roles/{first.id}/take")
    assert [grant.role for grant in fresh(who).grants] == ["reviewer"]
    assert [action for action, *_ in trail()] == ["people.invite", "people.take"]


def test_owner_removes_no_role_of_another_cause_and_none_of_an_admin(desk_of, cause, hill):
    foreign, admin = (
        make_organizer("editor", hill.id),
        with_password(make_organizer(email="odile@kwan.example")),
    )
    desk = desk_of("owner", cause.id)
    for who in (foreign, admin):
        assert desk.post(f"/organize/people/roles/{who.grants[0].id}/take").status_code == 404
        assert fresh(who).grants


def test_people_cannot_change_their_own_roles(desk_of, cause):
    desk = desk_of("owner", cause.id)
    own = desk.organizer
    assert desk.post(f"/organize/people/roles/{own.grants[0].id}/take").status_code == 403
    assert (
        desk.post(
            f"/organize/people/{own.id}/roles", {"role": "editor", "cause": cause.id}
        ).status_code
        == 403
    )
    page = desk.get(f"/organize/people/{own.id}")
    assert page.status_code == 200
    assert [path for path in sends_to(page) if path.endswith(("/roles", "/take"))] == []


def test_removed_role_is_gone_with_the_very_next_request(app, desk_of, cause):
    owner, editor = desk_of("owner", cause.id), desk_of("editor", cause.id)
    assert editor.get("/organize/").text.count("Butterflies for the Valley")
    owner.post(f"/organize/people/roles/{editor.organizer.grants[0].id}/take")
    assert "Butterflies for the Valley" not in editor.get("/organize/").text


def test_only_admins_remove_and_unlock_people(desk_of, cause):
    who = make_organizer("editor", cause.id)
    owner = desk_of("owner", cause.id)
    for verb in ("remove", "unlock"):
        assert owner.post(f"/organize/people/{who.id}/{verb}").status_code == 403
    admin = desk_of()
    offers = [
        f"/organize/people/{who.id}/remove" in sends_to(desk.get(f"/organize/people/{who.id}"))
        for desk in (owner, admin)
    ]
    assert offers == [False, True]
    admin.post(f"/organize/people/{who.id}/unlock")
    assert not fresh(who).has_second_factor
    assert admin.post(f"/organize/people/{who.id}/remove").location == "/organize/people/"
    assert fresh(who).removed_at
    assert admin.get(f"/organize/people/{who.id}").status_code == 404
    assert admin.post(f"/organize/people/{admin.organizer.id}/remove").status_code == 403


def test_last_admin_cannot_be_removed(desk_of):
    other = with_password(make_organizer(email="other@kwan.example"))
    desk = desk_of()
    answer = desk.post(f"/organize/people/{other.id}/remove")
    assert alerts(desk.get(answer.location)) == ["danger"]
    assert fresh(other).removed_at is None


def test_invitation_is_sent_again(desk_of, cause):
    desk = desk_of("owner", cause.id)
    invite(desk, cause)
    who = organizer_by_address(TEO)
    desk.post(f"/organize/people/{who.id}/invite-again")
    assert [kind for kind, *_ in queued_emails()] == ["account_invitation"] * 2


def test_invitation_is_in_its_readers_language_and_says_how_long_it_works(desk_of, cause):
    desk = desk_of("owner", cause.id)
    invite(desk, cause, lang="fr")
    who = organizer_by_address(TEO)
    assert fresh(who).lang == "fr"
    assert values(desk.get(f"/organize/people/{who.id}"), "data-invitation") == ["open"]
    last_invitation(who.id).expires_at = utcnow()
    db.session.commit()
    assert values(desk.get(f"/organize/people/{who.id}"), "data-invitation") == ["ended"]


def test_names_are_shown_as_text_and_not_as_markup(desk_of, cause):
    make_organizer("editor", cause.id, name="<b>Teo</b> & Co")
    desk = desk_of()
    for page in (desk.get("/organize/people/").text, desk.get("/organize/audit/").text):
        assert "<b>Teo</b>" not in page

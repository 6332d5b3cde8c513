"""Tests of inviting and removing people and changing roles, within one's own role."""

from types import SimpleNamespace

import pytest

from campaign.accounts.audit import entries
from campaign.accounts.emails import role as role_email
from campaign.accounts.permissions import ORGANISATION_OWNER
from campaign.accounts.queries import last_invitation, organizer_by_address
from campaign.causes.queries import cause_in_any_state
from campaign.extensions import db
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer, trail, with_password
from tests.factories.signatures import queued_emails
from tests.organize.organisations import make_organisation
from tests.page_parts import alerts, sends_to, tree, values, wrong_fields

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


def test_errors_of_an_invitation_are_in_the_order_of_the_page(desk_of, cause):
    page = tree(desk_of("owner", cause.id).post("/organize/people/invite", {"email": "nobody"}))
    [errors] = page.find_class("error-links")
    assert errors.xpath(".//a/@href") == ["#email", "#role", "#cause"]


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


def scopes_of(email=TEO):
    db.session.rollback()
    who = organizer_by_address(email)
    return [(grant.role, grant.cause_id, grant.organisation_id) for grant in fresh(who).grants]


def invite_owner(desk, email=TEO, **more):
    return desk.post(
        "/organize/people/invite", {"email": email, "role": ORGANISATION_OWNER, "cause": "", **more}
    )


def choices_of(page, name):
    return [option.get("value") for option in tree(page).xpath(f"//*[@name='{name}']//option")]


def offered_roles(page):
    return [each.get("value") for each in tree(page).xpath("//*[@name='role']")]


def test_owner_of_an_organization_is_invited_where_the_site_has_one(desk_of, cause):
    desk = desk_of()
    page = desk.get("/organize/people/invite")
    assert ORGANISATION_OWNER in offered_roles(page)
    assert choices_of(page, "organisation") == []
    assert "organization" not in tree(page).find(".//main").text_content().lower()
    assert invite_owner(desk).status_code == 303
    assert scopes_of() == [("owner", None, cause.organisation_id)]
    [entry] = entries(action="people")
    assert entry.details == {"role": ORGANISATION_OWNER, "organisation_id": cause.organisation_id}


def test_admin_chooses_the_organization_where_there_are_several(desk_of):
    own, foreign = make_organisation("own"), make_organisation("foreign")
    desk = desk_of()
    page = desk.get("/organize/people/invite")
    assert choices_of(page, "organisation") == ["", str(own.id), str(foreign.id)]
    answer = invite_owner(desk, name="Teo B.")
    assert wrong_fields(answer).keys() == {"organisation"}
    assert "Teo B." in answer.text
    assert invite_owner(desk, organisation=str(foreign.id)).status_code == 303
    assert scopes_of() == [("owner", None, foreign.id)]
    for page in ("people", "audit"):
        assert "Foreign" in desk.get(f"/organize/{page}/").text


def test_owner_of_an_organization_gives_roles_in_it_alone(desk_of):
    own, foreign = make_organisation("own"), make_organisation("foreign")
    valley = make_cause(organisation_id=own.id)
    hill = make_cause("hill", organisation_id=foreign.id)
    desk = desk_of("owner", organisation_id=own.id, email="top@kwan.example")
    page = desk.get("/organize/people/invite")
    assert choices_of(page, "cause") == ["", str(valley.id)]
    assert "admin" not in offered_roles(page)
    assert invite(desk, hill).status_code == 422
    assert invite(desk, valley, "admin").status_code == 422
    # A field that the page does not offer is ignored.
    invite_owner(desk, organisation=str(foreign.id))
    assert scopes_of() == [("owner", None, own.id)]
    invite(desk, valley, "reviewer", email="ines@kwan.example")
    assert scopes_of("ines@kwan.example") == [("reviewer", valley.id, None)]


def test_owner_of_a_cause_makes_nobody_owner_of_its_organization(desk_of, cause):
    desk = desk_of("owner", cause.id)
    assert ORGANISATION_OWNER not in offered_roles(desk.get("/organize/people/invite"))
    assert invite_owner(desk, organisation=str(cause.organisation_id)).status_code == 422
    assert organizer_by_address(TEO) is None
    top = make_organizer("owner", organisation_id=cause.organisation_id, email="top@kwan.example")
    assert top.email in desk.get("/organize/people/").text
    assert desk.post(f"/organize/people/roles/{top.grants[0].id}/take").status_code == 404
    assert fresh(top).grants


def test_people_cannot_invite_themselves_into_a_role(desk_of, cause):
    desk = desk_of("owner", cause.id)
    answer = invite(desk, cause, "reviewer", email=desk.organizer.email)
    assert wrong_fields(answer).keys() == {"email"}
    assert roles_of(desk.organizer.email) == [("owner", cause.id)]


def test_admin_can_become_owner_so_that_another_can_leave(desk_of, cause):
    owner, desk = with_password(make_organizer("owner", cause.id)), desk_of()
    answer = desk.post(f"/organize/people/roles/{owner.grants[0].id}/take")
    assert alerts(desk.get(answer.location)) == ["danger"]
    answer = desk.post(f"/organize/people/{owner.id}/remove")
    assert alerts(desk.get(answer.location)) == ["danger"]
    assert fresh(owner).grants
    with_password(desk.organizer)
    desk = desk_of(email="ines@kwan.example")
    desk.post(
        f"/organize/people/{desk.organizer.id}/roles", {"role": "owner", "cause": str(cause.id)}
    )
    with_password(desk.organizer)
    second = desk_of(email="zoe@kwan.example")
    second.post(f"/organize/people/{owner.id}/remove")
    assert fresh(owner).removed_at


def test_last_owner_of_an_organization_stays_with_a_message(desk_of, cause):
    top = with_password(
        make_organizer("owner", organisation_id=cause.organisation_id, email="top@kwan.example")
    )
    desk = desk_of()
    for path in (f"{top.id}/remove", f"roles/{top.grants[0].id}/take"):
        answer = desk.post(f"/organize/people/{path}")
        assert alerts(desk.get(answer.location)) == ["danger"]
        assert fresh(top).grants


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_email_about_a_role_names_the_organization(app, lang):
    own = make_organisation("own", "Aspen Watch")
    owner = make_organizer("owner", organisation_id=own.id)
    message = role_email(SimpleNamespace(subject_id=owner.grants[0].id, lang=lang))
    for part in (message.text, message.html):
        assert "Aspen Watch" in " ".join(part.split())


def test_owner_of_an_organization_creates_causes_in_it(desk_of):
    own, foreign = make_organisation("own"), make_organisation("foreign")
    desk = desk_of("owner", organisation_id=own.id, email="top@kwan.example")
    typed = {"title_en": "The lake", "summary_en": "We ask.", "palette": "water", "shape": "drop"}
    typed["organisation"] = str(foreign.id)
    assert desk.post("/organize/causes/new", typed).location == "/organize/causes/the-lake"
    assert cause_in_any_state("the-lake").organisation_id == own.id
    assert desk.get("/organize/causes/the-lake").status_code == 200
    assert choices_of(desk.get("/organize/causes/new"), "organisation") == []
    admin = desk_of()
    assert choices_of(admin.get("/organize/causes/new"), "organisation") == [
        "",
        str(own.id),
        str(foreign.id),
    ]

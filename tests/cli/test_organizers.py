"""Tests of `flask organizers`: add, list, remove."""

from types import SimpleNamespace

import pytest

from campaign.accounts.audit import entries
from campaign.accounts.permissions import ORGANISATION_OWNER
from campaign.accounts.queries import organizer_by_address
from campaign.mail.renderers import renderers_of
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer, sign_in, trail, with_password
from tests.factories.signatures import queued_emails
from tests.organize.organisations import make_organisation
from tests.page_parts import tree

TEO = "teo@brandt.example"


def test_added_organizer_gets_a_link_that_sets_a_password(run, client):
    done = run("organizers", "add", "Teo@Brandt.Example", "--role", "admin", "--lang", "fr")
    assert done.exit_code == 0
    assert queued_emails() == []
    link = done.output.split()[-1]
    assert link.startswith("http://localhost/organize/invitations/")
    assert client.get(link).status_code == 200
    organizer = organizer_by_address(TEO)
    assert ([(grant.role, grant.cause_id) for grant in organizer.grants], organizer.lang) == (
        [("admin", None)],
        "fr",
    )
    assert trail() == [("people.invite", None, ("organizer", organizer.id))]


def test_role_in_a_cause_is_given(run, app):
    cause = make_cause()
    done = run("organizers", "add", TEO, "--role", "tabler", "--cause", "valley")
    assert done.exit_code == 0
    assert [(grant.role, grant.cause_id) for grant in organizer_by_address(TEO).grants] == [
        ("tabler", cause.id)
    ]


def test_owner_of_an_organization_is_added_and_listed(run, app):
    own = make_organisation("own")
    done = run("organizers", "add", TEO, "--role", "owner", "--organisation", "own")
    assert done.exit_code == 0
    [grant] = organizer_by_address(TEO).grants
    assert (grant.role, grant.cause_id, grant.organisation_id) == ("owner", None, own.id)
    [line] = [line for line in run("organizers", "list").output.splitlines() if TEO in line]
    assert line.endswith("owner of own")
    [entry] = entries(action="people")
    assert entry.details == {"role": ORGANISATION_OWNER, "organisation_id": own.id}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((TEO, "--role", "editor"), "cause"),
        ((TEO, "--role", "admin", "--cause", "valley"), "admin"),
        ((TEO, "--role", "editor", "--cause", "nowhere"), "'nowhere'"),
        (("teo", "--role", "admin"), "teo"),
        ((TEO, "--role", "king"), "king"),
        ((TEO, "--role", "owner", "--organisation", "nowhere"), "'nowhere'"),
        ((TEO, "--role", "editor", "--organisation", "own"), "owner"),
        ((TEO, "--role", "admin", "--organisation", "own"), "--organisation"),
        ((TEO, "--role", "owner", "--organisation", "own", "--cause", "valley"), "--cause"),
        ((TEO,), "--role"),
    ],
)
def test_wrong_value_is_named_and_adds_nobody(run, app, arguments, named):
    make_cause(organisation_id=make_organisation("own").id)
    done = run("organizers", "add", *arguments)
    assert done.exit_code != 0
    assert named in done.output
    assert organizer_by_address(TEO) is None


def test_list_shows_everyone_with_roles_and_second_factor(run, app):
    cause = make_cause()
    make_organizer("editor", cause.id)
    with_password(make_organizer())
    lines = run("organizers", "list").output.splitlines()
    assert any(
        "editor@kwan.example" in line and "invited" in line and "editor of valley" in line
        for line in lines
    )
    assert any(
        "odile@kwan.example" in line and "yes" in line and line.endswith("admin") for line in lines
    )


def test_anyone_but_the_last_admin_can_be_removed(run, app):
    odile = with_password(make_organizer())
    other = with_password(make_organizer("admin", email="other@kwan.example"))
    assert other.email in run("organizers", "remove", other.email).output
    assert fresh(other).removed_at
    assert run("organizers", "remove", other.email).exit_code == 1
    assert run("organizers", "remove", odile.email).exit_code == 1
    assert fresh(odile).removed_at is None


def test_last_owner_is_not_removed(run, app):
    own = make_organisation("own")
    owner = with_password(make_organizer("owner", organisation_id=own.id))
    done = run("organizers", "remove", owner.email)
    assert done.exit_code == 1
    assert "own" in done.output
    assert fresh(owner).removed_at is None


def test_log_and_email_say_who_was_given_a_role_by_command(run, app):
    admin = with_password(make_organizer("admin", email="odile@brandt.example"))
    assert run("organizers", "add", TEO, "--role", "admin").exit_code == 0
    subject = ("organizer", organizer_by_address(TEO).id)
    assert trail()[-1] == ("people.invite", None, subject)
    kind, subject_id, lang = queued_emails()[-1]
    row = SimpleNamespace(kind=kind, subject_id=subject_id, lang=lang)
    message = renderers_of(app)[kind](row)
    assert message.to == admin.email
    assert message.subject
    assert TEO in message.text
    client = app.test_client()
    sign_in(client, admin)
    [entry, *_] = tree(client.get("/organize/audit/?about=people")).find_class("audit-row")
    assert TEO in entry.text_content()

"""Tests of alerts about sensitive changes: to every admin, and to the person concerned."""

import pytest
from sqlalchemy import select

from campaign.accounts.alerts import ALERT
from campaign.accounts.audit_models import AccountAlert
from campaign.accounts.emails import alert, invitation
from campaign.accounts.permissions import ROLE_NAMES
from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer, sign_in, with_password

TEO = "teo@brandt.example"


@pytest.fixture
def cause(app):
    return make_cause()


@pytest.fixture
def admin(desk_of):
    """The Desk of an admin who can sign in."""
    desk = desk_of()
    sign_in(desk.client, with_password(desk.organizer))
    return desk


@pytest.fixture
def ines(app):
    """Another admin, who reads Spanish."""
    return with_password(make_organizer(email="ines@kwan.example", lang="es"))


def alerts():
    """Return the Messages of the alerts queued so far, by address."""
    db.session.rollback()
    rows = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == ALERT).order_by(OutboxMessage.id)
    ).all()
    messages = [alert(row) for row in rows]
    assert len({message.to for message in messages}) == len(messages)
    return {message.to: message for message in messages}


def test_every_admin_is_alerted_of_a_new_admin_in_their_language(admin, ines):
    admin.post(
        "/organize/people/invite",
        {"email": TEO, "name": "Teo Brandt", "role": "admin", "cause": ""},
    )
    messages = alerts()
    assert set(messages) == {admin.organizer.email, ines.email}
    assert {message.lang for message in messages.values()} == {"en", "es"}
    for message in messages.values():
        assert TEO in message.text
        assert "Odile Kwan" in message.text
        assert "/organize/people/" in message.html


def test_second_invitation_as_admin_alerts_no_one_again(admin, ines):
    for _ in range(2):
        admin.post("/organize/people/invite", {"email": TEO, "role": "admin", "cause": ""})
    assert len(alerts()) == 2


def test_every_admin_is_alerted_of_an_organizer_made_admin(admin, ines, cause):
    who = with_password(make_organizer("editor", cause.id))
    admin.post(f"/organize/people/{who.id}/roles", {"role": "admin", "cause": ""})
    assert set(alerts()) == {admin.organizer.email, ines.email}


def test_other_roles_alert_no_admin(admin, ines, cause):
    admin.post("/organize/people/invite", {"email": TEO, "role": "owner", "cause": cause.id})
    assert alerts() == {}


def test_admin_made_on_the_command_line_is_reported_to_admins(app, ines):
    app.test_cli_runner().invoke(args=["organizers", "add", TEO, "--role", "admin"])
    assert set(alerts()) == {ines.email}


def test_every_admin_is_alerted_of_a_trusted_key(desk_of, ines, cause):
    owner = desk_of("owner", cause.id)
    owner.post("/organize/keys/", {"cause": cause.id, "name": "Partner", "is_trusted": ""})
    assert alerts() == {}
    owner.post("/organize/keys/", {"cause": cause.id, "name": "Partner", "is_trusted": "y"})
    message = alerts()[ines.email]
    assert cause.text("es").title in message.text
    assert "/organize/keys/" in message.text


@pytest.mark.parametrize("verb", ["unlock", "remove"])
def test_person_is_alerted_of_changes_to_their_account(admin, cause, verb):
    who = with_password(make_organizer("editor", cause.id, lang="fr"))
    for _ in range(2):
        admin.post(f"/organize/people/{who.id}/{verb}")
    message = alerts()[who.email]
    assert (message.lang, len(alerts())) == ("fr", 1)
    assert message.subject
    text = " ".join(message.text.split())
    assert ("utilisait cette adresse" in text) is (verb == "remove")
    assert ("utilise cette adresse" in text) is (verb == "unlock")
    assert bool(fresh(who).removed_at) is (verb == "remove")


def test_person_is_alerted_of_a_removed_role(desk_of, cause):
    who = with_password(make_organizer("editor", cause.id))
    desk_of("owner", cause.id).post(f"/organize/people/roles/{who.grants[0].id}/take")
    assert cause.text("en").title in alerts()[who.email].text


def test_removal_on_the_command_line_alerts_the_person(app, ines, cause):
    who = with_password(make_organizer("editor", cause.id))
    app.test_cli_runner().invoke(args=["organizers", "remove", who.email])
    assert set(alerts()) == {who.email}


def test_person_who_never_accepted_the_invitation_is_not_alerted(admin, cause):
    who = make_organizer("editor", cause.id)
    admin.post(f"/organize/people/{who.id}/remove")
    assert alerts() == {}


def test_removed_person_is_alerted_of_nothing_but_their_removal(admin, ines, cause):
    admin.post("/organize/people/invite", {"email": TEO, "role": "admin", "cause": ""})
    about_teo = db.session.scalar(
        select(AccountAlert.id).where(AccountAlert.organizer_id == ines.id)
    )
    admin.post(f"/organize/people/{ines.id}/remove")
    db.session.rollback()
    queued = db.session.scalar(
        select(OutboxMessage).where(
            OutboxMessage.kind == ALERT, OutboxMessage.subject_id == about_teo
        )
    )
    assert alert(queued) is None


def test_owner_cannot_bring_back_a_removed_person(admin, desk_of, cause):
    who = with_password(make_organizer("tabler", cause.id, name="Tabler B"))
    admin.post(f"/organize/people/{who.id}/remove")
    form_data = {"email": who.email, "name": "Innocent Person", "role": "tabler", "cause": cause.id}
    answer = desk_of("owner", cause.id).post("/organize/people/invite", form_data)
    assert answer.status_code == 422
    assert "Innocent Person" in answer.text
    assert (fresh(who).name, bool(fresh(who).removed_at)) == ("Tabler B", True)
    assert admin.post("/organize/people/invite", form_data).status_code == 303
    assert fresh(who).removed_at is None


def test_invitation_names_role_and_cause_and_asks_for_a_second_factor(admin, cause):
    for address, role in ((TEO, "reviewer"), ("ana@brandt.example", "editor")):
        admin.post("/organize/people/invite", {"email": address, "role": role, "cause": cause.id})
    db.session.rollback()
    rows = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind == "account_invitation")
        .order_by(OutboxMessage.id)
    )
    message, without = map(invitation, rows)
    for part, other in ((message.text, without.text), (message.html, without.html)):
        assert cause.text("en").title in part
        assert str(ROLE_NAMES["reviewer"]) in part
        # An editor's role needs no second factor, so the email has one sentence less.
        assert len(part) > len(other) + 20


def test_no_cause_is_preselected(admin, cause):
    for path in ("/organize/people/invite", "/organize/keys/"):
        assert f'selected value="{cause.id}"' not in admin.get(path).text
    answer = admin.post("/organize/people/invite", {"email": TEO, "role": "editor", "cause": ""})
    assert answer.status_code == 422
    assert TEO in answer.text

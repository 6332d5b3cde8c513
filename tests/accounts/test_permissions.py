"""Tests of the permissions table."""

import pytest
from sqlalchemy import event

from campaign.accounts.permissions import (
    ADMIN,
    EVERYWHERE,
    ORGANISATION_OWNER,
    PERSONAL,
    ROLES,
    TABLE,
    belongs_to,
    causes_where,
    may,
    may_somewhere,
    must_have_second_factor,
    organisations_where,
)
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import db
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer
from tests.organize.organisations import make_organisation

ABOUT_SUPPORTERS = {
    action
    for action in TABLE
    if action.split(".")[0] in ("signatures", "registrations", "suppressions", "rules")
}


def test_permissions_name_existing_roles():
    assert set().union(*TABLE.values()) == {ORGANISATION_OWNER, *ROLES}
    assert PERSONAL <= TABLE.keys()
    assert PERSONAL >= ABOUT_SUPPORTERS


def test_editor_cannot_touch_personal_data():
    assert [action for action in ABOUT_SUPPORTERS if "editor" in TABLE[action]] == []


def test_owner_has_every_permission_of_the_other_roles_in_a_cause():
    in_causes = {action: roles & set(ROLES) for action, roles in TABLE.items()}
    assert [action for action, roles in in_causes.items() if roles and "owner" not in roles] == []


def test_owner_of_an_organisation_has_every_permission_of_an_owner_in_a_cause():
    of_cause, of_organisation = (
        {action for action, roles in TABLE.items() if role in roles}
        for role in ("owner", ORGANISATION_OWNER)
    )
    assert of_organisation - of_cause == {
        "causes.create",
        "organisations.see",
        "organisations.edit",
        "switches.edit",
    }
    assert of_cause <= of_organisation


def test_owner_of_an_organisation_may_act_in_all_of_its_causes_and_nowhere_else(app):
    own, foreign = make_organisation("own"), make_organisation("foreign")
    causes = [make_cause(slug, organisation_id=own.id) for slug in ("valley", "hill")]
    elsewhere = make_cause("lake", organisation_id=foreign.id)
    organizer = fresh(make_organizer("owner", organisation_id=own.id))
    for action, roles in TABLE.items():
        is_allowed = ORGANISATION_OWNER in roles
        assert [may(organizer, action, cause.id) for cause in causes] == [is_allowed] * 2
        assert may(organizer, action, None, own.id) == is_allowed
        assert may_somewhere(organizer, action) == is_allowed
        assert not may(organizer, action, elsewhere.id)
        assert not may(organizer, action, None, foreign.id)
        assert not may(organizer, action, None)
        cause_ids = {cause.id for cause in causes} if is_allowed else set()
        assert causes_where(organizer, action) == cause_ids
        assert organisations_where(organizer, action) == ({own.id} if is_allowed else set())
    assert belongs_to(organizer, None, own.id)
    assert not belongs_to(organizer, None, foreign.id)
    assert not belongs_to(organizer, None)
    assert must_have_second_factor(organizer)


def test_role_in_a_cause_is_none_in_its_organisation(app):
    cause = make_cause()
    organizer = make_organizer("owner", cause.id)
    assert not any(may(organizer, action, None, cause.organisation_id) for action in TABLE)
    assert organisations_where(organizer, "people.change") == set()


def test_causes_of_an_organisation_are_loaded_once(app):
    own = make_organisation("own")
    for slug in ("valley", "hill", "lake"):
        make_cause(slug, organisation_id=own.id)
    organizer_id = make_organizer("owner", organisation_id=own.id).id
    db.session.expunge_all()
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        organizer = organizer_by_id(organizer_id)
        for action in TABLE:
            causes_where(organizer, action)
            may(organizer, action, 1)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in statements if "FROM cause" in each or "role_grant" in each]) == 2


@pytest.mark.parametrize("role", ROLES)
def test_role_applies_only_to_its_own_cause(app, role):
    own, foreign = make_cause("own"), make_cause("foreign")
    organizer = make_organizer(role, own.id)
    for action, roles in TABLE.items():
        assert may(organizer, action, own.id) == (role in roles)
        assert not may(organizer, action, foreign.id)
        assert may_somewhere(organizer, action) == (role in roles)
        assert causes_where(organizer, action) == ({own.id} if role in roles else set())
    assert belongs_to(organizer, own.id)
    assert not belongs_to(organizer, foreign.id)


def test_admin_may_do_everything_everywhere(app):
    organizer = make_organizer(ADMIN)
    assert all(
        may(organizer, action, cause_id) for action in TABLE for cause_id in (None, 1, 10**6)
    )
    assert causes_where(organizer, "signatures.see") is EVERYWHERE


def test_nothing_is_allowed_without_a_role(app):
    organizer = make_organizer(None)
    assert not any(may_somewhere(organizer, action) for action in TABLE)


@pytest.mark.parametrize(
    ("role", "must"),
    [
        ("owner", True),
        ("exporter", True),
        ("editor", False),
        ("reviewer", True),
        ("tabler", True),
        ("admin", True),
    ],
)
def test_roles_that_see_personal_data_need_a_second_factor(app, role, must):
    assert (
        must_have_second_factor(make_organizer(role, None if role == ADMIN else make_cause().id))
        is must
    )


def test_unknown_action_raises_an_error(app):
    with pytest.raises(KeyError):
        may(make_organizer(), "signatures.sea", 1)

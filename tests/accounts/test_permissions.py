"""Tests of the permissions table."""

import pytest

from campaign.accounts.permissions import (
    ADMIN,
    EVERYWHERE,
    PERSONAL,
    ROLES,
    TABLE,
    belongs_to,
    causes_where,
    may,
    may_somewhere,
    must_have_second_factor,
)
from tests.factories.causes import make_cause
from tests.factories.organizers import make_organizer

ABOUT_SUPPORTERS = {
    action
    for action in TABLE
    if action.split(".")[0] in ("signatures", "registrations", "suppressions", "rules")
}


def test_permissions_name_existing_roles():
    assert set().union(*TABLE.values()) <= set(ROLES)
    assert PERSONAL <= TABLE.keys()
    assert PERSONAL >= ABOUT_SUPPORTERS


def test_editor_cannot_touch_personal_data():
    assert [action for action in ABOUT_SUPPORTERS if "editor" in TABLE[action]] == []


def test_owner_has_every_permission_of_the_other_roles_in_a_cause():
    assert [action for action, roles in TABLE.items() if roles and "owner" not in roles] == []


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

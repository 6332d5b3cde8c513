"""The table of who may do what."""

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


def test_the_table_names_roles_that_exist():
    assert set().union(*TABLE.values()) <= set(ROLES)
    assert PERSONAL <= TABLE.keys()
    assert PERSONAL >= ABOUT_SUPPORTERS


def test_an_editor_touches_no_personal_data():
    assert [action for action in ABOUT_SUPPORTERS if "editor" in TABLE[action]] == []


def test_an_owner_may_whatever_any_role_of_the_cause_may():
    assert [action for action, roles in TABLE.items() if roles and "owner" not in roles] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_holds_in_its_own_cause_alone(app, role):
    own, foreign = make_cause("own"), make_cause("foreign")
    who = make_organizer(role, own.id)
    for action, roles in TABLE.items():
        assert may(who, action, own.id) == (role in roles)
        assert not may(who, action, foreign.id)
        assert may_somewhere(who, action) == (role in roles)
        assert causes_where(who, action) == ({own.id} if role in roles else set())
    assert belongs_to(who, own.id)
    assert not belongs_to(who, foreign.id)


def test_an_admin_may_everything_everywhere(app):
    who = make_organizer(ADMIN)
    assert all(may(who, action, cause_id) for action in TABLE for cause_id in (None, 1, 10**6))
    assert causes_where(who, "signatures.see") is EVERYWHERE


def test_who_has_no_role_may_nothing(app):
    who = make_organizer(None)
    assert not any(may_somewhere(who, action) for action in TABLE)


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


def test_an_unknown_action_is_an_error_and_no_refusal(app):
    with pytest.raises(KeyError):
        may(make_organizer(), "signatures.sea", 1)

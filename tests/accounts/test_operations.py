"""Tests of invitations, roles, account links and removal."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from campaign.accounts.factors import remove_second_factors
from campaign.accounts.models import AccountLink, OrganizerSession
from campaign.accounts.operations import (
    LastAdmin,
    LastOwner,
    LinkSpent,
    OrganizerRemoved,
    enrol,
    follow_link,
    give_role,
    invite,
    remove,
    remove_role,
    request_reset,
)
from campaign.accounts.queries import organizer_by_address, owners_of
from campaign.causes.queries import cause_by_id
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.text.email_addresses import parse_address
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer, sign_in, with_app, with_password
from tests.factories.signatures import queued_emails
from tests.organize.organisations import make_organisation
from tests.together import together

pytestmark = pytest.mark.both_databases

TEO = "teo@brandt.example"
WEEK = timedelta(days=7)


def invited(role="editor", cause_id=None, email=TEO, now=None, **more):
    named = {
        "address": parse_address(email),
        "role": role,
        "cause_id": cause_id,
        "lang": "es",
        "now": now or utcnow(),
    } | more
    return write(invite, **named).organizer_id


def links():
    """Return the ids of all links, oldest first."""
    db.session.rollback()
    return db.session.scalars(select(AccountLink.id).order_by(AccountLink.id)).all()


def follow(link_id, password_hash="hash", now=None):
    return write(
        follow_link,
        link_id=link_id,
        password_hash=password_hash,
        name="Teo",
        lang="fr",
        now=now or utcnow(),
    )


def test_invitation_email_has_a_link_valid_for_a_week(app):
    organizer = invited(cause_id=make_cause().id)
    [link] = links()
    assert queued_emails() == [("account_invitation", link, "es")]
    assert follow(link, now=utcnow() + WEEK - timedelta(minutes=1)).id == organizer
    teo = organizer_by_address("TEO@brandt.example")
    assert (teo.name, teo.lang, teo.password_hash, teo.is_invited) == ("Teo", "fr", "hash", False)


def test_link_works_once(app):
    invited(cause_id=make_cause().id)
    [link] = links()
    follow(link)
    with pytest.raises(LinkSpent):
        follow(link, "another")
    assert organizer_by_address(TEO).password_hash == "hash"


def test_same_link_used_eight_times_at_once_sets_one_password(app):
    invited(cause_id=make_cause().id)
    [link] = links()

    def try_it(number):
        try:
            follow(link, f"hash {number}")
        except LinkSpent:
            return None
        return f"hash {number}"

    opened = [
        item for item in together(app, [partial(try_it, number) for number in range(8)]) if item
    ]
    assert opened == [organizer_by_address(TEO).password_hash]


def test_expired_link_is_refused(app):
    invited(cause_id=make_cause().id)
    [link] = links()
    with pytest.raises(LinkSpent):
        follow(link, now=utcnow() + WEEK + timedelta(minutes=1))


def test_newer_link_ends_the_older_one(app):
    cause = make_cause()
    invited(cause_id=cause.id)
    invited("reviewer", cause.id)
    older, newer = links()
    with pytest.raises(LinkSpent):
        follow(older)
    follow(newer)


def test_same_person_invited_eight_times_at_once_is_one_organizer(app):
    cause = make_cause()
    made = together(app, [lambda: invited(cause_id=cause.id)] * 8)
    assert len(set(made)) == 1
    assert len(fresh(organizer_by_address(TEO)).grants) == 1


def test_organizer_with_a_password_is_told_of_a_new_role_without_a_link(app):
    cause, other = make_cause(), make_cause("hill")
    organizer = with_password(make_organizer("editor", cause.id))
    invited("reviewer", other.id, email=organizer.email)
    grant = fresh(organizer).grants[-1]
    assert (grant.role, grant.cause_id) == ("reviewer", other.id)
    assert queued_emails() == [("account_role", grant.id, "en")]
    write(give_role, organizer_id=organizer.id, role="reviewer", cause_id=other.id, now=utcnow())
    assert len(queued_emails()) == 1


def test_adding_an_organizer_from_the_command_line_queues_no_email(app):
    write(enrol, address=parse_address(TEO), role="admin", lang="en", now=utcnow())
    assert queued_emails() == []
    assert len(links()) == 1


def test_password_reset_looks_the_same_for_known_and_unknown_addresses(app):
    organizer = with_password(make_organizer())
    write(request_reset, address=organizer.email, now=utcnow())
    write(request_reset, address="nobody@kwan.example", now=utcnow())
    assert queued_emails() == [("account_reset", links()[0], "en"), ("account_reset", 0, "en")]


def test_password_reset_ends_all_sessions_and_keeps_the_second_factor(app, client):
    organizer = with_password(make_organizer())
    with_app(organizer)
    sign_in(client, organizer)
    write(request_reset, address=organizer.email, now=utcnow())
    write(follow_link, link_id=links()[0], password_hash="new", now=utcnow())
    assert db.session.scalar(select(OrganizerSession.id)) is None
    assert fresh(organizer).has_second_factor
    assert fresh(organizer).name == "Odile Kwan"


def test_removed_organizer_remains_only_in_the_log(app, client):
    with_password(make_organizer())
    organizer = with_password(make_organizer("reviewer", make_cause().id))
    sign_in(client, organizer)
    write(request_reset, address=organizer.email, now=utcnow())
    write(remove, organizer_id=organizer.id, now=utcnow())
    gone = fresh(organizer)
    assert (gone.name, gone.password_hash, gone.grants, gone.passkeys) == ("Reviewer", None, [], [])
    with pytest.raises(LinkSpent):
        follow(links()[0])
    hill = make_cause("hill")
    with pytest.raises(OrganizerRemoved):
        invited(cause_id=hill.id, email=organizer.email, name="Somebody Else")
    assert (fresh(organizer).name, fresh(organizer).grants) == ("Reviewer", [])
    invited(cause_id=hill.id, email=organizer.email, may_bring_back=True)
    assert fresh(organizer).removed_at is None
    assert [grant.role for grant in fresh(organizer).grants] == ["editor"]


def test_last_admin_who_can_sign_in_cannot_be_removed(app):
    odile = with_password(make_organizer())
    make_organizer("admin", email="invited@kwan.example")
    with pytest.raises(LastAdmin):
        write(remove, organizer_id=odile.id, now=utcnow())
    with pytest.raises(LastAdmin):
        write(remove_role, grant_id=odile.grants[0].id)
    assert fresh(odile).grants


def owner_of(cause=None, organisation=None, email="owner@kwan.example"):
    scope = {"organisation_id": organisation.id} if organisation else {"cause_id": cause.id}
    return with_password(make_organizer("owner", email=email, **scope))


def test_last_owner_of_a_cause_cannot_be_removed_or_lose_the_role(app):
    cause = make_cause()
    owner = owner_of(cause)
    make_organizer("owner", cause.id, email="invited@kwan.example")
    with pytest.raises(LastOwner) as refused:
        write(remove, organizer_id=owner.id, now=utcnow())
    assert (refused.value.cause_id, refused.value.organisation_id) == (cause.id, None)
    with pytest.raises(LastOwner):
        write(remove_role, grant_id=owner.grants[0].id)
    assert [grant.role for grant in fresh(owner).grants] == ["owner"]


def test_owner_of_a_cause_can_be_removed_if_another_owner_remains(app):
    cause = make_cause()
    first, second = owner_of(cause), owner_of(cause, email="second@kwan.example")
    write(remove_role, grant_id=first.grants[0].id)
    assert fresh(first).grants == []
    with pytest.raises(LastOwner):
        write(remove, organizer_id=second.id, now=utcnow())


def test_owner_of_its_organisation_is_enough_for_a_cause_but_not_of_another(app):
    own, foreign = make_organisation("own"), make_organisation("foreign")
    cause = make_cause(organisation_id=own.id)
    owner = owner_of(cause)
    owner_of(organisation=foreign, email="foreign@kwan.example")
    with pytest.raises(LastOwner):
        write(remove_role, grant_id=owner.grants[0].id)
    owner_of(organisation=own, email="own@kwan.example")
    write(remove, organizer_id=owner.id, now=utcnow())
    assert fresh(owner).removed_at
    assert cause_by_id(cause.id).state == "published"


def test_last_owner_of_an_organisation_cannot_be_removed(app):
    own = make_organisation("own")
    owner = owner_of(organisation=own)
    owner_of(make_cause(organisation_id=own.id), email="second@kwan.example")
    with pytest.raises(LastOwner) as refused:
        write(remove, organizer_id=owner.id, now=utcnow())
    assert (refused.value.cause_id, refused.value.organisation_id) == (None, own.id)
    owner_of(organisation=own, email="third@kwan.example")
    write(remove, organizer_id=owner.id, now=utcnow())
    assert fresh(owner).removed_at


def test_owner_who_never_joined_can_be_removed(app):
    invited_id = invited("owner", make_cause().id)
    write(remove, organizer_id=invited_id, now=utcnow())
    assert organizer_by_address(TEO).removed_at


def test_role_in_an_organisation_is_given_once(app):
    own = make_organisation("own")
    for _ in range(2):
        invited("owner", organisation_id=own.id)
    [grant] = fresh(organizer_by_address(TEO)).grants
    assert (grant.role, grant.cause_id, grant.organisation_id) == ("owner", None, own.id)


@pytest.mark.parametrize(
    ("role", "has_cause", "has_organisation"),
    [
        ("admin", False, True),
        ("admin", True, False),
        ("owner", True, True),
        ("owner", False, False),
        ("editor", False, True),
    ],
)
def test_role_is_for_what_it_can_be_for(app, role, has_cause, has_organisation):
    cause, own = make_cause(), make_organisation("own")
    with pytest.raises(IntegrityError):
        make_organizer(
            role,
            cause.id if has_cause else None,
            organisation_id=own.id if has_organisation else None,
        )
    db.session.rollback()


def test_owners_of_a_cause_are_told_before_those_of_its_organisation_and_admins(app):
    own = make_organisation("own")
    cause = make_cause(organisation_id=own.id)
    admin = make_organizer()
    assert [person.id for person in owners_of(cause.id)] == [admin.id]
    top = owner_of(organisation=own, email="top@kwan.example")
    assert [person.id for person in owners_of(cause.id)] == [top.id]
    owner = owner_of(cause)
    assert [person.id for person in owners_of(cause.id)] == [owner.id]


def test_two_admins_removing_each_other_at_once_leave_one(app):
    pair = [
        with_password(make_organizer("admin", email=f"{name}@kwan.example")).id
        for name in ("odile", "ines")
    ]

    def try_it(organizer_id):
        try:
            write(remove, organizer_id=organizer_id, now=utcnow())
        except LastAdmin:
            return False
        return True

    assert sorted(together(app, [partial(try_it, organizer_id) for organizer_id in pair])) == [
        False,
        True,
    ]


def test_resetting_lost_factors_also_ends_the_sessions(app, client):
    organizer = make_organizer()
    with_app(organizer)
    sign_in(client, organizer)
    write(remove_second_factors, organizer_id=organizer.id)
    assert not fresh(organizer).has_second_factor
    assert db.session.scalar(select(OrganizerSession.id)) is None

"""Inviting, roles, links and removing."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from campaign.accounts.factors import take_factors
from campaign.accounts.models import AccountLink, OrganizerSession
from campaign.accounts.operations import (
    LastAdmin,
    LinkSpent,
    OrganizerRemoved,
    ask_reset,
    enrol,
    follow_link,
    give_role,
    invite,
    remove,
    take_role,
)
from campaign.accounts.queries import organizer_by_address
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.text.email_addresses import parse_address
from tests.factories.causes import make_cause
from tests.factories.organizers import fresh, make_organizer, sign_in, with_app, with_password
from tests.factories.signatures import owed
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
    """Return the ids of all links, the oldest first."""
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


def test_who_is_invited_gets_a_letter_with_a_link_that_opens_for_a_week(app):
    who = invited(cause_id=make_cause().id)
    [link] = links()
    assert owed() == [("account_invitation", link, "es")]
    assert follow(link, now=utcnow() + WEEK - timedelta(minutes=1)).id == who
    teo = organizer_by_address("TEO@brandt.example")
    assert (teo.name, teo.lang, teo.password_hash, teo.is_invited) == ("Teo", "fr", "hash", False)


def test_a_link_opens_once(app):
    invited(cause_id=make_cause().id)
    [link] = links()
    follow(link)
    with pytest.raises(LinkSpent):
        follow(link, "another")
    assert organizer_by_address(TEO).password_hash == "hash"


def test_of_eight_who_follow_one_link_at_once_one_sets_the_password(app):
    invited(cause_id=make_cause().id)
    [link] = links()

    def try_it(number):
        try:
            follow(link, f"hash {number}")
        except LinkSpent:
            return None
        return f"hash {number}"

    opened = [
        each for each in together(app, [partial(try_it, number) for number in range(8)]) if each
    ]
    assert opened == [organizer_by_address(TEO).password_hash]


def test_an_expired_link_opens_nothing(app):
    invited(cause_id=make_cause().id)
    [link] = links()
    with pytest.raises(LinkSpent):
        follow(link, now=utcnow() + WEEK + timedelta(minutes=1))


def test_a_newer_link_ends_the_older_one(app):
    cause = make_cause()
    invited(cause_id=cause.id)
    invited("reviewer", cause.id)
    older, newer = links()
    with pytest.raises(LinkSpent):
        follow(older)
    follow(newer)


def test_eight_who_invite_the_same_person_at_once_make_one_organizer(app):
    cause = make_cause()
    made = together(app, [lambda: invited(cause_id=cause.id)] * 8)
    assert len(set(made)) == 1
    assert len(fresh(organizer_by_address(TEO)).grants) == 1


def test_who_has_a_password_is_told_of_a_new_role_and_needs_no_link(app):
    cause, other = make_cause(), make_cause("hill")
    who = with_password(make_organizer("editor", cause.id))
    invited("reviewer", other.id, email=who.email)
    grant = fresh(who).grants[-1]
    assert (grant.role, grant.cause_id) == ("reviewer", other.id)
    assert owed() == [("account_role", grant.id, "en")]
    write(give_role, organizer_id=who.id, role="reviewer", cause_id=other.id, now=utcnow())
    assert len(owed()) == 1


def test_enrolling_at_the_command_line_owes_no_mail(app):
    write(enrol, address=parse_address(TEO), role="admin", lang="en", now=utcnow())
    assert owed() == []
    assert len(links()) == 1


def test_a_reset_is_owed_alike_for_somebody_and_nobody(app):
    who = with_password(make_organizer())
    write(ask_reset, address=who.email, now=utcnow())
    write(ask_reset, address="nobody@kwan.example", now=utcnow())
    assert owed() == [("account_reset", links()[0], "en"), ("account_reset", 0, "en")]


def test_a_reset_ends_all_sessions_and_keeps_the_second_factor(app, client):
    who = with_password(make_organizer())
    with_app(who)
    sign_in(client, who)
    write(ask_reset, address=who.email, now=utcnow())
    write(follow_link, link_id=links()[0], password_hash="new", now=utcnow())
    assert db.session.scalar(select(OrganizerSession.id)) is None
    assert fresh(who).has_second_factor
    assert fresh(who).name == "Odile Kwan"


def test_who_was_removed_is_nowhere_but_in_the_trail(app, client):
    with_password(make_organizer())
    who = with_password(make_organizer("owner", make_cause().id))
    sign_in(client, who)
    write(ask_reset, address=who.email, now=utcnow())
    write(remove, organizer_id=who.id, now=utcnow())
    gone = fresh(who)
    assert (gone.name, gone.password_hash, gone.grants, gone.passkeys) == ("Owner", None, [], [])
    with pytest.raises(LinkSpent):
        follow(links()[0])
    hill = make_cause("hill")
    with pytest.raises(OrganizerRemoved):
        invited(cause_id=hill.id, email=who.email, name="Somebody Else")
    assert (fresh(who).name, fresh(who).grants) == ("Owner", [])
    invited(cause_id=hill.id, email=who.email, may_bring_back=True)
    assert fresh(who).removed_at is None
    assert [grant.role for grant in fresh(who).grants] == ["editor"]


def test_the_last_admin_who_can_sign_in_stays(app):
    odile = with_password(make_organizer())
    make_organizer("admin", email="invited@kwan.example")
    with pytest.raises(LastAdmin):
        write(remove, organizer_id=odile.id, now=utcnow())
    with pytest.raises(LastAdmin):
        write(take_role, grant_id=odile.grants[0].id)
    assert fresh(odile).grants


def test_two_admins_who_remove_each_other_at_once_leave_one(app):
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


def test_lost_factors_are_taken_with_the_sessions(app, client):
    who = make_organizer()
    with_app(who)
    sign_in(client, who)
    write(take_factors, organizer_id=who.id)
    assert not fresh(who).has_second_factor
    assert db.session.scalar(select(OrganizerSession.id)) is None

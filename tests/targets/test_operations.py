"""Tests of creating, changing and removing targets, and of the status of their addresses."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.targets.models import TargetProfile
from campaign.targets.operations import (
    UNDO_TIME,
    change_profile,
    create_profile,
    erase_old,
    note_email_status,
    remove_profile,
    restore_profile,
)
from campaign.targets.presenters import target_card
from campaign.targets.queries import (
    NO_ADDRESS,
    REMOVED,
    profile_by_id,
    profile_count,
    search_profiles,
    valid_on,
)
from tests.factories.targets import make_target, some_organisation_id
from tests.organize.organisations import make_organisation

pytestmark = pytest.mark.both_databases
ADDRESS = "vela@senate.example"


@pytest.fixture
def organisation_id(app):
    return some_organisation_id()


def again(profile):
    db.session.expire_all()
    return profile_by_id(profile.id)


def statuses(profile):
    return {email.address: email.status for email in again(profile).listed_emails}


def change_contact(profile, *emails, version=None):
    return write(
        change_profile,
        profile_id=profile.id,
        part="contact",
        version=version,
        emails=emails,
        now=utcnow(),
    )


def test_parts_have_separate_versions(organisation_id):
    profile = make_target(organisation_id)
    write(
        change_profile,
        profile_id=profile.id,
        part="about",
        version=profile.version_of("about"),
        party="River Party",
        now=utcnow(),
    )
    change_contact(profile, (ADDRESS, "unknown"), version=profile.version_of("contact"))
    assert (again(profile).party, statuses(profile)) == ("River Party", {ADDRESS: "unknown"})
    with pytest.raises(EditConflict):
        change_contact(profile, version=1)


@pytest.mark.parametrize("status", ["bounced", "asked_not"])
def test_status_survives_removing_and_adding_the_address(organisation_id, status):
    profile = make_target(organisation_id, [ADDRESS])
    assert write(note_email_status, address=ADDRESS.upper(), status=status, now=utcnow()) == 1
    change_contact(profile)
    assert (statuses(profile), again(profile).usable_address) == ({}, None)
    change_contact(profile, (ADDRESS, "unknown"))
    assert statuses(profile) == {ADDRESS: status}


def test_wish_for_no_more_letters_cannot_be_edited_away(organisation_id):
    profile = make_target(organisation_id, [(ADDRESS, "asked_not")])
    change_contact(profile, (ADDRESS, "good"))
    assert statuses(profile) == {ADDRESS: "asked_not"}


def test_status_is_noted_in_every_target_of_the_site(organisation_id):
    other = make_organisation("birch")
    profiles = [make_target(organisation_id, [ADDRESS]), make_target(other.id, [ADDRESS])]
    assert write(note_email_status, address=ADDRESS, status="asked_not", now=utcnow()) == 2
    assert [statuses(profile) for profile in profiles] == [{ADDRESS: "asked_not"}] * 2
    assert write(note_email_status, address=ADDRESS, status="good", now=utcnow()) == 0
    assert statuses(make_target(other.id, [ADDRESS])) == {ADDRESS: "asked_not"}


def test_form_that_was_open_when_an_address_bounced_conflicts(organisation_id):
    profile = make_target(organisation_id, [ADDRESS])
    shown = profile.version_of("contact")
    write(note_email_status, address=ADDRESS, status="bounced", now=utcnow())
    with pytest.raises(EditConflict):
        change_contact(profile, (ADDRESS, "unknown"), version=shown)


def test_good_address_is_used_before_an_untried_one(organisation_id):
    emails = [("one@senate.example", "unknown"), ("two@senate.example", "good")]
    assert make_target(organisation_id, emails).usable_address == "two@senate.example"


def test_removed_target_can_be_restored_until_its_contact_data_is_erased(organisation_id):
    profile, now = (
        make_target(organisation_id, [ADDRESS], contact_form="https://a.example"),
        utcnow(),
    )
    write(remove_profile, profile_id=profile.id, now=now)
    write(erase_old, now=now + UNDO_TIME - timedelta(seconds=1))
    write(restore_profile, profile_id=profile.id)
    assert (again(profile).usable_address, again(profile).removed_at) == (ADDRESS, None)
    write(remove_profile, profile_id=profile.id, now=now)
    write(erase_old, now=now + UNDO_TIME)
    assert (again(profile).emails, again(profile).contact_form) == ([], "")
    assert again(profile).names == profile.names


def test_search_ignores_accents_and_finds_words_of_any_text(organisation_id):
    make_target(organisation_id, names={"es": "José Ángel Núñez"}, offices={"es": "Diputado"})
    make_target(organisation_id)

    def found(query="", status=""):
        asked = {"organisation_id": organisation_id, "query": query, "status": status}
        rows = search_profiles(**asked, limit=9)
        assert profile_count(**asked) == len(rows)
        return [row.names["es"] for row in rows]

    assert found("nunez diputado") == ["José Ángel Núñez"]
    assert found("valley") == ["Elena Vela", "José Ángel Núñez"]
    assert len(found(status=NO_ADDRESS)) == 2
    assert found(status=REMOVED) == found(status="bounced") == []


def test_targets_in_office_are_those_valid_on_the_day(organisation_id):
    day = date(2026, 11, 28)
    current = make_target(organisation_id, valid_from=day, valid_until=day)
    make_target(organisation_id, valid_until=day - timedelta(days=1))
    make_target(organisation_id, valid_from=day + timedelta(days=1))
    removed = make_target(organisation_id)
    write(remove_profile, profile_id=removed.id, now=utcnow())
    assert db.session.scalars(select(TargetProfile.id).where(valid_on(day))).all() == [current.id]
    assert current.is_valid_on(day)
    assert not current.is_valid_on(day + timedelta(days=1))


def test_card_speaks_the_language_of_the_reader(organisation_id):
    profile = make_target(organisation_id, [ADDRESS], honorifics={"en": "Hon."})
    spanish, english = target_card(profile, "es-MX"), target_card(profile, "en")
    assert (spanish.office, spanish.salutation) == ("Senadora", "Estimada senadora Vela")
    assert (english.office, english.salutation) == ("Senator", "Hon. Elena Vela")
    assert (english.area_name, english.has_address) == ("Jalisco", True)


def test_a_target_without_an_address_says_so(organisation_id):
    assert not target_card(make_target(organisation_id), "en").has_address


def test_emails_differing_in_case_are_one(organisation_id):
    profile = write(
        create_profile,
        organisation_id=organisation_id,
        emails=[(ADDRESS, "unknown"), (ADDRESS.title(), "unknown")],
        names={"en": "Elena Vela"},
        now=utcnow(),
    )
    assert len(again(profile).emails) == 1

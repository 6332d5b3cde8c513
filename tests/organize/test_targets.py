"""Tests of the pages of targets, and of choosing targets for a petition."""

import io

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import db, write
from campaign.organisations.models import Organisation
from campaign.organisations.queries import organisation_by_slug
from campaign.petitions.operations import clone_petition
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from campaign.targets.areas import area_codes
from campaign.targets.operations import note_email_status
from campaign.targets.queries import profile_by_id, search_profiles
from tests.factories.petitions import make_petition
from tests.factories.targets import make_target
from tests.organize.organisations import make_organisation
from tests.page_parts import alerts, is_empty, links, text_at, values, version_on, wrong_fields

ADDRESS = "vela@senate.example"
ABOUT = {
    "target_kind": "person",
    "name_en": "Elena Vela",
    "office_en": "Senator",
    "office_es": "Senadora",
    "party": "Valley Party",
    "area": "MX-JAL",
    "languages_spoken": "es en",
    "time_zone": "America/Mexico_City",
    "valid_from": "2024-09-01",
}


@pytest.fixture
def place(desk):
    """The address of the targets of the desk's organisation."""
    organisation = db.session.get(Organisation, desk.cause.organisation_id)
    return f"/organize/targets/{organisation.slug}"


def logged(action):
    """Return the entries of the activity log with this action."""
    db.session.rollback()
    return entries(action=action)


def areas_of(desk):
    db.session.rollback()
    return [row["area"] for row in area_codes(desk.cause.organisation_id)]


def the_target(desk):
    db.session.rollback()
    [profile] = search_profiles(organisation_id=desk.cause.organisation_id, limit=9)
    return profile


def statuses(profile_id):
    db.session.rollback()
    return {email.address: email.status for email in profile_by_id(profile_id).listed_emails}


def test_editor_of_a_cause_comes_to_the_targets_of_its_organisation(desk, place):
    make_organisation("birch")
    assert desk.get("/organize/targets/").location == place
    assert is_empty(desk.get(place))


def test_admin_chooses_among_organisations(desk_of, desk, place):
    make_organisation("birch")
    found = links(desk_of("admin", email="admin@kwan.example").get("/organize/targets/"))
    assert {place, "/organize/targets/birch"} <= set(found)


def test_organisation_without_a_public_name_is_listed_by_its_legal_one(desk_of, desk):
    make_organisation("birch")
    birch = organisation_by_slug("birch")
    birch.texts.clear()
    birch.legal_name = "Birch Grove Association"
    db.session.commit()
    page = desk_of("admin", email="admin@kwan.example").get("/organize/targets/")
    assert "Birch Grove Association" in page.text


def test_new_target_has_what_was_entered(desk, place):
    answer = desk.post(f"{place}/new", {**ABOUT, "emails": f"{ADDRESS}\nOffice@Senate.Example"})
    profile = the_target(desk)
    assert answer.location == f"{place}/{profile.id}"
    assert profile.offices == {"en": "Senator", "es": "Senadora"}
    assert (profile.languages, str(profile.valid_from)) == (["es", "en"], "2024-09-01")
    assert [email.address for email in profile.listed_emails] == [ADDRESS, "Office@senate.example"]
    assert logged("targets.create")[0].subject_id == profile.id


WRONG = [
    ({"name_en": ""}, "name_en"),
    ({"languages_spoken": "es, qqq"}, "languages_spoken"),
    ({"valid_until": "2024-08-31"}, "valid_until"),
    ({"valid_until": "tomorrow"}, "valid_until"),
    ({"emails": "vela at senate"}, "emails"),
    ({"time_zone": "Mars/Base"}, "time_zone"),
    ({"party": "x" * 121}, "party"),
    ({"external_id": "s-1"}, "external_id"),
]


@pytest.mark.parametrize(("typed", "field"), WRONG)
def test_wrong_field_is_marked_and_what_was_typed_stays(desk, place, typed, field):
    make_target(desk.cause.organisation_id, external_id="s-1")
    page = desk.post(f"{place}/new", {**ABOUT, "honorific_en": "Hon.", **typed})
    assert page.status_code == 422
    assert set(wrong_fields(page)) == {field}
    assert "Hon." in values(page, "value")
    assert the_target(desk).external_id == "s-1"


def test_contact_is_changed_in_a_separate_part(desk, place):
    profile = make_target(desk.cause.organisation_id, [(ADDRESS, "bounced")])
    page = f"{place}/{profile.id}/contact"
    typed = {
        "version": version_on(desk.get(page)),
        "emails": f"new@senate.example\n{ADDRESS}",
        "telephones": "+52 33 5555 0100 (office)",
        "contact_form": "senate.example/vela",
    }
    assert desk.post(page, typed).status_code == 303
    changed = the_target(desk)
    assert statuses(profile.id) == {"new@senate.example": "unknown", ADDRESS: "bounced"}
    assert changed.telephones == [{"number": "+52 33 5555 0100", "note": "office"}]
    assert changed.contact_form == "https://senate.example/vela"
    again = desk.post(page, {**typed, "emails": "other@senate.example"})
    assert (again.status_code, len(statuses(profile.id))) == (409, 2)


def test_activity_log_has_no_address_of_a_target(desk, place):
    profile = make_target(desk.cause.organisation_id, [ADDRESS])
    page = f"{place}/{profile.id}/contact"
    typed = {"version": version_on(desk.get(page)), "emails": "new@senate.example"}
    desk.post(page, typed)
    assert [entry.details for entry in logged("targets.edit")] == [{"part": "contact"}]


def test_address_that_wants_no_letters_is_refused_in_the_whole_organisation(desk, place):
    profile = make_target(desk.cause.organisation_id, [ADDRESS])
    other = make_target(desk.cause.organisation_id, [ADDRESS], area="MX-COL")
    elsewhere = make_target(make_organisation("birch").id, [ADDRESS])
    desk.post(f"{place}/{profile.id}/refuse", {"address": ADDRESS})
    assert [statuses(item.id)[ADDRESS] for item in (profile, other, elsewhere)] == [
        "asked_not",
        "asked_not",
        "unknown",
    ]
    desk.post(f"{place}/{profile.id}/retry", {"address": ADDRESS})
    assert statuses(profile.id) == {ADDRESS: "asked_not"}


def test_bounced_address_can_be_tried_again(desk, place):
    profile = make_target(desk.cause.organisation_id, [ADDRESS])
    write(note_email_status, address=ADDRESS, status="bounced", now=utcnow())
    assert values(desk.get(f"{place}/{profile.id}"), "data-status") == ["bounced"]
    desk.post(f"{place}/{profile.id}/retry", {"address": ADDRESS})
    assert statuses(profile.id) == {ADDRESS: "unknown"}


def test_removed_target_leaves_the_list_and_comes_back(desk, place):
    profile = make_target(desk.cause.organisation_id)
    shown = str(profile.id)
    desk.post(f"{place}/{profile.id}/remove")
    assert values(desk.get(place), "data-target") == []
    assert values(desk.get(f"{place}?status=removed"), "data-target") == [shown]
    assert "waiting" in alerts(desk.get(f"{place}/{profile.id}"))
    desk.post(f"{place}/{profile.id}/restore")
    assert values(desk.get(place), "data-target") == [shown]


def test_list_is_paged_searched_and_filtered(desk, place, monkeypatch):
    monkeypatch.setattr("campaign.organize.targets.routes.PAGE_SIZE", 2)
    ids = [
        make_target(
            desk.cause.organisation_id, [(f"t{n}@a.example", status)], names={"en": f"Target {n}"}
        ).id
        for n, status in enumerate(["good", "bounced", "unknown"])
    ]
    first = desk.get(place)
    assert values(first, "data-target") == [str(profile_id) for profile_id in ids[:2]]
    assert values(desk.get(f"{place}?page=2"), "data-target") == [str(ids[2])]
    assert values(desk.get(f"{place}?words=TARGET+1"), "data-target") == [str(ids[1])]
    assert values(desk.get(f"{place}?status=good"), "data-target") == [str(ids[0])]
    assert is_empty(desk.get(f"{place}?words=nobody&status=good"))


def upload(desk, address, text, name="senate.csv"):
    return desk.post(address, {"file": (io.BytesIO(text.encode()), name)})


def outcomes(page):
    return {
        row: text_at(page, f"//tr[@data-outcome='{row}']/td")
        for row in ("added", "changed", "same", "removed")
    }


def test_file_is_imported_after_the_editor_saw_what_it_does_and_undone(desk, place):
    make_target(desk.cause.organisation_id)
    text = "name_en,area,office_en\nElena Vela,MX-JAL,Deputy\nBruno Salas,MX-COL,Senator\n"
    address = upload(desk, f"{place}/import", text).location
    page = desk.get(address)
    assert outcomes(page) == {"added": "1", "changed": "1", "same": "0", "removed": "0"}
    assert "checked" in values(page, "data-state")
    assert the_target(desk).offices["en"] == "Senator"
    desk.post(f"{address}/accept")
    assert len(values(desk.get(place), "data-target")) == 2
    assert "imported" in values(desk.get(address), "data-state")
    [entry] = logged("targets.import")
    assert entry.details == {"added": 1, "changed": 1, "same": 0, "removed": 0}
    desk.post(f"{address}/accept")
    desk.post(f"{address}/undo")
    assert the_target(desk).offices["en"] == "Senator"
    assert "danger" in alerts(desk.post(f"{address}/undo", follow_redirects=True))


def test_file_with_errors_names_the_lines_and_imports_nothing(desk, place):
    page = upload(desk, f"{place}/import", "name,emails\nVela,x\nSalas,salas@a.example\nRoy,y\n")
    assert page.status_code == 422
    assert values(page, "data-line") == ["2", "4"]
    assert is_empty(desk.get(place))


@pytest.mark.parametrize("text", ["", "colour\nred\n", '{"persons": ['])
def test_file_that_cannot_be_read_is_refused_at_its_field(desk, place, text):
    page = upload(desk, f"{place}/import", text)
    assert (page.status_code, list(wrong_fields(page))) == (422, ["file"])


def test_file_that_no_longer_does_what_was_shown_is_not_imported(desk, place):
    address = upload(desk, f"{place}/import", "name,area\nElena Vela,MX-JAL\n").location
    make_target(desk.cause.organisation_id)
    assert "danger" in alerts(desk.post(f"{address}/accept", follow_redirects=True))
    assert "checked" in values(desk.get(address), "data-state")
    desk.post(f"{address}/delete")
    assert desk.get(address).status_code == 404


def test_areas_of_postal_codes_are_imported(desk, place):
    text = "country,code,area,area_name\nCA,H2X,r-1,North\nCA,H2X,r-2,East\n"
    address = upload(desk, f"{place}/areas", text).location
    desk.post(f"{address}/accept")
    assert areas_of(desk) == ["r-1", "r-2"]
    desk.post(f"{address}/undo")
    assert areas_of(desk) == []


# Excel reads accents only in a file with a byte order mark, and JSON allows none.
@pytest.mark.parametrize(("kind", "begins"), [("csv", "\ufeffexternal_id,kind"), ("popolo", "{")])
def test_export_is_logged(desk, place, kind, begins):
    make_target(desk.cause.organisation_id)
    answer = desk.post(f"{place}/export/{kind}")
    assert answer.text.startswith(begins)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert logged("targets.export")


def test_downloaded_targets_can_be_imported_again(desk, place):
    make_target(desk.cause.organisation_id, names={"es": "Íñigo Núñez"})
    downloaded = desk.post(f"{place}/export/csv").text
    page = desk.get(upload(desk, f"{place}/import", downloaded).location)
    assert outcomes(page) == {"added": "0", "changed": "0", "same": "1", "removed": "0"}


def test_import_of_another_organisation_is_not_shown(desk, place):
    other = make_target(make_organisation("birch").id)
    assert desk.get(f"{place}/{other.id}").status_code == 404


@pytest.fixture
def petition(desk):
    return make_petition(cause_id=desk.cause.id, state="draft", targets=[])


def targets_of(petition):
    db.session.rollback()
    targets = petition_in_any_state(petition.slug).targets
    return [(target.names, target.profile_id) for target in targets]


def test_petition_finds_and_keeps_targets_of_the_list(desk, petition):
    profile = make_target(desk.cause.organisation_id)
    page = f"/organize/petitions/{petition.slug}/targets"
    typed = {"version": version_on(desk.get(page)), "rows-0-en": "The Mayor", "rows-0-profile": ""}
    found = desk.post(page, {**typed, "directory": "vela", "press": "find"})
    assert f"chosen-{profile.id}" in values(found, "id")
    assert "The Mayor" in values(found, "value")
    chosen = desk.post(page, {**typed, "chosen": profile.id, "press": "choose"})
    assert "Elena Vela" in values(chosen, "value")
    assert targets_of(petition) == []
    desk.post(page, {**typed, "rows-1-en": "Elena Vela", "rows-1-profile": profile.id})
    expected = [({"en": "The Mayor"}, None), ({"en": "Elena Vela"}, profile.id)]
    assert targets_of(petition) == expected
    clone = write(clone_petition, petition_id=petition.id, slug="copy", cause_id=desk.cause.id)
    assert targets_of(clone) == expected


def test_petition_cannot_name_targets_of_others(desk, petition):
    other = make_target(make_organisation("birch").id)
    page = f"/organize/petitions/{petition.slug}/targets"
    typed = {"version": version_on(desk.get(page)), "rows-0-en": "Vela", "rows-0-profile": other.id}
    desk.post(page, typed)
    assert targets_of(petition) == [({"en": "Vela"}, None)]


def test_enter_in_the_search_finds_instead_of_saving(desk, petition):
    make_target(desk.cause.organisation_id)
    page = f"/organize/petitions/{petition.slug}/targets"
    typed = {"version": version_on(desk.get(page)), "rows-0-en": "The Mayor", "press": "enter"}
    assert desk.post(page, {**typed, "directory": "vela"}).status_code == 200
    assert desk.post(page, {**typed, "directory": ""}).status_code == 303

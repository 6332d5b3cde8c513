"""Tests of importing targets and area codes, of undoing that, and of exports that come back."""

import csv
import io
import json

import pytest
from sqlalchemy import func, select, update

from campaign.causes.models import Cause
from campaign.extensions import db, write
from campaign.imports.tables import FileRefused
from campaign.imports.targets.files import check_file
from campaign.imports.targets.operations import (
    TargetImportOvertaken,
    drop_import,
    keep_checked,
    may_undo,
    undo_import,
)
from campaign.petitions.models import Target
from campaign.process.clock import utcnow
from campaign.targets.areas import area_codes
from campaign.targets.exporting import export_targets
from campaign.targets.models import TargetImport, TargetProfile
from campaign.targets.operations import UNDO_TIME, change_profile, erase_old, remove_profile
from campaign.targets.queries import profile_by_id, search_profiles
from tests.factories.petitions import make_petition
from tests.factories.targets import make_target, some_organisation_id

pytestmark = pytest.mark.both_databases
HEADER = "external_id,name_en,name_es,office_en,area,emails,telephones,checked_on,valid_from"
ROWS = (
    "s-1,Elena Vela,Elena Vela,Senator,MX-JAL,vela@senate.example; office@senate.example,+52 33 5555 0100 (office),2026-11-01,2024-09-01",
    "s-2,Bruno Salas,,Senator,MX-COL,,,,",
)


@pytest.fixture
def organisation_id(app):
    return some_organisation_id()


def csv_of(*rows, header=HEADER):
    return "\n".join((header, *rows)).encode()


def check(organisation_id, data, kind="targets"):
    return check_file(kind=kind, organisation_id=organisation_id, data=data, default_lang="en")


def keep(organisation_id, data, checked, kind="targets"):
    return write(
        keep_checked,
        organisation_id=organisation_id,
        organizer_id=None,
        kind=kind,
        file_name="senate.csv",
        content=data,
        counts=checked.counts,
        preview=checked.preview,
        now=utcnow(),
    ).id


def bring_in(organisation_id, data, kind="targets"):
    """Import a file and return (id of the import, counts)."""
    checked = check(organisation_id, data, kind)
    assert checked.faults == []
    import_id = keep(organisation_id, data, checked, kind)
    write(checked.apply, import_id=import_id, now=utcnow())
    db.session.expire_all()
    return import_id, checked.counts


def undo(import_id):
    counts = write(undo_import, import_id=import_id, now=utcnow())
    db.session.expire_all()
    return counts


def targets(organisation_id):
    db.session.expire_all()
    rows = search_profiles(organisation_id=organisation_id, limit=100)
    return {row.external_id or row.names["en"]: row for row in rows}


def addresses(profile):
    return {email.address: email.status for email in profile.listed_emails}


def test_file_adds_targets_that_the_search_finds(organisation_id):
    _, counts = bring_in(organisation_id, csv_of(*ROWS))
    assert counts == {"added": 2, "changed": 0, "same": 0, "removed": 0}
    vela = targets(organisation_id)["s-1"]
    assert vela.names == {"en": "Elena Vela", "es": "Elena Vela"}
    assert list(addresses(vela)) == ["vela@senate.example", "office@senate.example"]
    assert vela.telephones == [{"number": "+52 33 5555 0100", "note": "office"}]
    assert str(vela.valid_from) == "2024-09-01"
    assert targets(organisation_id)["s-2"].names == {"en": "Bruno Salas"}


def test_second_import_of_the_same_file_changes_nothing(organisation_id):
    bring_in(organisation_id, csv_of(*ROWS))
    assert check(organisation_id, csv_of(*ROWS)).counts["same"] == 2


def test_columns_that_the_file_lacks_stay_as_they_are(organisation_id):
    bring_in(organisation_id, csv_of(*ROWS))
    _, counts = bring_in(
        organisation_id, csv_of("s-1,Deputy,", header="external_id,office_en,name_es")
    )
    vela = targets(organisation_id)["s-1"]
    assert (counts["changed"], vela.offices, vela.names) == (
        1,
        {"en": "Deputy"},
        {"en": "Elena Vela"},
    )
    assert len(addresses(vela)) == 2


def test_target_without_an_id_is_matched_by_name_and_area(organisation_id):
    make_target(organisation_id, names={"en": "Elena Véla"})
    make_target(organisation_id, names={"en": "Elena Vela"}, area="MX-COL")
    counts = check(organisation_id, csv_of(ROWS[0])).counts
    assert (counts["changed"], counts["added"]) == (1, 0)
    other_area = csv_of("Elena Vela,MX-YUC", header="name,area")
    assert check(organisation_id, other_area).counts["added"] == 1
    [fault] = check(organisation_id, csv_of("Elena Vela", header="name")).faults
    assert (fault.line, fault.code) == (2, "ambiguous")


@pytest.mark.parametrize("status", ["bounced", "asked_not"])
def test_import_keeps_the_status_of_an_address(organisation_id, status):
    make_target(organisation_id, [("vela@senate.example", status)])
    bring_in(organisation_id, csv_of("Elena Vela,MX-JAL,", header="name,area,emails"))
    bring_in(
        organisation_id,
        csv_of(
            "Elena Vela,MX-JAL,vela@senate.example,good", header="name,area,emails,email_statuses"
        ),
    )
    [vela] = targets(organisation_id).values()
    assert addresses(vela) == {"vela@senate.example": status}


def test_import_learns_what_other_targets_know_of_an_address(organisation_id):
    make_target(organisation_id, [("office@senate.example", "asked_not")], area="MX-COL")
    bring_in(organisation_id, csv_of(ROWS[0]))
    assert addresses(targets(organisation_id)["s-1"])["office@senate.example"] == "asked_not"


def test_removed_target_does_not_come_back_with_a_file(organisation_id):
    removed = make_target(organisation_id)
    write(remove_profile, profile_id=removed.id, now=utcnow())
    _, counts = bring_in(organisation_id, csv_of(ROWS[0], ROWS[1]))
    assert (counts["removed"], counts["added"]) == (1, 1)
    assert list(targets(organisation_id)) == ["s-2"]


WRONG_CELLS = [
    ("name_en", "x" * 201, "too_long"),
    ("kind", "robot", "kind"),
    ("checked_on", "1/2/2026", "day"),
    ("time_zone", "Mars/Base", "zone"),
    ("languages", "en qqq", "language"),
    ("contact_form", "no address", "web_address"),
    ("telephones", "call me", "telephone"),
    ("emails", "vela at senate", "email"),
    ("name_en", "", "no_name"),
]


@pytest.mark.parametrize(("column", "cell", "code"), WRONG_CELLS)
def test_wrong_cell_is_named_with_its_line(organisation_id, column, cell, code):
    columns = {"external_id": "s-9", "name_en": "Elena Vela", column: cell}
    data = csv_of(",".join(columns.values()), header=",".join(columns))
    faults = check(organisation_id, data).faults
    assert {(fault.line, fault.code) for fault in faults} == {(2, code)}


def test_validity_that_ends_before_it_begins_is_wrong(organisation_id):
    data = csv_of("Vela,2026-01-02,2026-01-01", header="name,valid_from,valid_until")
    assert [fault.code for fault in check(organisation_id, data).faults] == ["ends_before_begin"]


def test_same_target_twice_is_wrong(organisation_id):
    faults = check(organisation_id, csv_of(*ROWS, ROWS[0])).faults
    assert [(fault.line, fault.code, fault.detail) for fault in faults] == [(4, "twice", "2")]


REFUSED = [
    (b"", "empty"),
    (b"name_en\n", "empty"),
    (b"name_en,colour\nVela,red\n", "unknown_column"),
    (b"name_en,name_en\nVela,Vela\n", "repeated_column"),
    (b"party,area\nValley,x\n", "missing_column"),
    (b'{"persons": [', "not_json"),
    (b'{"people": []}', "not_popolo"),
    (b'{"persons": [1]}', "not_popolo"),
    (b"%PDF-1.7", "not_text"),
]


@pytest.mark.parametrize(("data", "code"), REFUSED)
def test_file_that_is_no_list_of_targets_is_refused(organisation_id, data, code):
    with pytest.raises(FileRefused) as refusal:
        check(organisation_id, data)
    assert refusal.value.code == code


def test_nothing_is_imported_if_a_target_changed_since_the_check(organisation_id):
    data = csv_of(*ROWS)
    checked = check(organisation_id, data)
    import_id = keep(organisation_id, data, checked)
    make_target(organisation_id)
    with pytest.raises(TargetImportOvertaken):
        write(checked.apply, import_id=import_id, now=utcnow())
    assert db.session.scalar(select(func.count(TargetProfile.id))) == 1
    with pytest.raises(TargetImportOvertaken):
        write(drop_import, import_id=import_id + 1)
    write(drop_import, import_id=import_id)


def test_undo_deletes_what_was_added_and_restores_what_was_changed(organisation_id):
    before = make_target(organisation_id, [("old@senate.example", "bounced")])
    import_id, counts = bring_in(organisation_id, csv_of(*ROWS))
    assert (counts["added"], counts["changed"]) == (1, 1)
    assert undo(import_id) == {"undone": 2, "kept": 0}
    after = profile_by_id(before.id)
    assert (after.external_id, after.offices, after.telephones) == ("", before.offices, [])
    assert (after.search_text, after.valid_from) == (before.search_text, None)
    assert addresses(after) == {"old@senate.example": "bounced"}
    assert len(targets(organisation_id)) == 1
    with pytest.raises(TargetImportOvertaken):
        undo(import_id)
    assert check(organisation_id, csv_of(*ROWS)).counts == counts


def test_undo_leaves_targets_that_were_changed_or_used_since(organisation_id):
    import_id, _ = bring_in(organisation_id, csv_of(*ROWS))
    vela, salas = targets(organisation_id).values()
    write(change_profile, profile_id=vela.id, part="about", version=None, party="X", now=utcnow())
    petition = make_petition(cause_id=db.session.scalar(select(Cause.id)))
    db.session.execute(
        update(Target).where(Target.petition_id == petition.id).values(profile_id=salas.id)
    )
    db.session.commit()
    assert undo(import_id) == {"undone": 0, "kept": 2}


def test_import_can_be_undone_for_a_time_only(organisation_id):
    import_id, _ = bring_in(organisation_id, csv_of(*ROWS))
    write(erase_old, now=utcnow() + UNDO_TIME)
    db.session.expire_all()
    item = db.session.get(TargetImport, import_id)
    assert (item.changes, item.preview, may_undo(item)) == (None, [], False)


def test_checked_file_is_deleted_after_a_time(organisation_id):
    checked = check(organisation_id, csv_of(*ROWS))
    import_id = keep(organisation_id, csv_of(*ROWS), checked)
    write(erase_old, now=utcnow() + UNDO_TIME)
    db.session.expire_all()
    assert db.session.get(TargetImport, import_id) is None


@pytest.mark.one_database
@pytest.mark.slow
def test_many_lines_are_imported_and_undone(organisation_id):
    rows = [f"n-{n},Target {n},,Office,area-{n % 300},t{n}@example.org,,," for n in range(20_000)]
    import_id, counts = bring_in(organisation_id, csv_of(*rows))
    assert counts["added"] == 20_000
    changed = [row.replace("Office", "Senate") for row in rows]
    second_id, counts = bring_in(organisation_id, csv_of(*changed))
    assert counts["changed"] == 20_000
    assert undo(second_id) == {"undone": 20_000, "kept": 0}
    # Their version is no longer that of the first import, so that cannot be undone safely.
    assert undo(import_id) == {"undone": 0, "kept": 20_000}


def exported(organisation_id, kind, for_excel=False):
    return export_targets(
        organisation_id=organisation_id, kind=kind, default_lang="en", for_excel=for_excel
    )


@pytest.mark.parametrize(
    ("kind", "for_excel"), [("csv", False), ("csv", True), ("popolo", False), ("popolo", True)]
)
def test_export_comes_back_unchanged(organisation_id, kind, for_excel):
    make_target(
        organisation_id,
        [("vela@senate.example", "good"), "office@senate.example"],
        honorifics={"fr": "Mme"},
        bodies={"en": "The Senate of the Valley"},
        telephones=[{"number": "+52 33 5555 0100", "note": "office"}, {"number": "1", "note": ""}],
        postal_address="1 Plaza\nThe Valley",
        contact_form="https://senate.example/vela",
        languages=["es", "en"],
        time_zone="America/Mexico_City",
        source="https://senate.example",
        area_names={"en": "Jalisco"},
    )
    make_target(organisation_id, names={"en": "=Office"}, target_kind="body", area="x")
    data = exported(organisation_id, kind, for_excel).encode()
    assert check(organisation_id, data).counts["same"] == 2
    for row in targets(organisation_id).values():
        db.session.delete(row)
    db.session.commit()
    bring_in(organisation_id, data)
    assert exported(organisation_id, kind, for_excel) == data.decode()


def test_exported_cells_are_no_formulas(organisation_id):
    make_target(organisation_id, names={"en": '=HYPERLINK("x")'})
    rows = list(csv.reader(io.StringIO(exported(organisation_id, "csv"))))
    assert not any(cell.startswith("=") for row in rows for cell in row)


POPOLO = {
    "persons": [
        {
            "id": "p1",
            "name": "Elena Vela",
            "honorific_prefix": "Sen.",
            "email": "vela@senate.example",
            "contact_details": [{"type": "voice", "value": "555-0100", "note": "office"}],
            "sources": [{"url": "https://senate.example/p1"}],
        },
        {"id": "p2", "name": "Bruno Salas"},
    ],
    "organizations": [
        {"id": "o1", "name": "The Senate of the Valley"},
        {"id": "o2", "name": "Valley Party"},
        {
            "id": "o3",
            "name": "Office of the Mayor",
            "contact_details": [{"type": "email", "value": "mayor@valley.example"}],
        },
    ],
    "areas": [{"id": "ocd-division/country:mx/state:jal", "name": "Jalisco"}],
    "posts": [{"id": "seat", "label": "Senator", "area_id": "ocd-division/country:mx/state:jal"}],
    "memberships": [
        {"person_id": "p1", "role": "Deputy", "start_date": "2018", "end_date": "2021"},
        {
            "person_id": "p1",
            "post_id": "seat",
            "organization_id": "o1",
            "on_behalf_of_id": "o2",
            "start_date": "2024-09",
            "end_date": "2030-08",
        },
    ],
}


def test_popolo_of_others_is_read(organisation_id):
    _, counts = bring_in(organisation_id, json.dumps(POPOLO).encode())
    assert counts["added"] == 3
    found = targets(organisation_id)
    vela, mayor = found["p1"], found["o3"]
    assert (vela.offices, vela.bodies, vela.party) == (
        {"en": "Senator"},
        {"en": "The Senate of the Valley"},
        "Valley Party",
    )
    assert (vela.area, vela.area_names) == ("ocd-division/country:mx/state:jal", {"en": "Jalisco"})
    assert (str(vela.valid_from), str(vela.valid_until)) == ("2024-09-01", "2030-08-31")
    assert (addresses(vela), vela.source) == (
        {"vela@senate.example": "unknown"},
        "https://senate.example/p1",
    )
    assert (mayor.target_kind, list(addresses(mayor))) == ("body", ["mayor@valley.example"])


AREA_HEADER = "country,code,area,area_name"


def test_area_codes_are_replaced_by_country_and_can_be_undone(organisation_id):
    first = csv_of("ca,H2X,r-1,North", "CA,h2x,r-2,East", "FR,75,f-1,", header=AREA_HEADER)
    second = csv_of("CA,K1A,r-3,South", header=AREA_HEADER)
    first_id, counts = bring_in(organisation_id, first, "areas")
    assert counts == {"added": 3}
    before = area_codes(organisation_id)
    second_id, _ = bring_in(organisation_id, second, "areas")
    assert [row["area"] for row in area_codes(organisation_id)] == ["r-3", "f-1"]
    assert not may_undo(db.session.get(TargetImport, first_id))
    undo(second_id)
    assert area_codes(organisation_id) == before
    undo(first_id)
    assert area_codes(organisation_id) == []


WRONG_AREAS = [("Canada,H2X,r-1", "country"), ("CA,,r-1", "code"), ("CA,H2X,", "empty")]


@pytest.mark.parametrize(("row", "code"), WRONG_AREAS)
def test_wrong_area_code_is_named_with_its_line(organisation_id, row, code):
    [fault] = check(organisation_id, csv_of(row, header="country,code,area"), "areas").faults
    assert (fault.line, fault.code) == (2, code)


def test_area_codes_need_their_columns(organisation_id):
    with pytest.raises(FileRefused) as refusal:
        check(organisation_id, csv_of("CA,H2X", header="country,code"), "areas")
    assert (refusal.value.code, refusal.value.detail) == ("missing_column", "area")

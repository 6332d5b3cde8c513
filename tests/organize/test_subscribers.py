"""Tests of files of subscribers, and of importing lists, in the workspace."""

import csv
import io

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import db
from campaign.imports import csv_files
from campaign.imports.subscribers import reading
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.queries import list_files
from campaign.imports.tables import UNCLOSED
from campaign.organize.imports.labels import ROW_FAULTS
from tests.factories.causes import make_cause
from tests.factories.jobs import run_jobs
from tests.factories.organisations import make_organisation
from tests.factories.subscriptions import consent_of, email_states, subscribe, subscriptions
from tests.page_parts import alerts, links, tree, values, wrong_fields

PAGE = "/organize/subscribers"
HEADER = "email,consent_at,consent_text"
GOOD = "amalia@rosales.example,2025-03-01,Send me news"


@pytest.fixture
def owner(app, desk_of, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.cause = cause
    return desk


def send(desk, data, **fields):
    form = {"cause": desk.cause.id, "way": "consent", **fields}
    return desk.post(f"{PAGE}/import", {**form, "file": (io.BytesIO(data), "list.csv")})


def upload(desk, *lines, header=HEADER, **fields):
    """Upload a list and check it, and return the address of its page."""
    answer = send(desk, "\n".join((header, *lines)).encode(), **fields)
    assert answer.status_code == 303, answer.text
    run_jobs("subscriber_import")
    return answer.location


def press(desk, address, button, **fields):
    """Press a button of the page of an import, and do what that causes."""
    answer = desk.post(f"{address}/{button}", fields)
    run_jobs("subscriber_import")
    return answer


def outcomes(page):
    return {
        row.get("data-outcome"): row.xpath("string(td)").strip()
        for row in tree(page).xpath("//tr[@data-outcome]")
    }


def state_of(page):
    [state] = values(page, "data-state")
    return state


def stored_files(app):
    return [file.name for file in list_files(app.config).files()]


def test_owner_downloads_the_subscribers_of_their_cause_only(owner, desk_of):
    other = make_cause("other")
    subscribe("amalia", cause_id=owner.cause.id)
    subscribe("teo", cause_id=other.id)
    assert f"{PAGE}/" in links(owner.get("/organize/mail/"))
    asked = owner.post(f"{PAGE}/export", {"export-cause": owner.cause.id, "export-format": "csv"})
    assert asked.status_code == 303
    assert owner.get(f"{asked.location}?progress=1").json["state"] == "waiting"
    run_jobs("export")
    assert owner.get(f"{asked.location}?progress=1").json["state"] == "ready"
    assert values(owner.get(asked.location), "data-rows") == ["1"]
    assert asked.location in links(owner.get(f"{PAGE}/"))
    answer = owner.get(f"{asked.location}/download")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["email"] for row in rows] == ["amalia@rosales.example"]
    [entry] = entries(action="subscriptions.export")
    assert entry.cause_id == owner.cause.id
    for cause in (other.id, f"all-{owner.cause.organisation_id}", ""):
        refused = owner.post(f"{PAGE}/export", {"export-cause": cause, "export-format": "csv"})
        assert refused.status_code == 422
        assert "export-cause" in wrong_fields(refused)
    admin = desk_of("admin")
    everything = f"all-{owner.cause.organisation_id}"
    of_all = admin.post(f"{PAGE}/export", {"export-cause": everything, "export-format": "jsonl"})
    run_jobs("export")
    assert len(admin.get(f"{of_all.location}/download").text.splitlines()) == 2
    assert owner.get(of_all.location).status_code == 404
    stranger = desk_of("owner", other.id, email="teo@brandt.example")
    assert stranger.get(asked.location).status_code == 404
    assert stranger.get(f"{asked.location}/download").status_code == 404


def test_file_of_subscribers_is_no_file_of_signatures(owner, desk_of):
    asked = owner.post(f"{PAGE}/export", {"export-cause": owner.cause.id, "export-format": "csv"})
    number = asked.location.rsplit("/", 1)[1]
    exporter = desk_of("exporter", owner.cause.id)
    for path in ("", "/download"):
        assert exporter.get(f"/organize/exports/files/{number}{path}").status_code == 404
    assert owner.post(f"{asked.location}/delete", {}).status_code == 303
    assert owner.get(asked.location).status_code == 404


@pytest.fixture
def aspen_desk(owner, desk_of):
    """The desk of an owner of another organisation, which has one cause and one reader of all."""
    aspen = make_organisation("aspen", "Aspen Watch")
    lake = make_cause("lake", organisation_id=aspen.id)
    subscribe("host-all")
    subscribe("aspen-all", organisation_id=aspen.id)
    desk = desk_of("owner", organisation_id=aspen.id, email="aspen@brandt.example")
    desk.cause, desk.everything = lake, f"all-{aspen.id}"
    desk.organisation_id, desk.foreign = aspen.id, f"all-{owner.cause.organisation_id}"
    return desk


def test_organisation_owner_downloads_all_of_it_and_nothing_else(aspen_desk, owner):
    desk = aspen_desk
    subscribe("lake", cause_id=desk.cause.id)
    offered = values(desk.get(f"{PAGE}/"), "value")
    assert desk.everything in offered and desk.foreign not in offered
    form = {"export-cause": desk.everything, "export-format": "csv"}
    asked = desk.post(f"{PAGE}/export", form)
    run_jobs("export")
    assert values(desk.get(asked.location), "data-rows") == ["2"]
    page = desk.get(f"{asked.location}/download").text
    assert "aspen-all@" in page and "lake@" in page and "host-all@" not in page
    assert asked.location in links(desk.get(f"{PAGE}/"))
    [entry] = entries(action="subscriptions.export")
    assert (entry.subject_kind, entry.subject_id) == ("organisation", desk.organisation_id)
    form["export-cause"] = desk.foreign
    assert desk.post(f"{PAGE}/export", form).status_code == 422
    assert owner.get(asked.location).status_code == 404
    assert asked.location not in links(owner.get(f"{PAGE}/"))


def test_organisation_owner_imports_a_list_to_all_its_causes(aspen_desk, owner):
    desk = aspen_desk
    address = upload(desk, GOOD, cause=desk.everything)
    [chosen] = tree(desk.get(address)).xpath("//select[@name='cause']/option[@selected]/@value")
    assert chosen == desk.everything
    assert press(desk, address, "accept").status_code == 303
    [row] = [row for row in subscriptions() if row.email == "amalia@rosales.example"]
    assert (row.cause_id, row.organisation_id) == (None, desk.organisation_id)
    [entry] = entries(action="subscriptions.import")
    assert (entry.subject_kind, entry.subject_id) == ("organisation", desk.organisation_id)
    assert address in links(desk.get(f"{PAGE}/"))
    assert owner.get(address).status_code == 404
    assert address not in links(owner.get(f"{PAGE}/"))
    assert press(desk, address, "undo").status_code == 303
    assert "amalia@rosales.example" not in [row.email for row in subscriptions()]
    answer = send(desk, f"{HEADER}\n{GOOD}".encode(), cause=desk.foreign)
    assert (answer.status_code, set(wrong_fields(answer))) == (422, {"cause"})


@pytest.mark.parametrize("role", ["editor", "reviewer", "exporter", "tabler"])
def test_other_roles_have_no_access(owner, desk_of, role):
    address = upload(owner, GOOD)
    desk = desk_of(role, owner.cause.id)
    for path in (f"{PAGE}/", f"{PAGE}/import", address):
        assert desk.get(path).status_code == 403
    for path in (f"{PAGE}/export", f"{PAGE}/import", f"{address}/accept"):
        assert desk.post(path, {"cause": owner.cause.id}).status_code == 403
    assert subscriptions() == []


def test_file_is_checked_before_it_is_imported(owner, app):
    subscribe("teo", cause_id=owner.cause.id)
    address = upload(owner, GOOD, "teo@rosales.example,2025-03-01,Yes", "wrong,2025-03-01,Yes")
    page = owner.get(address)
    assert outcomes(page) == {"new": "1", "known": "1", "wrong": "1"}
    assert values(page, "data-line") == ["4"]
    assert "amalia@rosales.example" in values(page, "data-sample")
    assert len(subscriptions()) == 1
    assert press(owner, address, "accept").status_code == 303
    page = owner.get(address)
    assert state_of(page) == "imported"
    assert outcomes(page) == {"new": "1", "known": "1", "wrong": "1"}
    assert stored_files(app) == []
    assert [(row.state, consent_of(row).shown_text.text) for row in subscriptions()][1:] == [
        ("active", "Send me news")
    ]
    [entry] = entries(action="subscriptions.import")
    assert (entry.cause_id, entry.details["new"]) == (owner.cause.id, 1)


def test_page_says_how_far_the_work_is(owner):
    answer = send(owner, f"{HEADER}\n{GOOD}".encode())
    assert owner.get(f"{answer.location}?progress=1").json["state"] == "working"
    assert state_of(owner.get(answer.location)) == "checking"
    run_jobs("subscriber_import")
    assert owner.get(f"{answer.location}?progress=1").json["state"] == "ready"


def test_missing_column_is_an_error_at_its_field_and_the_file_is_remembered(owner):
    address = upload(owner, GOOD, header="email,Fecha,Texto")
    page = owner.get(address)
    assert set(wrong_fields(page)) == {"column_consent_at", "column_consent_text"}
    chosen = {"cause": owner.cause.id, "way": "consent", "column_email": "email"}
    page = press(owner, address, "check", **chosen, column_consent_at="Fecha")
    assert page.status_code == 422
    assert set(wrong_fields(page)) == {"column_consent_text"}
    [typed] = tree(page).xpath("//select[@name='column_consent_at']/option[@selected]/@value")
    assert typed == "Fecha"
    columns = {"column_consent_at": "Fecha", "column_consent_text": "Texto"}
    assert press(owner, address, "check", **chosen, **columns).status_code == 303
    assert outcomes(owner.get(address)) == {"new": "1"}
    press(owner, address, "accept")
    assert [consent_of(row).shown_text.text for row in subscriptions()] == ["Send me news"]


def test_people_are_asked_by_one_email(owner):
    address = upload(owner, "amalia@rosales.example", header="email", way="ask")
    press(owner, address, "accept")
    # Pressing the button again changes nothing.
    press(owner, address, "accept")
    assert [row.state for row in subscriptions()] == ["pending"]
    assert email_states("subscription_confirmation") == ["owed"]


def test_import_is_undone(owner):
    subscribe("teo", cause_id=owner.cause.id)
    address = upload(owner, GOOD)
    press(owner, address, "accept")
    assert len(subscriptions()) == 2
    assert press(owner, address, "undo").status_code == 303
    assert state_of(owner.get(address)) == "undone"
    assert [row.email for row in subscriptions()] == ["teo@rosales.example"]
    assert [entry.cause_id for entry in entries(action="subscriptions.undo")] == [owner.cause.id]


def test_file_that_was_not_imported_is_deleted(owner, app):
    address = upload(owner, GOOD)
    assert len(stored_files(app)) == 1
    assert press(owner, address, "delete").status_code == 303
    assert stored_files(app) == []
    assert owner.get(address).status_code == 404


def test_bad_files_and_causes_are_explained_at_the_field(owner, app):
    other = make_cause("other")
    good = f"{HEADER}\n{GOOD}".encode()
    for answer, field in (
        (owner.post(f"{PAGE}/import", {"cause": owner.cause.id, "way": "ask"}), "file"),
        (send(owner, b""), "file"),
        (send(owner, b"email\0,\0"), "file"),
        (send(owner, good, cause=other.id), "cause"),
        (send(owner, good, cause=f"all-{owner.cause.organisation_id}"), "cause"),
    ):
        assert answer.status_code == 422
        assert field in wrong_fields(answer)
    assert db.session.query(SubscriberImport).count() == 0
    assert stored_files(app) == []


def test_quotation_mark_that_is_not_closed_is_explained_at_its_line(owner):
    rows = (f"{GOOD},", GOOD.replace("amalia", "teo") + ',"met', GOOD.replace("amalia", "odile"))
    page = owner.get(upload(owner, *rows, "", header=f"{HEADER},note"))
    assert outcomes(page) == {"new": "1", "wrong": "1"}
    [line] = tree(page).xpath("//li[@data-line='3']")
    assert str(ROW_FAULTS[UNCLOSED]) in line.text_content()


def test_quotation_mark_that_is_not_closed_in_the_header_is_explained_at_the_file(owner):
    answer = send(owner, f'{HEADER},"note\n{GOOD},\n'.encode())
    assert answer.status_code == 422
    assert "file" in wrong_fields(answer)


def test_file_that_is_too_large_is_refused(owner, app, monkeypatch):
    monkeypatch.setitem(app.config, "IMPORT_BYTES", 300_000)
    answer = send(owner, b"email\n" + b"x" * 300_000)
    assert answer.status_code in (303, 413)
    assert "danger" in alerts(owner.get(f"{PAGE}/import"))


def test_full_disk_is_explained_at_the_file(owner, app, monkeypatch):
    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("campaign.organize.mail.subscriber_imports.Sealer.finish", fail)
    answer = send(owner, f"{HEADER}\n{GOOD}".encode())
    assert answer.status_code == 422
    assert set(wrong_fields(answer)) == {"file"}
    assert stored_files(app) == []
    assert db.session.query(SubscriberImport).count() == 0


def test_list_leaves_the_rest_of_the_disk_to_signatures(owner, app, nearly_full_disk):
    answer = send(owner, f"{HEADER}\n{GOOD}".encode())
    assert answer.status_code == 422
    assert set(wrong_fields(answer)) == {"file"}
    assert stored_files(app) == []


@pytest.mark.parametrize(
    ("module", "limit", "maximum", "code"),
    [
        (reading, "MAX_ROWS", 1, "too_many_rows"),
        (csv_files, "MAX_ROW_CHARACTERS", 60, "row_too_long"),
    ],
)
def test_list_that_cannot_be_read_to_its_end_is_explained(
    owner, monkeypatch, module, limit, maximum, code
):
    monkeypatch.setattr(module, limit, maximum)
    address = upload(owner, GOOD, f'"{GOOD.replace("amalia", "teo")}', GOOD)
    page = owner.get(address)
    assert (state_of(page), values(page, "data-fault")) == ("open", [code])
    assert subscriptions() == []

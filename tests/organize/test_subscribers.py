"""Tests of downloading and importing subscribers in the workspace."""

import csv
import io

import pytest

from campaign.accounts.audit import entries
from campaign.organize.mail import subscribers as pages
from tests.factories.causes import make_cause
from tests.factories.organisations import make_organisation
from tests.factories.subscriptions import consent_of, email_states, subscribe, subscriptions
from tests.page_parts import alerts, links, tree, values, wrong_fields

PAGE = "/organize/subscribers"
HEADER = "email,consent_at,consent_text"
GOOD = "amalia@rosales.example,2025-03-01,Send me news"


@pytest.fixture
def owner(desk_of):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.cause = cause
    return desk


def upload(desk, *lines, header=HEADER, press="check", **fields):
    data = "\n".join((header, *lines)).encode()
    form = {"cause": desk.cause.id, "way": "consent", "press": press, **fields}
    return desk.post(f"{PAGE}/import", {**form, "file": (io.BytesIO(data), "list.csv")})


def send_on(desk, page, press="import", **changes):
    """Send the form of the check page as it is shown, with `changes`."""
    form = tree(page).forms[-1]
    fields = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return desk.post(f"{PAGE}/import", {**fields, "press": press, **changes})


def outcomes(page):
    return {
        row.get("data-outcome"): row.xpath("string(td)").strip()
        for row in tree(page).xpath("//tr[@data-outcome]")
    }


def test_owner_downloads_the_subscribers_of_their_cause_only(owner, desk_of):
    other = make_cause("other")
    subscribe("amalia", cause_id=owner.cause.id)
    subscribe("teo", cause_id=other.id)
    assert f"{PAGE}/" in links(owner.get("/organize/mail/"))
    answer = owner.post(f"{PAGE}/export", {"export-cause": owner.cause.id, "export-format": "csv"})
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["email"] for row in rows] == ["amalia@rosales.example"]
    [entry] = entries(action="subscriptions.export")
    assert entry.cause_id == owner.cause.id
    for cause in (other.id, f"all-{owner.cause.organisation_id}", ""):
        refused = owner.post(f"{PAGE}/export", {"export-cause": cause, "export-format": "csv"})
        assert refused.status_code == 422
        assert "export-cause" in wrong_fields(refused)
    admin = desk_of("admin")
    everyone = admin.post(
        f"{PAGE}/export",
        {"export-cause": f"all-{owner.cause.organisation_id}", "export-format": "jsonl"},
    )
    assert len(everyone.text.splitlines()) == 2


def test_organisation_owner_downloads_all_of_it_and_nothing_else(desk_of):
    host_id = make_cause().organisation_id
    aspen = make_organisation("aspen", "Aspen Watch")
    make_cause("lake", organisation_id=aspen.id)
    subscribe("host-all")
    subscribe("aspen-all", organisation_id=aspen.id)
    desk = desk_of("owner", organisation_id=aspen.id)
    offered = values(desk.get(f"{PAGE}/"), "value")
    assert f"all-{aspen.id}" in offered and f"all-{host_id}" not in offered
    form = {"export-cause": f"all-{aspen.id}", "export-format": "csv"}
    page = desk.post(f"{PAGE}/export", form).text
    assert "aspen-all@" in page and "host-all@" not in page
    [entry] = entries(action="subscriptions.export")
    assert (entry.subject_kind, entry.subject_id) == ("organisation", aspen.id)
    form["export-cause"] = f"all-{host_id}"
    assert desk.post(f"{PAGE}/export", form).status_code == 422


@pytest.mark.parametrize("role", ["editor", "reviewer", "exporter", "tabler"])
def test_other_roles_have_no_access(owner, desk_of, role):
    desk = desk_of(role, owner.cause.id)
    assert desk.get(f"{PAGE}/").status_code == 403
    for path in ("export", "import"):
        assert desk.post(f"{PAGE}/{path}", {"cause": owner.cause.id}).status_code == 403


def test_file_is_checked_before_it_is_imported(owner):
    subscribe("teo", cause_id=owner.cause.id)
    page = upload(
        owner, GOOD, "teo@rosales.example,2025-03-01,Yes", "wrong,2025-03-01,Yes", header=HEADER
    )
    assert page.status_code == 200
    assert outcomes(page) == {"new": "1", "known": "1", "wrong": "1"}
    assert values(page, "data-line") == ["4"]
    assert values(page, "data-sample") == ["amalia@rosales.example"]
    assert len(subscriptions()) == 1
    assert send_on(owner, page).status_code == 303
    assert "success" in alerts(owner.get(f"{PAGE}/"))
    assert [(row.state, consent_of(row).shown_text.text) for row in subscriptions()][1:] == [
        ("active", "Send me news")
    ]
    [entry] = entries(action="subscriptions.import")
    assert (entry.cause_id, entry.details["new"]) == (owner.cause.id, 1)


def test_missing_column_is_an_error_at_its_field_and_the_file_is_remembered(owner):
    page = upload(owner, GOOD, header="email,Fecha,Texto")
    assert page.status_code == 422
    assert set(wrong_fields(page)) == {"column_consent_at", "column_consent_text"}
    page = send_on(owner, page, "check", column_consent_at="Fecha", column_consent_text="Texto")
    assert outcomes(page) == {"new": "1"}
    send_on(owner, page)
    assert [consent_of(row).shown_text.text for row in subscriptions()] == ["Send me news"]


def test_people_are_asked_by_one_email(owner):
    page = upload(owner, "amalia@rosales.example", header="email", way="ask")
    assert send_on(owner, page).status_code == 303
    assert [row.state for row in subscriptions()] == ["pending"]
    assert email_states("subscription_confirmation") == ["owed"]


def test_bad_files_and_causes_are_explained_at_the_field(owner, monkeypatch):
    monkeypatch.setattr(pages, "MAX_ROWS", 1)
    other = make_cause("other")
    for answer, field in (
        (owner.post(f"{PAGE}/import", {"cause": owner.cause.id, "way": "ask"}), "file"),
        (upload(owner, header=""), "file"),
        (upload(owner, header="email\0,\0"), "file"),
        (upload(owner, GOOD, GOOD.replace("amalia", "teo")), "file"),
        (upload(owner, "x" * (pages.MAX_BYTES + 1)), "file"),
        (upload(owner, GOOD, cause=other.id), "cause"),
        (upload(owner, GOOD, cause=f"all-{owner.cause.organisation_id}"), "cause"),
    ):
        assert answer.status_code == 422
        assert field in wrong_fields(answer)
    assert subscriptions() == []


def test_checked_file_of_another_organizer_is_not_read(owner, desk_of):
    page = upload(owner, GOOD)
    other = desk_of("owner", owner.cause.id, email="teo@brandt.example")
    answer = send_on(other, page)
    assert answer.status_code == 422
    assert "file" in wrong_fields(answer)
    assert subscriptions() == []

"""Tests of the activity log in the browser."""

import re
from pathlib import Path

import pytest

from campaign.accounts.audit import COMMAND, Actor, entries, record_audit_event
from campaign.extensions import db, write
from campaign.i18n.locales import INTERFACE_LANGUAGES
from campaign.organize.core.audit import AUDITED_COLUMNS, OTHER_FIELDS
from campaign.organize.people.audit_field_labels import FIELDS
from campaign.organize.people.audit_labels import ACTIONS
from campaign.site.settings import DEFAULTS
from tests.factories.causes import make_cause
from tests.factories.signatures import sign_and_hatch
from tests.page_parts import is_empty, text, tree


@pytest.fixture
def causes(app):
    return make_cause(), make_cause("hill")


def test_owner_sees_only_the_log_of_their_cause(desk_of, causes):
    own, _foreign = causes
    desk = desk_of("owner", own.id)
    for cause in causes:
        write(
            record_audit_event,
            Actor(desk.organizer.id),
            "people.invite",
            cause_id=cause.id,
            reason=f"for {cause.slug}",
        )
    write(record_audit_event, COMMAND, "people.remove", reason="for nobody")
    page = desk.get("/organize/audit/").text
    assert "for valley" in page
    assert "for hill" not in page
    assert "for nobody" not in page
    assert "for nobody" in desk_of().get("/organize/audit/").text


def test_log_is_searched(desk_of, causes):
    desk = desk_of()
    write(record_audit_event, Actor(desk.organizer.id), "people.invite", reason="by Odile")
    write(record_audit_event, COMMAND, "account.password", reason="by command")

    def matches(query):
        page = desk.get(f"/organize/audit/?{query}").text
        return "by Odile" in page, "by command" in page

    assert matches("") == (True, True)
    assert matches(f"who={desk.organizer.id}") == (True, False)
    assert matches("about=account") == (False, True)
    assert matches("since=2020-01-01&until=2020-01-02") == (False, False)
    assert matches("since=2020-01-01") == (True, True)
    for odd in (
        "who=x",
        "who=99999999999999999999",
        "about=x",
        "since=x",
        "until=9999-12-31",
        "since=0001-01-01",
        "before=x",
        "before=99999999999999999999",
        "before=-1",
    ):
        assert desk.get(f"/organize/audit/?{odd}").status_code == 200


def test_actions_of_a_removed_person_are_still_found(desk_of, causes):
    desk, gone = desk_of(), desk_of("editor", causes[0].id).organizer
    write(record_audit_event, Actor(gone.id), "petitions.edit", reason="by who is gone")
    write(record_audit_event, COMMAND, "people.invite", reason="by command")
    desk.post(f"/organize/people/{gone.id}/remove")
    page = desk.get(f"/organize/audit/?who={gone.id}").text
    assert "by who is gone" in page
    assert "by command" not in page


def test_pages_of_the_log_have_no_gap_or_repeat(desk_of):
    desk = desk_of()
    write(
        lambda: [
            record_audit_event(COMMAND, "people.invite", reason=f"no. {number:03}")
            for number in range(120)
        ]
    )
    seen, address = [], "/organize/audit/?about=people"
    while address:
        page = desk.get(address).text
        seen += [int(part[:3]) for part in page.split("no. ")[1:]]
        more = page.split('href="/organize/audit/?before=')
        address = (
            "/organize/audit/?before=" + more[1].split('"')[0].replace("&amp;", "&")
            if len(more) > 1
            else None
        )
        assert address is None or "about=people" in address
    assert seen == list(reversed(range(120)))


def test_empty_log_and_empty_search_have_different_messages(desk_of):
    page = desk_of().get("/organize/audit/")
    assert is_empty(page) and not is_searched(page)
    page = desk_of(email="x@kwan.example").get("/organize/audit/?about=mail")
    assert is_empty(page) and is_searched(page)


def is_searched(page):
    """Return whether the page links back to the whole log."""
    return bool(tree(page).xpath("//form[@role='search']//a[@href='/organize/audit/']"))


def test_every_recorded_action_has_a_label():
    code = "".join(
        path.read_text() for path in (Path(__file__).parents[2] / "campaign").rglob("*.py")
    )
    recorded = set(
        re.findall(
            r'(?:AuditEvent|act_on_account|record|_role_given)\((?:\w+, )?"(\w+\.\w+)"', code
        )
    )
    assert recorded <= ACTIONS.keys()
    assert len(recorded) > 8


def last_changes(action="petitions.edit"):
    """Return {(field, part): (before, after)} of the newest entry for an action."""
    db.session.rollback()
    changes = entries(action=action)[0].details.get("changes", [])
    return {
        (change["field"], change["part"]): (change["before"], change["after"]) for change in changes
    }


def test_log_shows_what_changed_before_and_after(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    desk.post("/organize/petitions/home/goal", {"goal": "3000", "version": 1})
    assert last_changes() == {("goal", ""): ("0", "3000")}
    desk.post(
        "/organize/petitions/home/targets",
        {"version": 1, "rows-0-en": "The Mayor", "press": "new-version"},
    )
    assert last_changes() == {
        ("names", "0"): ("The Senate of the Valley; El Senado del Valle", "The Mayor")
    }
    contents = {"names": "full", "details": ["country", "day"], "version": 1}
    desk.post("/organize/handovers/home/contents", {**contents, "press": "new-version"})
    assert last_changes("handovers.edit") == {
        ("delivered_names", ""): ("shown", "full"),
        ("delivered_details", ""): ("country", "country, day"),
    }
    desk.post("/organize/petitions/home/close")
    assert last_changes("petitions.close") == {("state", ""): ("published", "closed")}


def test_long_text_is_shown_around_its_first_difference(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    body = "Word " * 300
    texts = {
        "title_en": "Bring them home",
        "summary_en": "We ask where they are.",
        "press": "new-version",
    }
    desk.post(
        "/organize/petitions/home/letter", {**texts, "version": 1, "body_en": body + "and more"}
    )
    desk.post(
        "/organize/petitions/home/letter", {**texts, "version": 2, "body_en": body + "and less"}
    )
    [(before, after)] = last_changes().values()
    assert before.endswith("more") and after.endswith("less") and len(after) < 60


def test_log_is_readable_in_each_language(desk_of, petition):
    desk = desk_of("admin")
    desk.post("/organize/petitions/home/goal", {"goal": "3000", "version": 1})
    desk.post(
        "/organize/petitions/home/dates",
        {"version": 1, "time_zone": "America/Toronto", "deliver_on": "2027-05-01"},
    )
    entries_in = {}
    for lang in INTERFACE_LANGUAGES:
        reader = desk_of("admin", lang=lang, email=f"{lang}@kwan.example")
        entries_in[lang] = [
            text(item)
            for item in tree(reader.get("/organize/audit/")).xpath(
                "//ul[@class='audit-changes']/li"
            )
        ]
        assert [
            figure for figure in ("3000", "2027") if figure not in " ".join(entries_in[lang])
        ] == []
    assert (
        len({entry[0] for entry in entries_in.values()})
        == len({entry[-1] for entry in entries_in.values()})
        == len(INTERFACE_LANGUAGES)
    )


def test_log_reveals_nothing_that_supporters_wrote(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    signature_id = sign_and_hatch(petition, comment="For my brother")
    seen = re.search(
        r'name="version" type="hidden" value="([^"]+)"',
        desk.get(f"/organize/signatures/{signature_id}").text,
    )
    desk.post(
        f"/organize/signatures/{signature_id}/reject",
        {"reason": "A test", "version": seen and seen[1]},
    )
    db.session.rollback()
    assert [entry.action for entry in entries() if "changes" in entry.details] == []


def test_every_field_in_the_log_exists_and_has_a_name():
    recorded = {
        (table, column)
        for parts in AUDITED_COLUMNS.values()
        for table, _key, columns in parts
        for column in columns.split()
    }
    assert [entry for entry in recorded if entry[1] not in db.metadata.tables[entry[0]].c] == []
    fields = {OTHER_FIELDS.get(entry, entry[1]) for entry in recorded}
    assert fields | set(DEFAULTS) == set(FIELDS)


@pytest.mark.parametrize(
    "name", ["2026-02-30", "0000-00-00", "2026-02-30T10:00", "0001-01-01T00:00+05:00", "٢٠٢٦-٠١-٠١"]
)
def test_text_that_looks_like_a_date_is_shown_as_it_is(desk_of, petition, name):
    desk = desk_of("owner", petition.cause_id)
    desk.post(
        "/organize/petitions/home/targets",
        {"version": 1, "rows-0-en": name, "press": "new-version"},
    )
    page = desk.get("/organize/audit/")
    assert page.status_code == 200
    assert name in page.text

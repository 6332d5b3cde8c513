"""Tests of the overview: the day, open tasks and recent activity, each only for permitted roles."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from campaign.accounts.audit import WORKER, Actor, record_audit_event
from campaign.causes.models import Cause
from campaign.events.models import Registration
from campaign.events.operations import Hours
from campaign.exports.models import SUBSCRIBERS, Export
from campaign.extensions import db, write
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.operations import check_import
from campaign.kiosk.models import Kiosk
from campaign.mail.models import OutboxMessage
from campaign.organize.overview.activity import PERMISSION
from campaign.organize.people.audit_labels import ACTIONS
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.updates.mailing import mailing_sender, plan_mailing
from tests.factories.causes import make_cause
from tests.factories.events import come, make_event
from tests.factories.kiosks import AMALIA, make_table, make_tablet
from tests.factories.paper import begin, csv_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign, sign_and_hatch
from tests.factories.updates import make_update
from tests.page_parts import figures, is_empty, text, text_at, tree, values

pytestmark = pytest.mark.usefixtures("awkward_time")

REVIEWED = {"/organize/held/", "/organize/kiosks/fair/review"}
PAPER = {"/organize/imports/"}
DRAFTS = {"/organize/petitions/", "/organize/events/", "/organize/updates/"}
TABLES = {"/organize/kiosks/fair"}
SEATS = {"/organize/events/seats/registrations?state=held"}
DATA = {"/organize/retention/old"}
MAIL = {"/organize/mail/paused"}


@pytest.fixture
def cause_id(client):
    """A cause with one open task of each kind."""
    event, petition = make_table()
    cause_id = petition.cause_id
    tablet = make_tablet(client, event)
    tablet.sign()
    tablet.sign(fields={**AMALIA, "comment": "Vivos"})
    sign(petition, {**AMALIA, "email": "quick@rosales.example"}, held_reason="no_proof")
    begin(petition, csv_of("Zora,Quetzalli,,MX,06600,,,"))
    make_petition("next", cause_id=cause_id, state="draft")
    make_event("later", cause_id=cause_id, draft=True)
    make_update(cause_id=cause_id, draft=True)
    seats = make_event("seats", cause_id=cause_id, days=30)
    one = come(seats)
    write(lambda: db.session.query(Registration).filter_by(id=one).update({"state": "held"}))
    old = make_petition("old", cause_id=cause_id, closes_at=utcnow() + timedelta(days=1))
    write(
        lambda: (
            db.session.query(Petition)
            .filter_by(id=old.id)
            .update({"retention_days": 9, "retention_notified_at": utcnow()})
        )
    )
    paused = write(
        plan_mailing, update_id=make_update("paused", cause_id=cause_id).id, now=utcnow()
    )
    write(mailing_sender.pause, row_id=paused.id)
    return cause_id


def tasks_in(page):
    section = page.partition('class="today"')[2].partition("</section>")[0]
    return set(re.findall(r'class="button" href="([^"]+)"', section))


def happened_in(page):
    """Return (action, its sentence) of each entry of the overview, newest first."""
    return [
        (row.get("data-action"), text(row.xpath("p")[-1]))
        for row in tree(page).xpath("//li[@data-action]")
    ]


@pytest.mark.parametrize(
    ("role", "tasks"),
    [
        ("owner", REVIEWED | SEATS | TABLES | PAPER | DATA | MAIL | DRAFTS),
        ("reviewer", REVIEWED | PAPER),
        ("editor", DRAFTS),
        ("exporter", set()),
        ("tabler", SEATS | TABLES),
    ],
)
def test_each_role_sees_its_own_tasks(desk_of, cause_id, role, tasks):
    desk = desk_of(role, cause_id)
    assert tasks_in(desk.get("/organize/").text) == tasks
    for address in tasks:
        assert desk.get(address).status_code == 200


def test_quiet_or_foreign_cause_has_no_tasks(desk_of, cause_id):
    desk = desk_of("owner", make_petition(cause_id=make_cause("hill").id, slug="quiet").cause_id)
    page = desk.get("/organize/").text
    assert tree(page).find_class("today") and tree(page).find_class("activity")
    assert (tasks_in(page), happened_in(page)) == (set(), [])


def test_scheduled_draft_is_not_a_task(desk_of):
    cause = make_cause()
    make_event("later", cause_id=cause.id, draft=True, publish_at=utcnow() + timedelta(days=1))
    assert tasks_in(desk_of("owner", cause.id).get("/organize/").text) == set()


def test_tablets_with_held_records_or_without_contact_are_named(desk_of, client):
    event, petition = make_table()
    for name in ("Lost", "Kept", "Silent", "Awake"):
        make_tablet(client, event, name=name)
    seen = {
        "Lost": {"waiting": 5, "last_seen_at": utcnow() - timedelta(hours=2)},
        "Kept": {"waiting": 12, "last_seen_at": utcnow() - timedelta(hours=1)},
    }
    seen |= {"Silent": {"last_seen_at": utcnow() - timedelta(hours=1)}}
    seen["Awake"] = {"last_seen_at": utcnow()}
    for name, columns in seen.items():
        write(
            lambda name=name, columns=columns: (
                db.session.query(Kiosk).filter_by(name=name).update(columns)
            )
        )
    page = desk_of("tabler", petition.cause_id).get("/organize/").text
    tasks = [
        text(item) for item in tree(page).xpath("//section[@aria-labelledby='today']//li/span")
    ]
    figures_by_name = {name: figures(task) for name in seen for task in tasks if name in task}
    assert figures_by_name.keys() == {"Lost", "Kept", "Silent"}
    assert 5 in figures_by_name["Lost"] and figures_by_name["Kept"] == [12]
    # The page says since when the silent ones are silent.
    assert len(figures_by_name["Lost"]) > 1 and figures_by_name["Silent"]


def test_failed_file_is_shown_only_to_the_person_who_requested_it(desk_of):
    petition = make_petition()
    requester, other = (
        desk_of("exporter", petition.cause_id),
        desk_of("exporter", petition.cause_id, email="other@kwan.example"),
    )
    columns = {
        "organizer_id": requester.organizer.id,
        "kind": "csv",
        "aim": "records",
        "purpose": "x",
        "choice": {},
        "state": "failed",
    }
    write(
        lambda: db.session.add(
            Export(petition_id=petition.id, cause_id=petition.cause_id, **columns)
        )
    )
    [export_id] = db.session.scalars(db.select(Export.id))
    assert tasks_in(requester.get("/organize/").text) == {f"/organize/exports/files/{export_id}"}
    assert tasks_in(other.get("/organize/").text) == set()


def subscriber_files(organizer_id, **place):
    """Add a file of subscribers that could not be made, and a list that could not be imported.

    Return their pages.
    """
    export = Export(
        **place,
        organizer_id=organizer_id,
        kind="csv",
        aim=SUBSCRIBERS,
        purpose="",
        choice={},
        state="failed",
    )
    item = SubscriberImport(
        **place,
        organizer_id=organizer_id,
        asks=False,
        name="friends.csv",
        header=[],
        columns={},
        error_code="broken",
    )

    def add():
        db.session.add_all([export, item])
        db.session.flush()
        return export.id, item.id

    export_id, item_id = write(add)
    return {
        f"/organize/subscribers/files/{export_id}",
        f"/organize/subscribers/imports/{item_id}",
    }


def test_failed_files_of_subscribers_are_shown_to_the_person_who_requested_them(desk_of):
    cause = make_cause()
    owner, other = (
        desk_of("owner", cause.id, email=email)
        for email in ("one@kwan.example", "two@kwan.example")
    )
    admin = desk_of()
    pages = subscriber_files(owner.organizer.id, cause_id=cause.id)
    of_all = subscriber_files(admin.organizer.id, organisation_id=cause.organisation_id)
    assert tasks_in(owner.get("/organize/").text) == pages
    assert tasks_in(other.get("/organize/").text) == set()
    assert of_all <= tasks_in(admin.get("/organize/").text)
    assert all(owner.get(page).status_code == 200 for page in pages)


def test_list_is_no_task_while_it_is_checked_again(desk_of):
    owner = desk_of("owner", make_cause().id)
    cause_id = db.session.scalars(db.select(Cause.id)).one()
    subscriber_files(owner.organizer.id, cause_id=cause_id)
    columns = {"cause_id": cause_id, "organisation_id": None, "asks": False, "columns": {}}
    [item_id] = db.session.scalars(db.select(SubscriberImport.id))
    write(check_import, import_id=item_id, **columns)
    assert not any("imports" in page for page in tasks_in(owner.get("/organize/").text))


def test_admins_see_that_no_email_is_sent(desk_of):
    petition = make_petition()
    sign(petition)
    admin, owner = desk_of(), desk_of("owner", petition.cause_id)
    assert "/organize/mail/" not in tasks_in(admin.get("/organize/").text)
    hour_ago = utcnow() - timedelta(hours=1)
    write(
        lambda: db.session.query(OutboxMessage).update({"created_at": hour_ago, "due_at": hour_ago})
    )
    assert "/organize/mail/" in tasks_in(admin.get("/organize/").text)
    assert "/organize/mail/" not in tasks_in(owner.get("/organize/").text)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("owner", {"petitions.publish", "mail.done", "signatures.reject", "exports.download"}),
        ("editor", {"petitions.publish", "mail.done"}),
        ("exporter", {"petitions.publish", "exports.download"}),
        ("reviewer", {"petitions.publish", "signatures.reject"}),
        ("tabler", {"petitions.publish"}),
    ],
)
def test_each_role_sees_the_activity_it_may_see(desk_of, role, seen):
    petition, foreign = make_petition(), make_petition("far", cause_id=make_cause("hill").id)
    desk = desk_of(role, petition.cause_id, name="Teo Brandt")
    here = {"subject": ("petition", petition.id), "cause_id": petition.cause_id}
    news = make_update(cause_id=petition.cause_id)

    def happen():
        who = Actor(desk.organizer.id)
        record_audit_event(who, "petitions.publish", **here)
        record_audit_event(
            who, "petitions.publish", subject=("petition", foreign.id), cause_id=foreign.cause_id
        )
        record_audit_event(who, "petitions.publish", **here, at=utcnow() - timedelta(days=3))
        for some in (4, 2):
            record_audit_event(who, "signatures.reject", **here, details={"signatures": some})
        record_audit_event(who, "exports.download", **here, details={"signatures": 1200})
        record_audit_event(
            WORKER,
            "mail.done",
            subject=("update", news.id),
            cause_id=news.cause_id,
            details={"letters": 8112},
        )
        record_audit_event(who, "signatures.see", **here)

    write(happen)
    told = happened_in(desk.get("/organize/").text)
    assert sorted(action for action, _sentence in told) == sorted(seen)
    numbers = {
        "petitions.publish": [],
        "mail.done": [8112],
        "signatures.reject": [6],
        "exports.download": [1200],
    }
    for action, sentence in told:
        assert ("Teo Brandt" in sentence) == (action != "mail.done")
        assert ("An answer came" if action == "mail.done" else "Bring them home") in sentence
        assert figures(sentence) == numbers[action]


def test_automatic_arrivals_are_shown_too(desk_of, cause_id):
    told = dict(happened_in(desk_of("owner", cause_id).get("/organize/").text))
    assert figures(told["signatures.held"]) == [1]
    # Including the record of someone who had signed already, as the tablet was told.
    assert 2 in figures(told["kiosks.sent"])
    assert "signatures.held" not in dict(
        happened_in(desk_of("editor", cause_id).get("/organize/").text)
    )


def test_digest_names_only_existing_actions():
    assert PERMISSION.keys() <= ACTIONS.keys()


@pytest.mark.parametrize(
    ("lang", "day", "hour"),
    [
        ("en", "Thursday, January 1", "22:30"),
        ("es", "Jueves 1 de enero", "22:30"),
        ("fr", "Jeudi 1er janvier", "22\N{NBSP}h\N{NBSP}30"),
    ],
)
def test_day_follows_the_time_zone_of_the_campaign(desk_of, monkeypatch, lang, day, hour):
    # In Toronto it is still the evening of New Year's Day.
    monkeypatch.setattr(
        "campaign.organize.overview.routes.utcnow", lambda: datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
    )
    desk = desk_of("owner", make_petition().cause_id, lang=lang)
    page = desk.get("/organize/").text
    assert f"<h1>{day}</h1>" in page
    assert hour in page


def test_counts_match_the_tally_and_the_chart_matches_its_table(desk_of):
    petition = make_petition()
    sign_and_hatch(petition)
    sign(petition, {**AMALIA, "email": "waits@rosales.example"})
    sign(petition, {**AMALIA, "email": "held@rosales.example"}, held_reason="no_proof")
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    page = desk_of("editor", petition.cause_id).get("/organize/?range=hours").text
    assert re.findall(r"<dd[^>]*>(\d+)</dd>", page) == ["1", "3", "1", "1", "0"]
    assert {
        tuple(sorted(figures(label)))
        for label in tree(page).xpath("//svg[@role='img']/@aria-label")
        if figures(label)
    } == {(1, 2)}
    assert [
        sum(map(int, column))
        for column in zip(*re.findall(r"</th><td>(\d+)</td><td>(\d+)</td></tr>", page), strict=True)
    ] == [1, 2]
    assert values(page, "data-phase") == ["open", "draft"]
    tabler = desk_of("tabler", petition.cause_id).get("/organize/").text
    assert not tree(tabler).find_class("figures") and not tree(tabler).find_class("chart")
    assert "/organize/numbers/" not in tabler


def test_open_petitions_come_first_and_the_list_has_the_rest(desk_of):
    first = make_petition(state="closed")
    for place in range(6):
        make_petition(f"ours-{place}", cause_id=first.cause_id)
    make_petition("draft", cause_id=first.cause_id, state="draft")
    page = desk_of("owner", first.cause_id).get("/organize/").text
    assert values(page, "data-phase") == ["open"] * 6
    assert figures(text_at(page, "//main//a[@class='go' and @href='/organize/petitions/']")) == [2]


def test_signature_counts_use_plural_and_singular(desk_of, monkeypatch):
    monkeypatch.setattr(
        "babel.support.Translations.ungettext",
        lambda _self, _one, _many, num: "one" if num == 1 else "many",
    )
    petition = make_petition()
    desk = desk_of("owner", petition.cause_id, lang="fr")
    for address, form in (("a@rosales.example", "one"), ("b@rosales.example", "many")):
        sign_and_hatch(petition, {**AMALIA, "given_name": address[0], "email": address})
        assert (
            text_at(desk.get("/organize/numbers/petitions/home"), "//div[@class='figure-hero']/dt")
            == form
        )


def test_person_who_may_create_a_cause_does_not_get_an_empty_page(desk_of):
    assert 'href="/organize/causes/new"' in desk_of("admin").get("/organize/").text
    cause = make_cause()
    for role, may_write in (("editor", True), ("tabler", False)):
        page = desk_of(role, cause.id).get("/organize/").text
        assert is_empty(page)
        assert (f'href="/organize/petitions/new?cause={cause.id}"' in page) == may_write


@pytest.mark.parametrize("year", [1, 9999])
def test_event_at_the_end_of_the_calendar_breaks_no_page(desk_of, year):
    starts = datetime(year, 12, 31, 10, 0) if year > 1 else datetime(year, 1, 1, 10, 0)
    event = make_event(hours=Hours(starts, starts + timedelta(hours=1), "America/Toronto"))
    desk = desk_of("owner", event.cause_id)
    assert desk.get("/organize/").status_code == 200
    assert desk.get("/organize/kiosks/").status_code == 200


def test_admin_without_a_cause_is_redirected_to_the_set_up(desk_of):
    page = desk_of().get("/organize/")
    assert tree(page).xpath("//*[@class='today']//a/@href") == ["/organize/setup/"]
    assert is_empty(page)

"""Tests of what waits at each level of a surge, and of what does not."""

import pytest

from campaign.edge.page_cache import PageCache
from campaign.extensions import db, write
from campaign.jobs.registry import background_work
from campaign.mail.models import ACCOUNT, BULK, PERSONAL, OutboxMessage
from campaign.mail.operations import enqueue_many
from campaign.montage.posters.operations import JOB as POSTER
from campaign.process.clock import utcnow
from campaign.surge.levels import MAX_INTERVAL_MS, SurgeLevel
from campaign.surge.state import (
    MAX_RETRY_SECONDS,
    MAX_SIGNINGS_AT_ONCE,
    MIN_RETRY_SECONDS,
)
from campaign.updates.jobs import send_digests
from tests.edge.pages import Page, ask
from tests.factories.causes import make_cause
from tests.factories.jobs import jobs_of, run_jobs
from tests.factories.kiosks import make_table, make_tablet, records
from tests.factories.signatures import AMALIA, JSON, confirm, post_signature, rows, sign
from tests.mail.mail_server import Script, mail_server
from tests.mail.messages import KIND
from tests.mail.workers import worker_to
from tests.page_parts import tree, values


@pytest.fixture
def valley(app):
    """A public cause."""
    return make_cause("valley")


def fill_signing_places(state):
    """Let as many people sign at this moment as may at the last level."""
    for _ in range(MAX_SIGNINGS_AT_ONCE):
        state.begin_signing()


def test_pulse_is_told_to_slow_down(state):
    page = Page()
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    ask(PageCache(page, state))
    assert page.requests[0]["volante.next_ms"] == MAX_INTERVAL_MS


def test_pages_get_older_and_young_again(state, edge_clock):
    page = Page(rule="public, max-age=5")
    cache = PageCache(page, state)
    ask(cache)
    state.set_shared(SurgeLevel.PAGES_OLDER)
    edge_clock.pass_by(19)
    ask(cache)
    assert len(page.requests) == 1
    state.set_shared(SurgeLevel.PULSE_SLOWS)
    ask(cache)
    assert len(page.requests) == 2


def test_no_page_gets_much_older(state, edge_clock):
    page = Page(rule="public, max-age=300")
    cache = PageCache(page, state)
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    ask(cache)
    edge_clock.pass_by(361)
    ask(cache)
    assert len(page.requests) == 2


SEARCH, SMALL, LARGE = (
    "/en/search?q=butterfly",
    "/causes/valley/poster.png?w=300",
    "/causes/valley/poster.pdf",
)


@pytest.mark.parametrize("path", [SEARCH, SMALL, LARGE])
def test_search_and_posters_wait(client, valley, state, path):
    state.set_shared(SurgeLevel.WORK_WAITS)
    waits = client.get(path)
    assert (waits.status_code, waits.headers["Retry-After"]) == (503, "60")
    assert tree(waits).xpath("//*[@data-waits]")
    json = client.get(path, headers=JSON)
    assert (json.status_code, json.json["retry_after"]) == (503, 60)
    assert jobs_of(POSTER) == []
    state.set_shared(SurgeLevel.PAGES_OLDER)
    assert client.get(path).status_code in (200, 202)


def test_poster_that_is_being_drawn_still_shows_its_progress(client, valley, state):
    assert client.get(LARGE).status_code == 202
    state.set_shared(SurgeLevel.WORK_WAITS)
    assert client.get(LARGE).status_code == 202


def test_unknown_page_suggests_nothing_while_search_waits(client, petition, state):
    state.set_shared(SurgeLevel.WORK_WAITS)
    assert client.get("/en/petitions/hom").status_code == 404


def test_worker_lets_posters_exports_and_mailings_wait(app, client, valley, state):
    kinds = background_work(app).kinds.values()
    assert {kind.name for kind in kinds if kind.waits_in_surge} == {
        "export",
        "letter_batch",
        "answer_telling",
        "event_message",
        "mailing",
        "poster",
    }
    assert client.get(LARGE).status_code == 202
    state.set_shared(SurgeLevel.WORK_WAITS)
    assert run_jobs(POSTER) == 0
    [job] = jobs_of(POSTER)
    assert (job.state, job.attempts) == ("waiting", 0)
    assert write(send_digests, now=utcnow()) == 0


@pytest.mark.parametrize(
    ("level", "leave"),
    [
        (SurgeLevel.PAGES_OLDER, {ACCOUNT, PERSONAL, BULK}),
        (SurgeLevel.WORK_WAITS, {ACCOUNT, PERSONAL}),
        (SurgeLevel.EMAILS_WAIT, {ACCOUNT}),
    ],
)
def test_emails_wait_by_priority(app, state, level, leave):
    for priority in (ACCOUNT, PERSONAL, BULK):
        enqueue_many([{"kind": KIND, "subject_id": 7, "lang": "en"}], priority=priority)
    db.session.commit()
    state.set_shared(level)
    with mail_server(Script()) as url, worker_to(url) as outbox:
        while outbox.deliver_due(now=utcnow()):
            pass
        assert priorities("sent") == leave
        state.set_shared(SurgeLevel.NONE)
        while outbox.deliver_due(now=utcnow()):
            pass
    assert priorities("sent") == {ACCOUNT, PERSONAL, BULK}


def priorities(mail_state):
    db.session.rollback()
    table = OutboxMessage.__table__
    query = db.select(table.c.priority).where(table.c.state == mail_state)
    return set(db.session.scalars(query))


@pytest.mark.parametrize("path", ["/en/petitions/home/thanks", "/embed/petitions/home/thanks"])
def test_thanks_page_says_that_emails_wait(client, petition, state, path):
    state.set_shared(SurgeLevel.WORK_WAITS)
    assert values(client.get(path), "data-emails") == []
    state.set_shared(SurgeLevel.EMAILS_WAIT)
    assert values(client.get(path), "data-emails") == ["waiting"]


def test_signing_goes_on_while_emails_wait(client, petition, state):
    state.set_shared(SurgeLevel.EMAILS_WAIT)
    fill_signing_places(state)
    assert post_signature(client, petition, AMALIA).status_code == 303
    assert len(rows()) == 1


TYPED = {**AMALIA, "comment": 'They said "no" <again>', "name_display": "full", "subscribe": "y"}


@pytest.mark.parametrize("embedded", [False, True])
def test_signing_asks_to_try_again_and_keeps_what_was_typed(client, petition, state, embedded):
    def send(form, **options):
        if not embedded:
            return post_signature(client, petition, form, **options)
        return client.post("/embed/petitions/home/signatures?theme=dark", data=form, **options)

    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    fill_signing_places(state)
    busy = send(TYPED)
    assert busy.status_code == 503
    assert MIN_RETRY_SECONDS <= int(busy.headers["Retry-After"]) <= MAX_RETRY_SECONDS
    assert "no-store" in busy.headers["Cache-Control"]
    page = tree(busy)
    typed = {field.get("name"): field.get("value") for field in page.xpath("//main//input")}
    assert typed == TYPED
    [action] = page.xpath("//main//form/@action")
    assert rows() == []
    state.end_signing()
    assert client.post(action, data=typed).status_code == 303
    assert [row.comment for row in rows()] == [TYPED["comment"]]


def test_script_that_signs_is_told_when_to_try_again(client, petition, state):
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    fill_signing_places(state)
    busy = post_signature(client, petition, AMALIA, headers=JSON)
    assert (busy.status_code, busy.json["status"]) == (503, "busy")
    assert int(busy.headers["Retry-After"]) >= MIN_RETRY_SECONDS
    assert rows() == []


def test_some_can_always_sign(client, petition, state):
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    for number in range(2 * MAX_SIGNINGS_AT_ONCE):
        form = {**AMALIA, "email": f"amalia{number}@rosales.example"}
        assert post_signature(client, petition, form).status_code == 303


def test_refused_forms_take_no_place(client, petition, state):
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    for _ in range(2 * MAX_SIGNINGS_AT_ONCE):
        assert post_signature(client, petition, {**AMALIA, "email": "wrong"}).status_code == 422


def test_confirming_goes_on(client, petition, state):
    signature_id = sign(petition)
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    fill_signing_places(state)
    confirm(signature_id)
    assert [row.state for row in rows()] == ["confirmed"]


def test_page_that_asks_to_try_again_needs_no_query(client, petition, state, statements):
    post_signature(client, petition, {**AMALIA, "email": "wrong"})
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    fill_signing_places(state)
    statements.clear()
    assert post_signature(client, petition, AMALIA).status_code == 503
    queries = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(queries) <= 1, "only the terms of the petition are read"


def test_tablet_keeps_its_signatures(client, state):
    event, _petition = make_table()
    tablet = make_tablet(client, event)
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    assert tablet.sync(tablet.seal()).status_code == 503
    assert records() == []
    state.set_shared(SurgeLevel.EMAILS_WAIT)
    assert tablet.sync(tablet.seal()).status_code == 200

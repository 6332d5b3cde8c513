"""Tests of the link through which a target answers: what it opens, and when it no longer does."""

import io

import pytest

from campaign.accounts.audit import entries
from campaign.answers.links import link_of_token, revoke_link, state_of_link
from campaign.answers.models import Answer, AnswerLink
from campaign.answers.operations import publish_answer
from campaign.extensions import db, write
from campaign.organize.core.access import max_bytes_for
from campaign.process.clock import utcnow
from tests.factories.answers import PDF, make_answer_link, with_files
from tests.factories.petitions import make_petition
from tests.organize.test_upload_limit import environ
from tests.page_parts import text_at, values, wrong_fields
from tests.together import together

TYPED = {"text": "We will *publish* it.", "outcome": "promised", "answered_by": "Elena Vela"}


@pytest.fixture
def petition(app):
    return make_petition()


@pytest.fixture
def link(petition):
    return make_answer_link(petition)


def received():
    db.session.rollback()
    return db.session.query(Answer).all()


def path_of(token, lang="en"):
    return f"/{lang}/answers/{token}"


def state_on(page):
    return values(page, "data-link")


def test_form_shows_petition_and_number_of_signatures(client, petition, link):
    page = client.get(path_of(link[1]))
    assert (page.status_code, state_on(page)) == (200, ["open"])
    assert values(page, "data-signatures") == ["0"]
    assert f"/en/petitions/{petition.slug}" in values(page, "href")
    assert "no-store" in page.headers["Cache-Control"]
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in page.headers


def test_reading_the_link_changes_nothing(client, link):
    for _ in range(2):
        client.get(path_of(link[1]))
        client.head(path_of(link[1]))
    assert not received()
    assert state_of_link(link_of_token(link[1])) == "open"


def test_answer_waits_and_uses_up_the_link(client, petition, link):
    sent = client.post(path_of(link[1]), data=TYPED)
    assert (sent.status_code, sent.location) == (303, path_of(link[1]))
    [answer] = received()
    assert (answer.state, answer.written_by_target) == ("waiting", True)
    assert answer.texts == {"en": TYPED["text"]}
    assert (answer.outcome, answer.answered_by) == ("promised", "Elena Vela")
    assert answer.target_id == petition.targets[0].id
    page = client.get(sent.location)
    assert state_on(page) == ["answered"]
    assert "Elena Vela" in text_at(page, "//section[@aria-labelledby='sent-title']")
    assert [entry.action for entry in entries()] == ["answers.receive"]
    assert client.post(path_of(link[1]), data=TYPED).status_code == 303
    assert len(received()) == 1
    assert values(client.get(f"/en/petitions/{petition.slug}"), "data-answer") == []


def test_language_of_the_link_is_that_of_the_form_and_the_answer(client, petition):
    _, token = make_answer_link(petition, lang="es")
    moved = client.get(path_of(token))
    assert moved.location == path_of(token, "es")
    assert values(client.get(moved.location), "lang")[0] == "es"
    client.post(path_of(token, "es"), data=TYPED)
    [answer] = received()
    assert (answer.original_lang, list(answer.texts)) == ("es", ["es"])


WRONG = [
    ({"text": "  "}, "text"),
    ({"text": "x" * 20_001}, "text"),
    ({"answered_by": "x" * 201}, "answered_by"),
    ({"outcome": "won"}, "outcome"),
    ({"document": (b"MZ", "letter.pdf")}, "document"),
    ({"document": (b"%PDF-1.4 cut", "letter.pdf")}, "document"),
]


@pytest.mark.parametrize(("typed", "field"), WRONG)
def test_wrong_field_is_marked_and_what_was_typed_stays(client, link, typed, field):
    typed = with_files(typed)
    page = client.post(path_of(link[1]), data={**TYPED, **typed})
    assert page.status_code == 422
    assert field in {*wrong_fields(page), *values(page, "id")}
    assert TYPED["answered_by"] in page.text or field == "answered_by"
    assert not received()
    assert state_of_link(link_of_token(link[1])) == "open"


def test_document_is_kept_and_served_only_once_published(client, link):
    files = {**TYPED, "document": (io.BytesIO(PDF), "letter.pdf")}
    assert client.post(path_of(link[1]), data=files).status_code == 303
    [answer] = received()
    path = f"/answers/{answer.id}/document-{answer.document.digest}.pdf"
    assert client.get(path).status_code == 404
    write(publish_answer, answer_id=answer.id, now=utcnow())
    served = client.get(path)
    assert served.data == PDF
    assert served.mimetype == "application/pdf"
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]


def test_ended_link_opens_no_form(client, link):
    write(revoke_link, link_id=link[0].id, now=utcnow())
    page = client.get(path_of(link[1]))
    assert (page.status_code, state_on(page)) == (410, ["revoked"])
    assert "<form" not in page.text.partition("answer-page")[2].partition("</main>")[0]
    client.post(path_of(link[1]), data=TYPED)
    assert not received()


def test_expired_link_opens_no_form(client, petition):
    _, token = make_answer_link(petition, days=-3)
    page = client.get(path_of(token))
    assert (page.status_code, state_on(page)) == (410, ["expired"])
    client.post(path_of(token), data=TYPED)
    assert not received()


def test_token_is_bound_to_its_link_and_day(client, petition, link):
    _, other = make_answer_link(petition, days=60)
    head, _, day = link[1].rpartition(".")
    forged = (
        "x",
        f"{head}.{int(day) + 30}",
        f"{other.partition('.')[0]}.{link[1].partition('.')[2]}",
    )
    for token in forged:
        assert client.get(path_of(token)).status_code == 404
        assert client.post(path_of(token), data=TYPED).status_code == 404
    assert not received()


def test_link_of_a_target_that_was_removed_is_gone(client, petition, link):
    def remove():
        db.session.delete(db.session.get(AnswerLink, link[0].id))

    write(remove)
    assert client.get(path_of(link[1])).status_code == 404


def test_foreign_page_cannot_send_an_answer(client, link):
    headers = {"Origin": "https://elsewhere.example"}
    assert client.post(path_of(link[1]), data=TYPED, headers=headers).status_code == 403
    assert not received()


def test_only_an_open_link_lets_a_document_be_sent(app, link):
    usual = app.config["MAX_CONTENT_LENGTH"]
    assert max_bytes_for(app, environ(path_of(link[1]))) > usual
    assert max_bytes_for(app, environ(path_of("x"))) == usual
    write(revoke_link, link_id=link[0].id, now=utcnow())
    assert max_bytes_for(app, environ(path_of(link[1]))) == usual


def test_two_presses_at_once_make_one_answer(app, petition, link):
    def press():
        return app.test_client().post(path_of(link[1]), data=TYPED).status_code

    assert together(app, [press] * 3) == [303] * 3
    assert len(received()) == 1

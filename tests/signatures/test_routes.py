"""Tests of signing over HTTP: accepted and refused requests."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from campaign.extensions import write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.signatures.fields import ADDRESS_FAULTS
from campaign.signatures.forms import MISSING
from campaign.signatures.signing import operations as signing_operations
from campaign.signatures.signing import views
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition, new_version, terms_of
from tests.factories.signatures import AMALIA, JSON, post_signature, queued_emails, rows
from tests.page_parts import tree

DAY = timedelta(days=1)


def test_signature_is_accepted_and_redirects_to_the_thanks_page(client, petition):
    answer = post_signature(
        client, petition, {**AMALIA, "comment": "Soon", "subscribe": "y"}, lang="es"
    )
    assert (answer.status_code, answer.location) == (303, "/es/petitions/home/thanks")
    assert client.get(answer.location).status_code == 200
    [signature] = rows()
    assert (signature.full_name, signature.lang, signature.comment) == (
        "Amalia Rosales",
        "es",
        "Soon",
    )
    assert (signature.subscribe, signature.name_display, signature.state) == (
        True,
        "counted",
        "pending",
    )
    assert queued_emails() == [("signature_confirmation", signature.id, "es")]


def test_ip_address_is_stored_as_a_fingerprint_only(client, petition):
    post_signature(client, petition, AMALIA, address="203.0.113.77")
    [signature] = rows()
    assert len(signature.address_digest) == 16
    assert b"203.0.113.77" not in signature.address_digest


def test_version_that_was_read_is_sent_with_the_form(client, petition):
    read = petition.current_version.id
    assert 'name="version" value="1"' in client.get("/en/petitions/home").text
    new_version(petition)
    post_signature(client, petition, {**AMALIA, "version": "1"})
    assert rows()[0].version_id == read
    assert 'name="version" value="2"' in client.get("/en/petitions/home").text


@pytest.mark.parametrize("version", ["", "7", "0", "-1", "abc", "1.5", "9" * 30, "9" * 5000])
def test_unknown_version_signs_the_newest(client, petition, version):
    newest = new_version(petition).id
    assert post_signature(client, petition, {**AMALIA, "version": version}).status_code == 303
    assert rows()[0].version_id == newest


def test_refused_form_keeps_its_input_and_shows_each_error_at_its_field(client, petition):
    form_data = {
        **AMALIA,
        "email": "amalia@rosales",
        "comment": "For my\nbrother",
        "name_display": "initials",
        "subscribe": "y",
    }
    answer = post_signature(client, petition, form_data)
    assert answer.status_code == 422
    assert rows() == []
    for text in (
        'value="Amalia"',
        'value="amalia@rosales"',
        ">\r\nFor my\nbrother</textarea>",
        'value="M5V 2T6"',
    ):
        assert text in answer.text
    assert '<option value="CA" selected>' in answer.text
    assert 'value="initials" checked' in answer.text
    assert 'id="email-error"' in answer.text
    assert 'href="#email"' in answer.text
    assert 'id="given_name-error"' not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_api_client_gets_the_errors_by_field(client, petition):
    answer = post_signature(client, petition, {"given_name": "", "email": "x"}, headers=JSON)
    assert answer.status_code == 422
    assert list(answer.json) == ["errors"]
    assert answer.json["errors"] == {
        "given_name": [str(MISSING["given_name"])],
        "email": [str(ADDRESS_FAULTS["no_at"])],
    }


def test_errors_of_own_questions_are_shown_at_them_and_answers_are_kept(client, app):
    label = {"en": "How far?", "es": "¿Qué tan lejos?"}
    scale = {
        "name": "scale",
        "type": "choice",
        "label": label,
        "choices": {"en": ["near", "far"], "es": ["cerca", "lejos"]},
        "required": True,
    }
    petition = make_petition(questions=[scale])
    page = client.get("/es/petitions/home").text
    assert "¿Qué tan lejos?" in page
    assert '<option value="far">lejos</option>' in page
    assert 'id="answers-scale-error"' in post_signature(client, petition, AMALIA).text
    post_signature(client, petition, {**AMALIA, "answers-scale": "far"})
    assert rows()[0].answers == {"scale": "far"}


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"state": "closed"}, 410),
        ({"closes_at": utcnow() - DAY}, 410),
        ({"opens_at": utcnow() + DAY}, 409),
    ],
)
@pytest.mark.parametrize("headers", [{}, JSON])
def test_petition_says_when_it_is_not_open(client, app, settings, status, headers):
    answer = post_signature(client, make_petition(**settings), AMALIA, headers=headers)
    assert answer.status_code == status
    assert rows() == []
    assert answer.text


@pytest.mark.parametrize(
    ("settings", "status", "error"),
    [
        ({"state": "closed"}, 410, {"status": "closed"}),
        (
            {"closes_at": datetime(2026, 1, 2, 3, tzinfo=UTC)},
            410,
            {"status": "closed", "closes_at": "2026-01-02T03:00:00+00:00"},
        ),
        (
            {"opens_at": datetime(2099, 1, 2, 3, tzinfo=UTC)},
            409,
            {"status": "not_yet_open", "opens_at": "2099-01-02T03:00:00+00:00"},
        ),
    ],
)
@pytest.mark.parametrize("form_data", [AMALIA, {}])
def test_api_client_is_told_why_a_petition_takes_no_signature(
    client, app, settings, status, error, form_data
):
    petition = make_petition(**settings)
    answer = post_signature(client, petition, form_data, headers=JSON)
    body = answer.json
    in_english, in_spanish = (
        body.pop("message"),
        post_signature(client, petition, form_data, lang="es", headers=JSON).json["message"],
    )
    assert (answer.status_code, body) == (status, error)
    assert in_english and in_spanish and in_english != in_spanish


def test_api_client_is_told_that_there_is_no_such_petition(client, app):
    answer = client.post("/en/petitions/nowhere/signatures", data=AMALIA, headers=JSON)
    assert (answer.status_code, answer.json["status"]) == (404, "unknown")
    assert answer.json["message"]


def test_petition_that_closes_while_someone_types_takes_no_more(client, petition, monkeypatch):
    read = terms_of(petition)
    monkeypatch.setattr(views, "recent_terms", lambda *_, **__: read)
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    assert post_signature(client, petition, AMALIA).status_code == 410
    assert rows() == []


@pytest.mark.parametrize(
    "slug", ["nowhere", "draft", "hidden", "x" * 3000, "a%00b", "%F0%9F%A6%8B", "..%2Fhome"]
)
def test_unknown_or_unpublished_petition_is_not_found(client, app, slug):
    make_petition("draft", state="draft")
    make_petition("hidden", cause_id=make_cause("hidden", state="draft").id)
    for method, path in (
        ("GET", f"/en/petitions/{slug}"),
        ("GET", f"/en/petitions/{slug}/thanks"),
        ("GET", f"/petitions/{slug}/proof"),
        ("POST", f"/en/petitions/{slug}/signatures"),
    ):
        assert (
            client.open(path, method=method, data=AMALIA if method == "POST" else None).status_code
            == 404
        ), path
    assert rows() == []


def test_honeypot_field_holds_the_signature_and_looks_the_same(client, petition):
    answer = post_signature(client, petition, {**AMALIA, "website": "https://pills.example"})
    assert (answer.status_code, answer.location) == (303, "/en/petitions/home/thanks")
    assert [(row.state, row.held_reason) for row in rows()] == [("held", "hidden_field")]
    assert len(queued_emails()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_page_of_another_site_cannot_sign(client, petition, headers):
    assert post_signature(client, petition, AMALIA, headers=headers).status_code == 403
    assert rows() == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_our_own_page_can_sign(client, petition, headers):
    assert post_signature(client, petition, AMALIA, headers=headers).status_code == 303


@pytest.mark.parametrize("headers", [{}, JSON])
def test_database_that_cannot_write_asks_to_try_again_and_keeps_the_input(
    client, petition, monkeypatch, headers
):
    def fail(*_):
        raise OperationalError("insert", None, Exception("database is locked"))

    monkeypatch.setattr(signing_operations, "write_together", fail)
    answer = post_signature(client, petition, AMALIA, headers=headers)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    if headers:
        assert answer.json["status"] == "busy"
    else:
        assert 'value="amalia@rosales.example"' in answer.text


@pytest.mark.parametrize("embedded", [False, True])
def test_database_that_is_away_asks_to_try_again_and_keeps_the_input(
    client, petition, monkeypatch, embedded
):
    def fail(*_, **__):
        raise OperationalError("select", None, Exception("no route to host"))

    path = "/embed/petitions/home/signatures" if embedded else "/en/petitions/home/signatures"
    typed = {**AMALIA, "comment": 'They said "no" <again>'}
    with monkeypatch.context() as away:
        away.setattr(views, "recent_terms", fail)
        away.setattr(views, "petition_context_by_slug", fail)
        answer = client.post(path, data=typed)
        script = client.post(path, data=typed, headers=JSON)
    assert answer.status_code == script.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert script.json["status"] == "busy"
    page = tree(answer)
    assert {field.get("name"): field.get("value") for field in page.xpath("//main//input")} == typed
    [action] = page.xpath("//main//form/@action")
    assert client.post(action, data=typed).status_code == 303
    assert [row.comment for row in rows()] == [typed["comment"]]


def test_reloading_a_refused_form_leads_back_to_the_petition(client, petition):
    answer = client.get("/es/petitions/home/signatures")
    assert (answer.status_code, answer.location) == (302, "/es/petitions/home#sign")

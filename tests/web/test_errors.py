"""Tests of error pages in the visitor's language, and of JSON errors for API clients."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import TooManyRequests

from campaign.db import failure_log as log_module
from campaign.db.failure_log import FailureLog
from campaign.errors import CampaignError
from campaign.signatures.signing.commands import PetitionClosed
from campaign.web import errors
from campaign.web.errors import DESIGNED

LANGUAGES = ("en", "es", "fr")
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def failure_log(monkeypatch):
    """An empty log of failures."""
    monkeypatch.setattr(errors, "failure_log", FailureLog(errors.log))


@pytest.fixture
def seconds(monkeypatch):
    """The clock of the log, which is stopped."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(log_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def heading(answer):
    return re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)[1]


@pytest.mark.parametrize("status", DESIGNED)
def test_each_error_has_its_page_in_every_language(probe, faults, status):
    headings = set()
    for lang in LANGUAGES:
        answer = probe.get(f"/{lang}/probe/x?status={status}")
        assert answer.status_code == status
        assert answer.mimetype == "text/html"
        assert f'<html lang="{lang}"' in answer.text
        assert f'href="/{lang}/' in answer.text, "the ways on lead to the same language"
        assert answer.headers["Cache-Control"] == "no-store"
        headings.add(heading(answer))
    assert len(headings) == len(LANGUAGES)


@pytest.mark.parametrize("status", DESIGNED)
def test_api_clients_get_each_error_as_json(probe, faults, status):
    answer = probe.get(f"/en/probe/x?status={status}", headers=JSON)
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    assert answer.json["error"] == status


def test_browsers_that_accept_anything_get_the_page(probe, faults):
    for accepted in (
        "*/*",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "text/html, application/json;q=0.9",
        "",
    ):
        assert (
            probe.get("/en/probe/x?status=404", headers={"Accept": accepted}).mimetype
            == "text/html"
        )


@pytest.mark.parametrize(
    ("status", "like"), [(400, 404), (401, 404), (409, 404), (418, 404), (501, 500), (502, 500)]
)
def test_error_without_a_page_gets_the_nearest(probe, faults, status, like):
    odd, known = (probe.get(f"/en/probe/x?status={code}") for code in (status, like))
    assert odd.status_code == status
    assert heading(odd) == heading(known)


def test_unknown_address_uses_the_language_in_its_path(probe):
    answer = probe.get("/fr/nulle/part", headers={"Accept-Language": "es"})
    assert answer.status_code == 404
    assert '<html lang="fr"' in answer.text


def test_unknown_address_without_a_language_uses_the_visitors(probe):
    answer = probe.get("/nowhere", headers={"Accept-Language": "es-MX, en;q=0.5"})
    assert answer.status_code == 404
    assert '<html lang="es"' in answer.text


@pytest.mark.parametrize("path", ["/de/", "/de/privacy", "/xx/petitions/home", "/probe/"])
def test_unknown_language_code_is_not_found(probe, path):
    assert probe.get(path).status_code == 404


def test_forbidden_method_lists_the_allowed_ones(probe):
    answer = probe.post("/en/privacy")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_too_large_request_is_413(probe):
    answer = probe.post("/es/petitions/home/signatures", data={"comment": "x" * 300_000})
    assert answer.status_code == 413
    assert '<html lang="es"' in answer.text


def test_waiting_time_is_in_the_header_and_on_the_page(probe, faults):
    faults.next = TooManyRequests(retry_after=42)
    answer = probe.get("/en/probe/x")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "42"
    assert re.search(
        r"\b42\b", re.sub(r"<[^>]*>", "", answer.text.partition("<main")[2].partition("</main>")[0])
    )
    assert probe.get("/en/probe/x", headers=JSON).json["retry_after"] == 42


def test_named_error_of_the_application_has_its_status(probe, faults):
    faults.next = PetitionClosed("home")
    assert probe.get("/en/probe/x").status_code == 410
    faults.next = CampaignError("no")
    assert probe.get("/en/probe/x").status_code == 400


def test_unavailable_or_full_database_asks_to_come_back(probe, faults, caplog):
    faults.next = OperationalError(
        "insert into signature",
        {"email": "amalia@rosales.example"},
        Exception("disk is full"),
        hide_parameters=True,
    )
    answer = probe.get("/es/probe/x")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert '<html lang="es"' in answer.text
    assert "disk is full" not in answer.text
    assert "disk is full" in caplog.text


@pytest.mark.parametrize("host", ["a" * 300, "[::1"])
def test_invalid_host_is_refused_quietly(probe, host, caplog):
    assert probe.get("/en/", headers={"Host": host}).status_code < 500
    assert probe.post("/en/probe/x", headers={"Host": host}).status_code < 500
    assert not caplog.text


@pytest.mark.parametrize(
    "trouble",
    [PoolTimeout("no connection is free"), InterfaceError("select 1", {}, Exception("closed"))],
)
def test_database_without_a_free_connection_asks_to_come_back_too(probe, faults, trouble):
    faults.next = trouble
    assert probe.get("/en/probe/x").status_code == 503


def test_error_while_handling_another_error_has_its_reference_too(probe, caplog, monkeypatch):
    def fail():
        raise ValueError("a secret of the house")

    monkeypatch.setattr(errors, "redirect_to_language", fail)
    answer = probe.get("/en/nowhere/this-is-a-token")
    assert answer.status_code == 500
    assert f"reference {re.search(r'>([0-9a-f]{8})<', answer.text)[1]}" in caplog.text
    assert "this-is-a-token" not in caplog.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unexpected_error_shows_a_reference_that_is_in_the_log(probe, faults, caplog, lang):
    faults.next = ValueError("a secret of the house")
    answer = probe.get(f"/{lang}/probe/1.this-is-a-token")
    assert answer.status_code == 500
    assert f'<html lang="{lang}"' in answer.text
    reference = re.search(r">([0-9a-f]{8})<", answer.text)[1]
    assert f"reference {reference} at GET /<lang>/probe/<token>" in caplog.text
    assert "a secret of the house" in caplog.text
    for word in ("Traceback", "ValueError", "a secret of the house", "conftest"):
        assert word not in answer.text
    assert "this-is-a-token" not in caplog.text


def test_api_client_gets_the_reference_too(probe, faults, caplog):
    faults.next = ValueError("a secret of the house")
    body = probe.get("/probe.json", headers=JSON)
    assert body.status_code == 500
    assert body.json.keys() == {"error", "reference"}
    assert body.json["reference"] in caplog.text


def test_errors_of_two_kinds_have_two_references(probe, faults):
    references = set()
    for faults.next in (ValueError(), KeyError()):
        references.add(probe.get("/probe.json", headers=JSON).json["reference"])
    assert len(references) == 2


def test_outage_is_one_entry_a_second_under_a_reference_that_all_visitors_get(
    probe, faults, caplog, seconds
):
    faults.next = OperationalError("select 1", {}, Exception("the server is away\nCONTEXT: a row"))
    references = {probe.get("/probe.json", headers=JSON).json["reference"] for _ in range(50)}
    assert len(references) == len(caplog.records) == 1
    assert caplog.text.count("\n") == 1
    assert references.pop() in caplog.text
    seconds.now += 1
    probe.get("/probe.json", headers=JSON)
    assert len(caplog.records) == 2
    assert "49 more" in caplog.text


def test_plain_text_remains_when_even_the_error_page_fails(probe, faults, caplog, monkeypatch):
    def break_too(*_, **__):
        raise RuntimeError("no templates today")

    monkeypatch.setattr(errors, "render_template", break_too)
    faults.next = ValueError("a secret of the house")
    answer = probe.get("/en/probe/x")
    assert answer.status_code == 500
    assert answer.mimetype == "text/plain"
    references = re.findall(r"[0-9a-f]{8}", answer.text)
    assert len(references) == 2
    assert all(f"reference {reference}" in caplog.text for reference in references)


def test_next_visitor_after_an_error_is_served(probe, faults):
    faults.next = ValueError()
    probe.get("/en/probe/x")
    faults.next = None
    assert probe.get("/en/probe/x").text == "well"

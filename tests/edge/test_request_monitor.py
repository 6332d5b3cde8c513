"""Tests of the ids of requests."""

import pytest

from campaign.edge.client_address import ClientAddress
from campaign.edge.request_monitor import RequestMonitor

UUID = "0b4f7c1e-9a55-4f0e-8d3b-1f7c2a9e5d10"
TRUSTED = ("10.0.0.0/8",)


def id_of(sent=UUID, *, remote="10.0.0.1", trusted=TRUSTED):
    """Return the id of a request that a proxy at the address `remote` has passed on."""
    answers = []

    def app(environ, start_response):
        start_response("200 OK", [])
        return []

    environ = {
        "REMOTE_ADDR": remote,
        "HTTP_X_REQUEST_ID": sent,
        "HTTP_VOLANTE_FROM_TRUSTED_PROXY": "1",
    }
    ClientAddress(RequestMonitor(app), trusted)(
        environ, lambda status, headers, _: answers.append(headers)
    )
    return dict(answers[0])["X-Request-ID"]


def test_each_request_has_its_own_id(client):
    sent = {"X-Request-ID": UUID}
    ids = {client.get("/healthz", headers=sent).headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5
    assert UUID not in ids


def test_only_a_trusted_proxys_id_is_used():
    assert id_of() == UUID
    assert id_of(remote="203.0.113.7") != UUID
    assert id_of(trusted=()) != UUID


@pytest.mark.parametrize("sent", ["", "short", UUID * 3, "amalia-rosales-lives-here", f"{UUID} x"])
def test_id_that_could_say_something_else_is_replaced(sent):
    assert id_of(sent) != sent


def test_answers_without_a_view_have_an_id_too(client):
    assert client.get("/en/nowhere").headers["X-Request-ID"]
    assert client.get("/", headers={"Host": "other.example"}).headers["X-Request-ID"]


def test_page_from_memory_has_one_id_and_a_new_one(client):
    answers = [client.get("/en/privacy") for _ in range(3)]
    ids = [answer.headers.getlist("X-Request-ID") for answer in answers]
    assert [len(each) for each in ids] == [1, 1, 1]
    assert len({each[0] for each in ids}) == 3

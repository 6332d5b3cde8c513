"""Tests that only the host names of this site are answered."""

import pytest
from werkzeug.test import Client

from campaign.edge.known_hosts import KnownHosts


@pytest.fixture
def request_host():
    def app(environ, start_response):
        start_response("200 OK", [])
        return [b"page"]

    client = Client(KnownHosts(app, "https://sign.example.org", ("www.example.org",)))
    return lambda host, path="/organize": client.get(path, headers={"Host": host})


@pytest.mark.parametrize(
    "host",
    [
        "sign.example.org",
        "SIGN.example.org:443",
        "www.example.org",
        "127.0.0.1:8000",
        "localhost",
        "[::1]:8000",
    ],
)
def test_names_of_this_site_are_answered(request_host, host):
    assert request_host(host).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("sign.example.org.evil.example", 421),
        ("sign.example.org,evil.example", 400),
        ("", 400),
        ("a b", 400),
        ("x@sign.example.org", 400),
    ],
)
def test_other_names_get_no_page_and_are_not_repeated(request_host, host, status):
    answer = request_host(host)
    assert answer.status_code == status
    assert "evil" not in answer.text + str(answer.headers)


def test_machine_endpoints_answer_any_host_name(request_host):
    assert request_host("10.0.0.7:8000", "/healthz").status_code == 200

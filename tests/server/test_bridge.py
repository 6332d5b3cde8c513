"""Tests of the server with real connections."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.server import echo as app
from tests.server.conftest import read

FORM = b"name=Amalia&city=Canc%C3%BAn"
REQUESTS = {
    "get": b"GET /en/petitions/a?q=1&r=%20x HTTP/1.1\r\nHost: a.example:8000\r\nAccept: text/html\r\n\r\n",
    "head": b"HEAD /x HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "encoded path": b"GET /caf%C3%A9%2Fb%20c/%7Ed?p=caf%C3%A9 HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "twice": b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n",
    "form": b"POST /form HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 28\r\n\r\n"
    + FORM,
    "empty post": b"POST /form HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "absolute": b"GET http://b.example/x?y=1 HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "expect": b"POST / HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 28\r\n\r\n"
    + FORM,
}


def response_of(asker, request):
    head, body = asker.ask(request)
    return head.split("\r\n")[0], json.loads(body.rpartition(b"\r\n\r\n")[2] or b"{}")


@pytest.mark.slow
@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_environ_equals_granians_own_wsgi(echo, plain, request_bytes):
    status, ours = response_of(echo, request_bytes)
    plain_status, theirs = response_of(plain, request_bytes)
    # Granian's also holds the environment of the process, with every secret in it.
    theirs = {key: value for key, value in theirs.items() if key in ours or key.startswith("HTTP_")}
    assert status == plain_status
    assert {**theirs, "SERVER_PORT": ""} == {**ours, "SERVER_PORT": ""}


def test_header_with_underscore_is_left_out(echo):
    _, seen = response_of(
        echo,
        b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
    )
    assert seen["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"


def test_two_hosts_reach_the_application_as_one_that_no_site_has(echo):
    _, seen = response_of(echo, b"GET / HTTP/1.1\r\nHost: a.example\r\nHost: evil.example\r\n\r\n")
    assert seen["HTTP_HOST"] == "a.example,evil.example"


def test_chunked_body_arrives_whole(echo):
    _, seen = response_of(
        echo,
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    )
    assert (seen["body"], seen["CONTENT_LENGTH"]) == ("abcde", "5")


def test_application_answers_a_too_long_request_without_its_body(echo):
    head, _ = echo.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n")
    assert head.startswith(
        "HTTP/1.1 500"
    )  # RequestEntityTooLarge, which this application does not catch.
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    head, _ = echo.ask(
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 3
    )
    assert head.startswith("HTTP/1.1 500")


def test_longer_body_is_read_only_from_permitted_senders(echo):
    sent = (
        b"POST / HTTP/1.1\r\nHost: a\r\nCookie: known\r\nContent-Length: 20000\r\n\r\n"
        + b"x" * 20_000
    )
    head, _ = echo.ask(sent)
    assert head.startswith("HTTP/1.1 500")  # Read, then refused by the application.


def test_slow_bodies_use_no_thread(echo):
    slow = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\na"
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
    with ExitStack() as stack:
        for _ in range(25):
            stack.enter_context(echo.open(slow))
            stack.enter_context(echo.open(chunked))
        status, _ = response_of(echo, REQUESTS["form"])
    assert status == "HTTP/1.1 200 OK"


@pytest.mark.slow
@pytest.mark.parametrize(
    "head", [b"Content-Length: 4000\r\n\r\na", b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"]
)
def test_slow_body_is_refused_and_its_connection_closed(quick, head):
    with quick.open(b"POST / HTTP/1.1\r\nHost: a\r\n" + head) as connection:
        answer, _ = read(connection)
    assert answer.startswith("HTTP/1.1 408")


def test_failing_application_answers_500(echo):
    head, _ = echo.ask(b"GET /fails HTTP/1.1\r\nHost: a\r\n\r\n")
    assert head.startswith("HTTP/1.1 500")


def test_file_and_long_responses_arrive_whole(echo):
    _, body = echo.ask(b"GET /file HTTP/1.0\r\nHost: a\r\n\r\n")
    assert body == Path(app.__file__).read_bytes()
    _, body = echo.ask(b"GET /pieces HTTP/1.0\r\nHost: a\r\n\r\n")
    assert len(body) == app.LONG_ANSWER


@pytest.mark.slow
def test_disconnected_reader_frees_the_thread(quick):
    for _ in range(6):
        quick.open(b"GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n").close()
    status, _ = response_of(quick, REQUESTS["get"])
    assert status == "HTTP/1.1 200 OK"


def test_too_long_header_is_refused(echo):
    head, _ = echo.ask(b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n")
    assert head.startswith("HTTP/1.1 431")


def test_fast_path_answers_without_the_application(fast):
    head, body = fast.ask(b"GET /fast HTTP/1.1\r\nHost: a.example\r\n\r\n")
    assert (head.split()[1], body) == ("200", b"fast")
    head, body = fast.ask(b"GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n")
    assert json.loads(body)["PATH_INFO"] == "/slow"

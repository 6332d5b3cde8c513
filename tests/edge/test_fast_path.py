"""Tests of answers from memory before WSGI: they are those of the layers, or there are none."""

from types import SimpleNamespace

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from campaign.edge import fast_path as module
from campaign.edge.fast_path import FastPath
from campaign.edge.known_hosts import KnownHosts
from campaign.edge.page_cache import PageCache
from tests.edge.pages import Page, ask

HOST = "campaign.example"


class Headers:
    """Headers as the server gives them: lower-case names, and the same name more than once."""

    def __init__(self, pairs):
        self._pairs = pairs

    def items(self):
        return self._pairs


def scope(path="/en/", query="", *, method="GET", more=(), **headers):
    named = {"host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return SimpleNamespace(
        method=method, path=path, query_string=query, headers=Headers([*named.items(), *more])
    )


class Site:
    """A page behind the layers, and the fast path in front of them."""

    def __init__(self, page=None):
        self.page = page or Page()
        self.pages = PageCache(self.page)
        hosts = KnownHosts(self.pages, f"https://{HOST}")
        self.app, self.fast = hosts, FastPath(self.pages, hosts)

    def remember(self, path="/en/"):
        ask(self.app, path, Host=HOST)
        return self


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"accept_encoding": "br, gzip"},
        {"accept_encoding": "gzip"},
        {"accept_encoding": "identity"},
        {"if_none_match": "*"},
        {"if_none_match": '"another"'},
        {"range": "bytes=0-9"},
    ],
)
@pytest.mark.parametrize("query", ["", "utm_source=mail"])
def test_answer_is_that_of_the_layers(clock, sent, query):
    site = Site().remember()
    clock.pass_by(0.5)
    status, headers, body = site.fast(scope(query=query, **sent))
    environ = create_environ(
        f"/en/?{query}",
        headers={"Host": HOST, **{name.replace("_", "-"): sent[name] for name in sent}},
    )
    chunks, expected_status, expected_headers = run_wsgi_app(site.app, environ)
    assert f"{status} " == expected_status[:4]
    assert headers == expected_headers.to_wsgi_list()
    assert body == b"".join(chunks)
    assert len(site.page.requests) == 1


@pytest.mark.parametrize(
    "asked",
    [
        scope("/en/other"),
        scope(query="page=2"),
        scope(method="HEAD"),
        scope(method="POST"),
        scope(host="other.example"),
        scope(host=""),
        scope(more=[("host", HOST)]),
        scope(content_length="3"),
        scope(transfer_encoding="chunked"),
        scope(accept_encoding="br", more=[("accept-encoding", "gzip")]),
    ],
)
def test_other_requests_are_left_to_the_layers(asked):
    assert Site().remember().fast(asked) is None


def test_old_page_is_left_to_the_layers(clock):
    site = Site().remember()
    clock.pass_by(1.5)
    assert site.fast(scope()) is None


def test_request_to_the_api_is_left_to_its_rate_limit():
    site = Site().remember("/api/v1/petitions")
    assert site.fast(scope("/api/v1/petitions")) is None


def test_path_with_other_characters_is_left_to_the_layers():
    site = Site().remember("/en/caf%C3%A9")
    assert site.fast(scope("/en/café")) is None


def test_host_in_capitals_is_known():
    assert Site().remember().fast(scope(host=HOST.upper()))


def test_answer_is_measured(monkeypatch):
    noted = []
    monkeypatch.setattr(module, "note_request", lambda *measured: noted.append(measured[:2]))
    site = Site().remember()
    site.fast(scope())
    site.fast(scope(if_none_match="*"))
    assert noted == [(module.NO_VIEW, "2"), (module.NO_VIEW, "3")]

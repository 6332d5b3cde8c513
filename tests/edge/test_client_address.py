"""Tests of the client's IP address, whatever headers claim."""

import pytest

from campaign.edge.client_address import ClientAddress

PROXIES = ("10.0.0.0/8", "192.0.2.7", "2001:db8:aa::/48")


def seen_by_the_app(remote, *, trusted=PROXIES, forwarded=None, scheme=None):
    """Return (address, scheme) that the application sees for the socket address `remote`."""
    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http"}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    if scheme is not None:
        environ["HTTP_X_FORWARDED_PROTO"] = scheme
    seen = []
    ClientAddress(lambda environ, _: seen.append(environ), trusted)(environ, None)
    return seen[0]["REMOTE_ADDR"], seen[0]["wsgi.url_scheme"]


def address(remote, forwarded, **options):
    return seen_by_the_app(remote, forwarded=forwarded, **options)[0]


def test_stranger_cannot_claim_another_address_or_scheme():
    claimed = seen_by_the_app("203.0.113.9", forwarded="198.51.100.1", scheme="https")
    assert claimed == ("203.0.113.9", "http")


def test_without_trusted_proxies_no_header_is_believed():
    assert address("127.0.0.1", "198.51.100.1", trusted=()) == "127.0.0.1"


def test_trusted_proxy_sets_the_address_and_scheme():
    environ = seen_by_the_app("10.0.0.1", forwarded="198.51.100.1", scheme="https")
    assert environ == ("198.51.100.1", "https")


def test_headers_that_the_client_sent_to_the_proxy_are_ignored():
    assert address("10.0.0.1", "1.1.1.1, 198.51.100.1") == "198.51.100.1"


def test_chain_of_trusted_proxies_is_followed_to_the_first_stranger():
    assert address("10.0.0.1", "1.1.1.1, 198.51.100.1, 192.0.2.7, 10.9.9.9") == "198.51.100.1"


def test_request_of_a_proxy_itself_comes_from_the_farthest_proxy():
    assert address("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "unknown",
        "<script>",
        "a, ,",
        "999.1.1.1",
        "127.1",
        "198.51.100.1:",
        ":80",
        "[]:80",
        "[198.51.100.1",
        "2001:db8::1]:80",
        "198.51.100.1:80:80",
        "[unknown]:80",
        "999.1.1.1:80",
    ],
)
def test_garbage_gives_no_address(words):
    assert address("10.0.0.1", words) == "10.0.0.1"


@pytest.mark.parametrize(
    ("words", "client"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:DB8:0::1]", "2001:db8::1"),
        ("[::ffff:198.51.100.1]:4711", "198.51.100.1"),
        ("1.1.1.1:1, 198.51.100.1:65535, 10.0.0.2:80", "198.51.100.1"),
        ("2001:db8::1:4711", "2001:db8::1:4711"),
    ],
)
def test_port_after_an_address_is_ignored(words, client):
    assert address("10.0.0.1", words) == client


def test_garbage_before_a_proxys_entry_does_no_harm():
    assert address("10.0.0.1", "garbage, 198.51.100.1") == "198.51.100.1"


def test_garbage_behind_a_trusted_hop_stops_there():
    assert address("10.0.0.1", "198.51.100.1, garbage, 10.0.0.2") == "10.0.0.2"


def test_ipv6_proxies_and_clients_are_understood():
    assert address("2001:db8:aa::1", "2001:DB8:0:0::5") == "2001:db8::5"


def test_ipv4_proxy_is_recognized_on_a_dual_stack_socket():
    assert address("::ffff:10.0.0.1", "::ffff:198.51.100.1") == "198.51.100.1"


def test_missing_socket_address_is_not_trusted():
    assert address("", "198.51.100.1") == ""


@pytest.mark.parametrize("scheme", ["gopher", "", "https, http"])
def test_only_http_and_https_are_accepted_as_scheme(scheme):
    assert seen_by_the_app("10.0.0.1", scheme=scheme)[1] == "http"

"""Tests of rate limits and rushes: what is required then, and from whom."""

import base64

import pytest
from werkzeug.test import Client

from campaign.edge.client_address import ClientAddress
from campaign.security.rate_limit_storage import limit_storage
from campaign.signatures.signing import abuse_limits as module
from tests.factories.signatures import JSON, ODILE, link, post_signature, rows
from tests.signatures.test_proof_of_work import solved

SHARED_NETWORK, ELSEWHERE = "203.0.113.7", "198.51.100.9"
PROXY = "10.0.0.1"
PROOF = "/petitions/home/proof"


@pytest.fixture
def press(app, monkeypatch):
    """Reset the counters with the given limits, and make the proof of work easy."""
    monkeypatch.setattr(module, "MAX_PROOF_NUMBER", 200)

    def start(sign_limit="1000 per minute", per_minute=1000):
        monkeypatch.setitem(app.config, "SIGN_LIMIT", sign_limit)
        monkeypatch.setitem(app.config, "PRESSURE_PER_MINUTE", per_minute)
        limit_storage(app.config).reset()

    return start


def person(place):
    return {**ODILE, "email": f"odile{place}@kwan.example"}


def sign_from(client, petition, place, address=SHARED_NETWORK, **options):
    return post_signature(
        client, petition, {**person(place), **options.pop("more", {})}, address=address, **options
    )


def reasons():
    return [(row.state, row.held_reason) for row in rows()]


def test_page_asks_for_a_pause_beyond_the_limit_of_one_address(client, petition, press):
    press("3 per minute")
    answers = [sign_from(client, petition, place) for place in range(5)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    assert "<header" in answers[3].text
    assert 'class="failure-options' in answers[3].text
    assert len(rows()) == 3


def test_api_client_is_told_to_pause_too(client, petition, press):
    press("1 per minute")
    sign_from(client, petition, 1)
    answer = sign_from(client, petition, 2, headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (429, 429)
    assert str(answer.json["retry_after"]) == answer.headers["Retry-After"]


def test_another_address_is_not_limited(client, petition, press):
    press("1 per minute")
    assert [sign_from(client, petition, place).status_code for place in (1, 2)] == [303, 429]
    assert sign_from(client, petition, 3, ELSEWHERE).status_code == 303


def test_ipv6_household_is_one_place(client, petition, press):
    press("1 per minute")
    addresses = (
        "2001:db8:1:2::a",
        "2001:db8:1:2:ffff::b",
        "2001:db8:1:3::a",
        "::ffff:203.0.113.7",
        SHARED_NETWORK,
    )
    answers = [
        sign_from(client, petition, place, address).status_code
        for place, address in enumerate(addresses)
    ]
    assert answers == [303, 429, 303, 303, 429]


def test_local_machine_is_not_limited(client, petition, press):
    press("1 per minute", per_minute=1)
    for place, address in enumerate(("127.0.0.1", "::1", "127.0.0.2", "")):
        assert sign_from(client, petition, place, address).status_code == 303
    assert {row.address_digest for row in rows()} == {None}


def test_confirming_and_viewing_are_never_limited(client, petition, press):
    press("1 per minute")
    sign_from(client, petition, 1)
    sign_from(client, petition, 2)
    path = link("confirm", rows()[0].id)
    for method in ("GET", "POST"):
        assert client.open(
            path, method=method, environ_overrides={"REMOTE_ADDR": SHARED_NETWORK}
        ).status_code in (200, 303)


def test_forwarded_header_of_a_client_is_ignored(client, petition, press):
    press("1 per minute")
    forged = [{"X-Forwarded-For": f"192.0.2.{place}"} for place in range(3)]
    answers = [
        sign_from(client, petition, place, headers=headers) for place, headers in enumerate(forged)
    ]
    assert [answer.status_code for answer in answers] == [303, 429, 429]


@pytest.fixture
def behind_proxy(app):
    """A client of the application behind a trusted proxy."""
    return Client(ClientAddress(app.wsgi_app, ["10.0.0.0/8"]))


def test_forwarded_header_of_a_trusted_proxy_counts(behind_proxy, petition, press):
    press("1 per minute")
    seen = [
        SHARED_NETWORK,
        ELSEWHERE,
        f"1.2.3.4, {SHARED_NETWORK}",
        f"{ELSEWHERE}, 10.9.9.9",
        "nonsense",
    ]
    answers = [
        sign_from(
            behind_proxy, petition, place, PROXY, headers={"X-Forwarded-For": hops}
        ).status_code
        for place, hops in enumerate(seen)
    ]
    assert answers == [303, 303, 429, 429, 303]


def test_untrusted_client_cannot_pose_as_the_proxy(behind_proxy, petition, press):
    press("1 per minute")
    hops = [{"X-Forwarded-For": PROXY}, {"X-Forwarded-For": ELSEWHERE}]
    answers = [
        sign_from(behind_proxy, petition, place, headers=item).status_code
        for place, item in enumerate(hops)
    ]
    assert answers == [303, 429]


def test_quiet_petition_requires_no_proof_of_work(client, petition, press):
    press(per_minute=5)
    answer = client.get(PROOF)
    assert (answer.status_code, answer.data) == (204, b"")
    assert sign_from(client, petition, 1).status_code == 303
    assert reasons() == [("pending", "")]


@pytest.fixture
def rush(client, petition, press):
    """A petition under pressure: two signed within a minute, where one is usual."""
    press(per_minute=1)
    for place in ("a", "b"):
        sign_from(client, petition, place)
    return petition


def test_signature_without_proof_in_a_rush_is_held_with_the_same_answer(client, rush):
    calm = client.get("/en/petitions/home/thanks").status_code
    answer = sign_from(client, rush, 1)
    assert (answer.status_code, answer.location, calm) == (303, "/en/petitions/home/thanks", 200)
    assert reasons() == [("pending", ""), ("held", "no_proof"), ("held", "no_proof")]


def test_signature_with_proof_passes_in_a_rush(client, rush):
    task = client.get(PROOF)
    assert task.headers["Cache-Control"] == "no-store"
    sign_from(client, rush, 1, ELSEWHERE, more={"altcha": solved(task.json)})
    assert reasons()[-1] == ("pending", "")


def test_one_proof_is_good_for_one_signature(client, rush):
    proof = {"altcha": solved(client.get(PROOF).json)}
    for place in (1, 2):
        sign_from(client, rush, place, more=proof)
    assert reasons()[-2:] == [("pending", ""), ("held", "no_proof")]


def test_proof_is_not_lost_when_the_form_has_errors(client, rush):
    proof = {"altcha": solved(client.get(PROOF).json)}
    assert sign_from(client, rush, 1, more={**proof, "country": "ZZ"}).status_code == 422
    sign_from(client, rush, 1, more=proof)
    assert reasons()[-1] == ("pending", "")


def test_another_petition_stays_quiet(client, rush, press):
    assert client.get(PROOF).status_code == 200
    assert client.get("/petitions/elsewhere/proof").status_code == 404


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    "junk",
    [
        "",
        "x",
        "e30=",
        "null",
        "[]",
        base64.b64encode(b"[1]").decode(),
        base64.b64encode(b'{"algorithm":1}').decode(),
        "\x00",
        "é" * 999,
    ],
)
def test_junk_is_no_proof(client, rush, junk):
    assert sign_from(client, rush, 1, more={"altcha": junk}).status_code == 303
    assert reasons()[-1] == ("held", "no_proof")


@pytest.mark.parametrize(
    "payload",
    [
        "null",
        "[]",
        "7",
        '"x"',
        "{}",
        '{"algorithm": "SHA-256", "challenge": "a", "number": 1, "salt": 7, "signature": "b"}',
        '{"salt": null}',
    ],
)
def test_malformed_proof_is_held_like_none(client, petition, press, payload):
    press(per_minute=0)
    altcha = base64.b64encode(payload.encode()).decode()
    answer = sign_from(client, petition, 1, more={"altcha": altcha})
    assert (answer.status_code, [row.state for row in rows()]) == (303, ["held"])

"""Tests of bodies that no tablet of ours sends.

They are refused clearly, kept if they may be a signature, and never cause a crash.
"""

import json
import logging

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from limits import RateLimitItemPerMinute

from campaign.kiosk import codes
from tests.factories.kiosks import AMALIA, envelope, make_tablet, records, seal, signature
from tests.factories.signatures import rows


def post(tablet, body, path="/kiosk/sync"):
    answer = tablet.client.post(
        path, data=body, headers=tablet.headers, content_type="application/json"
    )
    return answer.status_code, (answer.json or {}).get("error")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'"records"',
        b"\xff\xfe",
        b'{"records": 7}',
        b'{"records": {"id": 1}}',
        b"[" * 40_000,
        b'{"records": ' + b"9" * 5000 + b"}",
        json.dumps({"records": []}).encode()[:-1],
    ],
)
def test_body_that_is_no_sync_is_malformed(tablet, body):
    assert post(tablet, body) == (400, "malformed")
    assert post(tablet, body, "/kiosk/numbers")[0] == 400
    assert records() == []


def test_ten_megabytes_or_too_many_records_are_too_large(tablet):
    assert post(tablet, b'{"records": "' + b"x" * 10_000_000 + b'"}') == (413, "too_large")
    assert post(tablet, json.dumps({"records": [{}] * 51})) == (413, "too_large")
    assert post(tablet, json.dumps({"ids": ["x"] * 501}), "/kiosk/numbers") == (413, "too_large")


def test_body_larger_than_the_form_limit_is_accepted(tablet):
    big = tablet.seal(drawn="M" + "1,2" * 6000, fields=AMALIA)
    body = json.dumps({**envelope([big]), "padding": "x" * 600_000})
    assert post(tablet, body) == (200, None)
    assert len(rows()) == 1


def test_unreadable_record_does_not_affect_the_others_receipts(tablet):
    good, large = tablet.seal(), tablet.seal()
    large["sealed"] = "A" * 90_000
    odd = [
        7,
        None,
        {},
        {"id": "x", "sequence": 1},
        {**good, "id": good["id"].upper()},
        {**tablet.seal(), "sequence": -1},
    ]
    answer = tablet.sync(good, large, *odd)
    assert answer.status_code == 200
    receipts = [(item["status"], item["reason"]) for item in answer.json["receipts"]]
    assert receipts == [("stored", ""), ("refused", "too_large")] + [("refused", "malformed")] * 6
    assert len(records()) == 1


def changed(record, **values):
    return {**record, **values}


def test_record_that_cannot_be_opened_is_kept_unchanged(client, event, tablet):
    record = tablet.seal()
    sealed = codes.from_base64(record["sealed"])
    foreign = {
        "id": record["key"],
        "public": codes.to_base64(X25519PrivateKey.generate().public_key().public_bytes_raw()),
    }
    other = make_tablet(client, event)
    key = tablet.campaign().json["key"]
    odd = [
        changed(tablet.seal(), sealed=codes.to_base64(sealed[:-1])),
        changed(tablet.seal(), sealed=codes.to_base64(bytes([sealed[0] ^ 1]) + sealed[1:])),
        changed(tablet.seal(), sealed=""),
        changed(tablet.seal(), sealed="not base64!"),
        changed(tablet.seal(), sealed=None),
        changed(tablet.seal(), key="11111111-1111-4111-8111-111111111111"),
        changed(tablet.seal(), key="nonsense"),
        changed(tablet.seal(), sequence=4000),
        # These are sealed to another key, by another tablet, or as another record.
        tablet.seal(key=foreign),
        changed(other.seal(), sequence=9),
        changed(tablet.seal(), sealed=record["sealed"]),
        # These can be opened, and are no signatures.
        seal(tablet.uuid, key, 20, b"\xff"),
        seal(tablet.uuid, key, 21, b"[" * 50_000),
        seal(tablet.uuid, key, 22, {"v": 2, "petition": "home"}),
        seal(tablet.uuid, key, 23, {"v": 1, "petition": 7}),
    ]
    assert tablet.receipts(*odd) == [("review", "unreadable")] * len(odd)
    assert tablet.receipts(*odd) == [("review", "unreadable")] * len(odd)
    assert len(records()) == len(odd)
    assert rows() == []


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": ["Amalia"]},
        {"given_name": "\ud800"},
        {"given_name": "Amalia\0"},
        {"postal_code": "\0"},
        {"comment": "\0\ud800 fine"},
        {"answers": {"a": {"b": 1}, "\0": "x"}},
        {"answers": "no"},
        {"lang": "xx"},
        {"version": 10**30},
        {"signed_at": 7},
        {"shift": "x"},
        {"drawn": "<script>"},
        {"consent": 7},
        {"subscribe": "y"},
        {"email": "\0@example.org"},
    ],
)
def test_odd_values_never_break_a_batch(tablet, changes):
    [odd, good] = tablet.receipts(
        seal(tablet.uuid, tablet.campaign().json["key"], 1, signature(**changes)),
        tablet.seal(fields={**AMALIA, "given_name": "Odile"}),
    )
    assert odd[0] in ("stored", "review")
    assert good == ("stored", "")
    assert all(record.drawing == "" for record in records())


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    "report",
    [
        {"battery": 7},
        {"battery": float("nan")},
        {"battery": 10**400},
        {"waiting": -1},
        {"last_sequence": 10**12},
        {"oldest": "\0"},
        {"device_time": "0001-01-01T00:00:00Z"},
        {"device_time": "9999-12-31T23:59:59Z"},
        {"app": "\0\ud800" * 30},
        {"shifts": "none"},
        {"shifts": [{"id": "x"}, None]},
    ],
)
def test_odd_report_stops_no_record(tablet, report):
    assert tablet.receipts(tablet.seal(), **report) == [("stored", "")]


def test_no_personal_data_reaches_the_log(tablet, caplog):
    caplog.set_level(logging.DEBUG)
    tablet.sync(
        tablet.seal(),
        tablet.seal(given_name="http://rosales.example"),
        changed(tablet.seal(), sealed="!"),
    )
    assert "Rosales" not in caplog.text and "rosales" not in caplog.text
    assert tablet.secret not in caplog.text


def test_kiosk_that_polls_endlessly_is_rate_limited(tablet, monkeypatch):
    monkeypatch.setattr("campaign.kiosk.routes.REQUESTS", RateLimitItemPerMinute(1))
    tablet.post("/kiosk/sync", {"records": []})
    answer = tablet.post("/kiosk/sync", {"records": []})
    assert (answer.status_code, answer.json["error"]) == (429, "too_many")
    assert answer.headers["Retry-After"] == "60"

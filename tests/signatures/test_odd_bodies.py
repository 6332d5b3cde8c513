"""Tests that bodies which none of our pages send get an error message, never a failure."""

import pytest

from tests.factories.signatures import AMALIA, JSON, post_signature, rows


@pytest.mark.parametrize(
    "form_data",
    [
        {},
        {"given_name": "Amalia"},
        dict.fromkeys(AMALIA, "\x00"),
        {name: f"x\x00{value}" for name, value in AMALIA.items()},
        {name: "\udcff".encode("utf-8", "surrogateescape") for name in AMALIA},
        {**AMALIA, "given_name": ["", "Amalia"]},
    ],
)
def test_odd_forms_are_refused_with_a_message(client, petition, form_data):
    answer = post_signature(client, petition, form_data, headers=JSON)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_null_bytes_in_free_text_are_dropped(client, petition):
    form_data = {
        **AMALIA,
        "comment": "so\x00on",
        "postal_code": "M5V\x00 2T6",
        "website": "",
        "altcha": "\x00",
        "version": "1\x00",
    }
    assert post_signature(client, petition, form_data).status_code == 303
    assert (rows()[0].comment, rows()[0].postal_code) == ("soon", "M5V 2T6")


@pytest.mark.parametrize(
    "body",
    [
        {"json": AMALIA},
        {"json": {**AMALIA, "given_name": 7, "email": None, "comment": ["a"]}},
        {"json": [1, 2]},
        {"data": b"{", "content_type": "application/json"},
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="given_name"; filename="a"\r\n\r\nAmalia\r\n--x--\r\n',
            "content_type": "multipart/form-data; boundary=x",
        },
        {"data": b"\xff\xfe", "content_type": "text/plain"},
    ],
)
def test_body_that_is_no_form_is_refused_with_a_message(client, petition, body):
    answer = client.post("/en/petitions/home/signatures", headers=JSON, **body)
    assert answer.status_code == 422
    assert "given_name" in answer.json["errors"]


@pytest.mark.parametrize("headers", [{}, JSON])
def test_body_of_300_kilobytes_is_too_large(client, petition, headers):
    answer = post_signature(client, petition, {**AMALIA, "comment": "x" * 300_000}, headers=headers)
    assert answer.status_code == 413
    assert rows() == []

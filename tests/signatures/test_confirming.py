"""Tests of the confirmation link: viewing changes nothing, pressing the button confirms."""

import re
from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.security.tokens import make_token
from campaign.sharing.referral_codes import code_of
from campaign.signatures import tokens
from tests.conftest import SECRET
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    change,
    confirm,
    hatch_now,
    link,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
LONG_AGO = 30 * DAY


def page_details():
    return [
        {column.name: getattr(row, column.name) for column in row.__table__.c} for row in rows()
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_viewing_the_link_changes_nothing_as_mail_scanners_do_it_too(client, petition, method):
    path = link("confirm", sign(petition, name_display="initials"))
    before = page_details()
    answer = client.open(path, method=method)
    assert answer.status_code == 200
    assert page_details() == before
    assert len(queued_emails()) == 1


def test_page_says_who_and_what_and_has_one_button(client, petition):
    page = client.get(link("confirm", sign(petition, name_display="initials"))).text
    assert re.search("<h1>[^<]*<bdi>Amalia</bdi>", page)
    assert "A. R." in page
    assert "Bring them home" in page
    assert page.count('method="post"') == 1


def test_page_is_neither_cached_nor_indexed(client, petition):
    headers = client.get(link("confirm", sign(petition))).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


def test_pressing_confirms_and_removes_the_token_from_the_url(client, petition):
    signature_id = sign(petition)
    path = link("confirm", signature_id)
    answer = client.post(path)
    assert answer.status_code == 303
    assert row(signature_id).state == "confirmed"
    assert path.rsplit("/", 1)[1] not in answer.location
    receipt = answer.location.rsplit("/", 1)[1]
    assert client.get(f"/en/signatures/confirm/{receipt}").status_code == 404
    assert client.get(f"/en/signatures/mine/{receipt}").status_code == 404
    assert client.get(answer.location).status_code == 200


def test_pressing_twice_is_harmless(client, petition):
    signature_id = sign(petition)
    first = client.post(link("confirm", signature_id))
    before = page_details()
    second = client.post(link("confirm", signature_id))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert page_details() == before
    assert client.get(link("confirm", signature_id)).location == first.location


def test_confirming_still_works_when_the_petition_has_closed(client, petition):
    signature_id = sign(petition)
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    assert client.get(link("confirm", signature_id)).status_code == 200
    assert client.post(link("confirm", signature_id)).status_code == 303
    assert row(signature_id).state == "confirmed"


def test_expired_link_offers_a_new_email(client, petition):
    signature_id = sign(petition, now=utcnow() - 8 * DAY)
    path = link("confirm", signature_id)
    old = client.get(path)
    assert old.status_code == 410
    assert 'name="again"' in old.text
    assert client.post(path).location == path
    assert row(signature_id).state == "pending"
    again = client.post(path, data={"again": "1"})
    assert (again.status_code, again.location) == (303, f"{path}?again=1")
    assert queued_emails()[1:] == [("signature_confirmation", signature_id, "en")]
    page = client.get(again.location).text
    assert "alert--success" in page
    assert 'name="again"' not in page
    assert client.post(path).status_code == 303
    assert row(signature_id).state == "confirmed"


def test_button_for_a_new_email_cannot_flood_a_mailbox(client, petition):
    path = link("confirm", sign(petition, now=utcnow() - 8 * DAY))
    for _ in range(10):
        client.post(path, data={"again": "1"})
    assert len(queued_emails()) == 2


def test_confirmed_signature_gets_no_new_confirmation_email(client, petition):
    signature_id = sign(petition, now=utcnow() - 8 * DAY)
    confirm(signature_id, now=utcnow() - 7 * DAY)
    client.post(link("confirm", signature_id), data={"again": "1"})
    assert len(queued_emails()) == 1


def test_held_signature_can_be_confirmed_stays_held_and_looks_like_any_other(client, petition):
    now = utcnow()
    held = sign(petition, AMALIA, now=now, held_reason="hidden_field")
    free = sign(petition, AMALIA, now=now, email="another@rosales.example")

    def pages(purpose):
        answers = [client.get(link(purpose, item)) for item in (held, free)]
        tokens = [link(purpose, item).rsplit("/", 1)[1] for item in (held, free)]
        return [
            (
                answer.status_code,
                answer.text.replace(token, "token").replace(code_of(item), "code"),
                answer.headers["Cache-Control"],
            )
            for answer, token, item in zip(answers, tokens, (held, free), strict=True)
        ]

    ready = pages("confirm")
    assert ready[0] == ready[1]
    assert {client.post(link("confirm", item)).status_code for item in (held, free)} == {303}
    assert (row(held).state, row(held).confirmed_at is None) == ("held", False)
    hatching = pages("hatched")
    assert hatching[0] == hatching[1]
    hatch_now()
    assert (row(held).number, row(free).number) == (None, 1)


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.upper(),
        lambda token: "zz" + token,
        lambda token: token.split(".")[0],
        lambda token: "." + token.split(".")[1],
        lambda token: "é" * 20,
        lambda token: "1." + "A" * 20,
        lambda token: "%00",
        lambda token: make_token(b"another key", tokens.CONFIRM, 1),
        lambda token: make_token(SECRET.encode(), tokens.CONFIRM, 1),
        lambda token: tokens.token_for(tokens.MINE, rows()[0]),
        lambda token: tokens.token_for(tokens.RECEIPT, rows()[0]),
        lambda token: "rr" + token[token.index(".") :],
        lambda token: "z" * 12 + token[token.index(".") :],
        lambda token: "z" * 13 + token[token.index(".") :],
    ],
)
def test_foreign_garbled_or_cut_link_is_not_found_and_changes_nothing(
    client, petition, method, spoil
):
    token = tokens.token_for(tokens.CONFIRM, row(sign(petition)))
    before = page_details()
    answer = client.open(f"/en/signatures/confirm/{spoil(token)}", method=method)
    assert answer.status_code == 404
    assert page_details() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_link_of_a_withdrawn_signature_opens_nothing(client, petition, method):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    assert client.open(link("confirm", signature_id), method=method).status_code == 404
    assert row(signature_id).state == "withdrawn"
    assert client.get(link("hatched", signature_id)).status_code == 404


def test_link_and_receipt_of_an_erased_signature_open_nothing(client, petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id, now=utcnow() - LONG_AGO)
    hatch_now()
    change(signature_id, state="erased", given_name=None, email=None, email_digest=None)
    for purpose in ("confirm", "hatched", "mine"):
        assert client.get(link(purpose, signature_id)).status_code == 404


def test_number_is_shown_after_hatching_also_as_json(client, petition):
    signature_id = sign(petition)
    path = client.post(link("confirm", signature_id)).location
    before = client.get(path).text
    assert 'data-module="hatch-poll"' in before
    assert "hatched-number" not in before
    assert client.get(path, headers=JSON).json == {"number": None}
    hatch_now()
    page = client.get(path)
    assert 'class="hatched-number">1<' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get(path, headers=JSON).json == {"number": 1}


def test_number_page_reveals_nothing_else(client, petition):
    signature_id = sign_and_hatch(petition, {**AMALIA, "comment": "A private thought"})
    page = client.get(link("hatched", signature_id)).text
    for secret in ("Amalia", "Rosales", "rosales.example", "M5V", "private"):
        assert secret not in page


def test_unconfirmed_signature_has_no_receipt(client, petition):
    assert client.get(link("hatched", sign(petition))).status_code == 404


def test_hatched_page_offers_other_petitions_to_sign(client, petition):
    make_petition("law", cause_id=petition.cause_id)
    page = client.get(link("hatched", sign_and_hatch(petition, ODILE))).text
    assert 'href="/en/petitions/law"' in page

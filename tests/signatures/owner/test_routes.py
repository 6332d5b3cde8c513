"""Tests of the supporter's own page: see, correct, hide, withdraw, restore, download."""

import re
from datetime import timedelta

import pytest

from campaign.extensions import db
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    answer_now,
    form_link,
    forms,
    hatch_now,
    link,
    post_signature,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)

DAY = timedelta(days=1)


@pytest.fixture
def own(petition):
    """The id of Amalia's hatched signature."""
    return sign_and_hatch(petition, {**AMALIA, "comment": "For my brother", "name_display": "full"})


@pytest.fixture
def foreign(petition, own):
    """The id of Odile's hatched signature."""
    return sign_and_hatch(petition, ODILE)


def act(client, opener, target, verb, form_data=None):
    """Press button `verb` for signature `target` on the page that the link of `opener` opens."""
    return client.post(f"{link('mine', opener)}/{target}/{verb}", data=form_data)


def test_page_shows_everything_signed_with_the_address_and_nothing_else(
    client, petition, own, foreign
):
    law = make_petition("law", cause_id=petition.cause_id)
    sign(law, {**AMALIA, "email": "Amalia@Rosales.EXAMPLE"}, comment="Another thought")
    page = client.get(link("mine", own)).text
    assert page.count('class="mine-one"') == 2
    assert "a•••@rosales.example" in page
    for text in ("Amalia", "For my brother", "Another thought", 'data-number="1"'):
        assert text in page
    for hidden in ("Odile", "kwan", "H3Z"):
        assert hidden not in page


def test_page_is_private(client, own):
    answer = client.get(link("mine", own))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-1], lambda t: t + "x", lambda t: "x", lambda t: t.replace(t[-20:], "A" * 20)],
)
def test_foreign_or_garbled_link_opens_nothing(client, own, spoil):
    token = spoil(tokens.token_for(tokens.MINE, row(own)))
    assert client.get(f"/en/signatures/mine/{token}").status_code == 404
    assert client.get(f"/en/signatures/mine/{token}/download.json").status_code == 404
    assert client.post(f"/en/signatures/mine/{token}/{own}/withdraw").status_code == 404
    assert row(own).state == "counted"


@pytest.mark.parametrize("verb", ["correct", "withdraw", "restore"])
def test_forged_id_reaches_no_other_signature(client, own, foreign, verb):
    before = row(foreign).state, row(foreign).given_name
    for target in (foreign, 10**9, 10**30):
        assert act(client, own, target, verb, AMALIA).status_code == 404
    assert (row(foreign).state, row(foreign).given_name) == before


def test_correction_is_saved_and_the_page_says_so(client, own):
    answer = act(
        client,
        own,
        own,
        "correct",
        {**AMALIA, "family_name": " Rosáles ", "postal_code": "m5v2t7", "name_display": "initials"},
    )
    assert (answer.status_code, answer.location) == (303, f"{link('mine', own)}?saved={own}")
    assert "alert--success" in client.get(answer.location).text
    assert (row(own).family_name, row(own).postal_code, row(own).name_display) == (
        "Rosáles",
        "M5V 2T7",
        "initials",
    )
    assert (row(own).state, row(own).number, row(own).email) == (
        "counted",
        1,
        "amalia@rosales.example",
    )


def test_correction_cannot_reach_fields_that_are_not_the_supporters_to_change(client, own):
    form_data = {
        **AMALIA,
        "email": "mallory@evil.example",
        "state": "pending",
        "number": "99",
        "comment_shown": "y",
        "evidence": "paper",
    }
    act(client, own, own, "correct", form_data)
    assert (row(own).email, row(own).state, row(own).number) == (
        "amalia@rosales.example",
        "counted",
        1,
    )
    assert (row(own).comment_shown, row(own).evidence) == (False, "email")


def title_of(answer):
    return re.search("<title>(.*?)</title>", answer.text, re.DOTALL)[1]


def test_invalid_correction_keeps_the_input_and_changes_nothing(client, own):
    answer = act(
        client, own, own, "correct", {**AMALIA, "given_name": "", "comment": "Newer words"}
    )
    assert answer.status_code == 422
    assert f'id="given_name-{own}-error"' in answer.text
    assert "Newer words" in answer.text
    # A screen reader says it first of all.
    assert title_of(answer) != title_of(client.get(link("mine", own)))
    assert f'href="#given_name-{own}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert (row(own).given_name, row(own).comment) == ("Amalia", "For my brother")


def test_required_fields_of_the_petition_cannot_be_emptied_later(client, app):
    petition = make_petition(required_fields=["country", "postal_code"])
    own = sign_and_hatch(petition)
    answer = act(client, own, own, "correct", {"given_name": "Amalia"})
    assert answer.status_code == 422
    assert row(own).postal_code == "M5V 2T6"


def test_hiding_removes_the_name_from_the_petition_at_once(client, petition, own):
    assert "Amalia Rosales" in client.get("/en/petitions/home").text
    act(client, own, own, "correct", {**AMALIA, "name_display": "counted"})
    page = client.get("/en/petitions/home").text
    assert "Amalia" not in page
    assert "Rosales" not in page


def test_withdrawing_and_returning_on_the_page(client, petition, own, foreign):
    page = client.get(link("mine", own)).text
    assert 'data-number="1"' in page and "hide your name below" in page
    assert act(client, own, own, "withdraw").location == link("mine", own)
    page = client.get(link("mine", own)).text
    assert f"/{own}/restore" in page and 'data-number="1"' not in page
    # The page no longer has a form in which the name could be hidden.
    assert "hide your name below" not in page
    assert row(own).state == "withdrawn"
    hatch_now()
    assert (row(own).number, row(foreign).number) == (None, 2)
    assert differences() == []
    act(client, own, own, "restore")
    hatch_now()
    assert (row(own).state, row(own).number) == ("counted", 1)
    assert differences() == []
    db.session.rollback()


def test_get_on_the_action_addresses_changes_nothing(client, own):
    for verb in ("withdraw", "restore", "correct"):
        assert client.get(f"{link('mine', own)}/{own}/{verb}").status_code in (302, 405)
    assert row(own).state == "counted"


def test_page_of_another_site_cannot_withdraw(client, own):
    path = f"{link('mine', own)}/{own}/withdraw"
    assert client.post(path, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert row(own).state == "counted"


def test_all_stored_data_can_be_downloaded(client, petition, own, foreign):
    answer = client.get(f"{link('mine', own)}/download.json")
    assert answer.headers["Content-Disposition"] == "attachment; filename=my-signatures.json"
    assert answer.headers["Cache-Control"] == "no-store"
    [downloaded] = answer.json["signatures"]
    assert downloaded["petition"] == "home"
    assert downloaded["email"] == "amalia@rosales.example"
    assert downloaded["comment"] == "For my brother"
    assert (downloaded["number"], downloaded["state"]) == (1, "counted")
    assert downloaded["created_at"].endswith("+00:00")
    assert "digest" not in answer.text


def test_download_contains_the_petitions_own_questions_with_answers(client, app):
    label = {"en": "For whom do you sign?", "es": "¿Por quién firmas?"}
    petition = make_petition(
        questions=[{"name": "whom", "type": "text", "label": label, "required": False}]
    )
    own = sign(petition, answers={"whom": "My brother", "gone": True})
    downloaded = client.get(f"{link('mine', own, 'es')}/download.json").json["signatures"][0]
    assert downloaded["answers"] == [
        {"name": "whom", "question": "¿Por quién firmas?", "answer": "My brother"},
        {"name": "gone", "question": "", "answer": True},
    ]


def test_both_of_a_couple_see_what_was_signed_with_their_address(client, shared_petition):
    amalia, teo = sign(shared_petition, AMALIA), sign(shared_petition, TEO)
    page = client.get(link("mine", teo)).text
    assert "Amalia" in page
    assert "Teo" in page
    assert act(client, teo, amalia, "withdraw").status_code == 303


def test_link_still_opens_after_a_withdrawal_and_a_new_signature(client, petition):
    own = sign(petition, now=utcnow() - DAY)
    withdraw(own)
    assert client.get(link("mine", own)).status_code == 200
    post_signature(client, petition, AMALIA)
    answer_now()
    assert row(own).state == "withdrawn"
    page = client.get(link("mine", own))
    assert page.status_code == 200
    assert f'href="{form_link(forms()[0])}"' in page.text


@pytest.mark.parametrize("view", ["mine", "confirm"])
def test_arabic_name_does_not_change_the_direction_around_it(client, petition, view):
    signed = sign(
        petition, {**AMALIA, "given_name": "سلمى", "family_name": "حدّاد", "name_display": "full"}
    )
    page = client.get(link(view, signed)).text
    assert "<dd><bdi>سلمى حدّاد</bdi></dd>" in page
    assert view == "mine" or re.search("<h1>[^<]*<bdi>سلمى</bdi>[^<]*</h1>", page)


def test_download_is_readable_by_people(client, petition):
    signed = sign_and_hatch(petition, {**AMALIA, "given_name": "سلمى", "comment": "¿Dónde están?"})
    text = client.get(f"{link('mine', signed)}/download.json").text
    assert '\n      "given_name": "سلمى",\n' in text and "¿Dónde están?" in text

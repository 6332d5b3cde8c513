"""Tests of the form of a letter: whom it goes to, its prompts, and what is confirmed."""

import re

import pytest

from campaign.actions.letters.delivery.refusals import refuse
from campaign.actions.letters.form.forms import MAX_TARGETS
from campaign.actions.letters.form.page import delivered
from campaign.actions.letters.models import LetterSettings
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.models import MAX_PROMPT_LENGTH
from campaign.signatures.tokens import email_digest
from campaign.targets.areas import set_area_codes
from tests.factories.letters import (
    ADDRESS,
    STORY,
    add_target,
    letters,
    make_letter_action,
    target_ids,
)
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, JSON, confirm, forms, hatch_now, link, row, rows
from tests.page_parts import text_at, tree

PAGE = "/en/actions/river"
RESPONSES = f"{PAGE}/responses"
LETTER = {**AMALIA, "answer_1": STORY}


def write_by_form(client, **fields):
    return client.post(RESPONSES, data={**LETTER, **fields}, headers=JSON)


def choose_by_area(action):
    """Let supporters of the action choose by the area of their postal code."""

    def change():
        db.session.get_one(LetterSettings, action.id).selection = "area"
        set_area_codes(
            organisation_id=action.cause.organisation_id,
            countries=["CA"],
            rows=[
                {"country": "CA", "prefix": "M5V", "area": "north", "area_name": "North"},
                {"country": "CA", "prefix": "M5V", "area": "south", "area_name": "South"},
                {"country": "CA", "prefix": "H3Z", "area": "north", "area_name": "North"},
            ],
        )

    write(change)


def offered(page, part="targets"):
    """Return {id: whether it is checked} of the targets in the page."""
    boxes = re.findall(r'<input type="checkbox" name="targets"[^>]*>', page.text)
    return {int(re.search(r'value="(\d+)"', box).group(1)): " checked" in box for box in boxes}


def test_page_says_whom_the_letter_goes_to_and_asks_the_prompts(client, app):
    action = make_letter_action()
    page = client.get(PAGE)
    assert offered(page) == {target_ids(action)[0]: True}
    assert "Orla Fenn" in page.text
    assert 'name="answer_1"' in page.text and 'name="answer_2"' in page.text
    assert 'name="answers-age"' in page.text and 'name="comment"' not in page.text
    assert "data-delivery" in page.text


def test_page_says_which_target_accepts_no_letters_by_email(client, app):
    make_letter_action()
    assert "data-refuses" not in client.get(PAGE).text
    write(refuse, address_digest=email_digest(ADDRESS), now=utcnow())
    assert "data-refuses" in client.get(PAGE).text


@pytest.mark.parametrize("is_by_area", [False, True])
def test_summary_of_errors_follows_the_order_of_the_page(client, app, is_by_area):
    action = make_letter_action(targets=3, required_fields=["postal_code"])
    if is_by_area:
        choose_by_area(action)
    entered = {**LETTER, "given_name": "", "email": "", "postal_code": ""}
    page = client.post(RESPONSES, data=entered)
    links = [link.removeprefix("#") for link in tree(page).xpath("//*[@role='alert']//li/a/@href")]
    assert set(links) == {"targets", "given_name", "email", "postal_code"}
    assert links == sorted(links, key=lambda field: page.text.index(f' id="{field}"'))


def test_summary_of_errors_says_what_cannot_be_sent_yet(client, app):
    action = make_letter_action()
    make_petition(cause_id=action.cause_id)
    titles = {
        text_at(
            client.post(url, data={**LETTER, "given_name": ""}), "//*[@id='error-summary-title']"
        )
        for url in (RESPONSES, "/en/petitions/home/signatures")
    }
    assert len(titles) == 2


def test_letter_to_the_only_target_needs_no_choice(client, app):
    action = make_letter_action()
    assert write_by_form(client).status_code == 201
    [response] = rows()
    assert response.kind_data == {"targets": target_ids(action), "shares_address": False}
    assert response.answers["answer_1"] == STORY


def test_one_of_several_targets_is_chosen(client, app):
    action = make_letter_action(targets=3)
    first, second, _third = target_ids(action)
    answer = write_by_form(client)
    assert answer.status_code == 422 and list(answer.json["errors"]) == ["targets"]
    assert write_by_form(client, targets=[second, 99999], shares_address="y").status_code == 201
    assert rows()[0].kind_data == {"targets": [second], "shares_address": True}
    assert first not in rows()[0].kind_data["targets"]


def test_what_was_chosen_stays_when_something_else_is_wrong(client, app):
    action = make_letter_action(targets=3)
    chosen = target_ids(action)[1]
    page = client.post(RESPONSES, data={**LETTER, "targets": [chosen], "email": "amalia"})
    assert page.status_code == 422
    assert [key for key, is_checked in offered(page).items() if is_checked] == [chosen]
    assert STORY in page.text


def test_too_many_targets_are_refused_at_the_field(client, app):
    action = make_letter_action(targets=MAX_TARGETS + 1)
    answer = write_by_form(client, targets=target_ids(action))
    assert answer.status_code == 422 and list(answer.json["errors"]) == ["targets"]


def test_letter_of_fifty_thousand_characters_is_refused_at_its_field(client, app):
    make_letter_action()
    answer = write_by_form(client, answer_1="a" * 50_000)
    assert answer.status_code == 422 and list(answer.json["errors"]) == ["answer_1"]
    assert write_by_form(client, answer_1="a" * MAX_PROMPT_LENGTH).status_code == 201


@pytest.mark.parametrize(
    ("postal_code", "likely"), [("M5V 2T6", {0, 1}), ("H3Z 2Y7", {0}), ("V6B 1A1", set())]
)
def test_targets_of_an_area_are_looked_up_without_storing_anything(
    client, app, postal_code, likely
):
    action = make_letter_action(targets=0)
    ids = [
        add_target(action, address=f"{area}@council.example", area=area)
        for area in ("north", "south", "east")
    ]
    choose_by_area(action)
    assert "data-targets" not in client.get(PAGE).text
    page = client.post(RESPONSES, data={**LETTER, "postal_code": postal_code, "find": "y"})
    assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]
    assert page.text.count('name="postal_code"') == page.text.count('name="country"') == 1
    before_others = page.text.partition("letter-others")[0]
    assert {
        place for place, row_id in enumerate(ids) if f'"targets-{row_id}"' in before_others
    } == likely
    assert STORY in page.text and rows() == []
    # A single target is chosen automatically. Between two, the person chooses.
    checked = [row_id for row_id, is_checked in offered(page).items() if is_checked]
    assert checked == ([ids[0]] if likely == {0} else [])


def test_confirm_page_shows_the_letter_that_will_be_sent(client, app):
    make_letter_action()
    write_by_form(client)
    page = client.get(link("confirm", rows()[0].id))
    assert STORY in page.text and "Please have the river tested" in page.text
    assert 'data-delivery-method="individual"' in page.text
    assert letters() == []


def test_letter_like_the_template_says_that_it_is_sent_with_others(client, app):
    make_letter_action()
    write_by_form(client, answer_1="")
    assert 'data-delivery-method="gathered"' in client.get(link("confirm", rows()[0].id)).text


def test_confirmed_letter_is_counted_and_written(client, app):
    make_letter_action()
    write_by_form(client)
    [response] = rows()
    confirm(response.id)
    hatch_now()
    [letter] = letters()
    assert (letter.signature_id, letter.state, letter.delivery_method) == (
        response.id,
        "waiting",
        "individual",
    )
    assert row(response.id).number == 1


def test_writer_who_sends_it_themselves_is_redirected_to_their_letter(client, app):
    make_letter_action(delivery_method="self")
    write_by_form(client)
    [response] = rows()
    answer = client.post(link("confirm", response.id))
    assert "/signatures/mine/" in answer.location
    hatch_now()
    assert "mailto:" in client.get(answer.location).text


def test_later_form_with_another_text_is_a_separate_form(client, app):
    make_letter_action()
    write_by_form(client)
    write_by_form(client, answer_1="Another text, which someone else may have sent.")
    assert len(rows()) == 1 and len(forms()) == 1


def test_page_says_whether_targets_get_the_postal_code(client, app):
    without = make_letter_action("river")
    with_code = make_letter_action(
        "lake", cause_id=without.cause_id, required_fields=["postal_code"]
    )
    for action in (without, with_code):
        page = client.get(f"/en/actions/{action.slug}").text
        assert all(text in page for text in delivered(action.id))
    assert not set(delivered(without.id)) & set(delivered(with_code.id))

"""Tests of bad input in the form of a letter: a message at the field, and nothing half done."""

import pytest

from campaign.extensions import db, write
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.models import MAX_PROMPT_LENGTH
from tests.factories.letters import letters, make_letter_action, target_ids
from tests.factories.signatures import AMALIA, JSON, confirm, hatch_now, link, row, rows
from tests.page_parts import alerts, tree, values, wrong_fields

RESPONSES = "/en/actions/river/responses"


@pytest.fixture
def action(app):
    return make_letter_action()


def respond(client, action, **form_data):
    data = {**AMALIA, "targets": target_ids(action), **form_data}
    return client.post(RESPONSES, data=data)


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_long_answer_is_refused_at_the_field_with_its_limit_and_kept(client, action, lang):
    text = "river " * 8_333
    data = {**AMALIA, "targets": target_ids(action), "answer_1": text}
    page = client.post(RESPONSES.replace("en", lang, 1), data=data)
    assert page.status_code == 422
    errors = wrong_fields(page)
    assert set(errors) == {"answer_1"}
    digits = "".join(character for character in errors["answer_1"] if character.isdigit())
    assert digits.endswith(str(MAX_PROMPT_LENGTH))
    assert text.strip() in tree(page).xpath("string(//textarea[@name='answer_1'])")
    assert rows() == []


def test_answer_of_exactly_the_limit_is_accepted(client, action):
    assert respond(client, action, answer_1="x" * MAX_PROMPT_LENGTH).status_code == 303
    [response] = rows()
    assert len(response.answers["answer_1"]) == MAX_PROMPT_LENGTH


@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_header_in_a_name_is_refused(client, action, field):
    page = respond(client, action, **{field: "Amalia\r\nBcc: all@victims.example"})
    assert page.status_code == 422
    assert set(wrong_fields(page)) == {field}
    assert rows() == []


def test_letter_of_only_the_template_is_gathered_and_the_writer_sees_that_first(client, action):
    assert respond(client, action).status_code == 303
    [response] = rows()
    page = client.get(link("confirm", response.id))
    assert values(page, "data-delivery-method") == ["gathered"]
    # The form cannot be changed here, only filled in again.
    assert tree(page).xpath("//*[@data-delivery]/a/@href") == ["/en/actions/river"]
    assert letters() == []
    confirm(response.id)
    hatch_now()
    assert [letter.delivery_method for letter in letters()] == ["gathered"]


def test_action_closed_before_writing_says_so(client, action):
    def close():
        petition = db.session.get_one(Petition, action.id)
        petition.state, petition.closed_at = "closed", utcnow()

    write(close)
    answer = client.post(RESPONSES, data=AMALIA, headers=JSON)
    assert answer.status_code == 410
    assert rows() == []


def test_action_closed_between_writing_and_confirming_tells_the_writer(client, action):
    assert respond(client, action).status_code == 303
    [response] = rows()

    def close():
        petition = db.session.get_one(Petition, action.id)
        petition.state, petition.closed_at = "closed", utcnow()

    write(close)
    assert client.post(link("confirm", response.id)).status_code == 303
    hatch_now()
    assert row(response.id).state == "counted"
    page = client.get(link("mine", response.id))
    assert values(page, "data-reason") == ["closed"]
    assert len(tree(page).xpath("//*[@data-compose]")) == 1
    assert alerts(page) == []

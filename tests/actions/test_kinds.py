"""Tests of kinds of action: one that a test registers is served like those of the product."""

from dataclasses import replace

import pytest
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from campaign.extensions import write
from campaign.petitions.kinds import PETITION_KIND, register_kind
from campaign.petitions.operations import clone_petition
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, JSON, confirm, hatch_now, queued_emails, row, rows

PAGE = "/en/actions/promise"
RESPONSES = "/en/actions/promise/responses"
PULSE = "/causes/valley/pulse.json"


@pytest.fixture
def counted():
    """The ids of the responses that the kind was told of."""
    return []


@pytest.fixture
def pledge(app, counted):
    """A kind of action that only this test knows, and an action of that kind."""

    def note_counted(*, signature_ids, now):
        counted.extend(signature_ids)

    kind = replace(
        PETITION_KIND,
        name="pledge",
        show="actions.show",
        submit="actions.respond",
        texts=replace(PETITION_KIND.texts, call=_l("Make the pledge")),
        fields=lambda action_id, lang: {"hours": StringField("Hours")},
        note_counted=note_counted,
    )
    register_kind(app, kind)
    yield make_petition("promise", action_kind="pledge")
    del app.extensions["action_kinds"]["pledge"]


def test_action_has_its_own_address(client, pledge):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert f'action="{RESPONSES}"' in page.text
    moved = client.get("/en/petitions/promise?source=radio")
    assert (moved.status_code, moved.location) == (301, f"{PAGE}?source=radio")


def test_petition_is_no_action(client, petition):
    assert client.get("/en/actions/home").status_code == 404
    assert client.post("/en/actions/home/responses", data=AMALIA).status_code == 404


def test_response_is_not_sent_as_a_signature(client, pledge):
    assert client.post("/en/petitions/promise/signatures", data=AMALIA).status_code == 404
    assert rows() == []


def test_response_is_confirmed_and_counted_as_a_signature_is(client, pledge, counted):
    answer = client.post(RESPONSES, data={**AMALIA, "hours": "three"}, headers=JSON)
    assert (answer.status_code, answer.json) == (201, {"status": "pending"})
    [response] = rows()
    assert response.kind_data == {"hours": "three"}
    assert queued_emails() == [("signature_confirmation", response.id, "en")]
    confirm(response.id)
    hatch_now()
    assert counted == [response.id] and row(response.id).number == 1
    answer = client.get(PULSE).json
    assert (answer["count"], answer["petitions"], answer["actions"]) == (1, {}, {"promise": 1})


def test_repeat_is_not_counted_again(client, pledge, counted):
    for _time in range(2):
        client.post(RESPONSES, data=AMALIA)
    assert len(rows()) == 1


def test_page_of_its_cause_and_the_sitemap_link_to_it(client, pledge):
    assert f'href="{PAGE}' in client.get("/en/causes/valley").text
    assert PAGE in client.get("/sitemap.xml").text
    assert "/petitions/promise" not in client.get("/sitemap.xml").text


def test_clone_is_of_the_same_kind(pledge):
    clone = write(clone_petition, petition_id=pledge.id, slug="second", cause_id=pledge.cause_id)
    assert clone.action_kind == "pledge"

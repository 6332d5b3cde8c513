"""Tests of where answers and results appear in public, and that they disappear again."""

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from campaign.answers.documents import NewDocument
from campaign.answers.models import PDF
from campaign.answers.operations import create_answer, publish_answer, withdraw_answer
from campaign.answers.presenters import Wait, page_answers, waits_of
from campaign.extensions import write
from campaign.montage.texts import card_of_petition
from campaign.petitions.models import RESULTS
from campaign.petitions.queries import petition_by_id
from campaign.petitions.results import change_result
from campaign.process.clock import utcnow
from campaign.search.queries import search
from campaign.site.settings import local_day
from tests.factories.answers import DAY, content_of, deliver, make_answer
from tests.factories.petitions import make_petition
from tests.factories.search import index_now
from tests.page_parts import tree, values

PAGE, CAUSE = "/en/petitions/home", "/en/causes/valley"
API = "/api/v1/petitions/home"


@pytest.fixture
def petition(app):
    return make_petition()


def found(words):
    index_now()
    return [hit.slug for hit in search(words, "en").hits]


def entries_in(feed):
    atom = "{http://www.w3.org/2005/Atom}"
    return [
        entry.findtext(f"{atom}title") for entry in ET.fromstring(feed.data).iter(f"{atom}entry")
    ]


def waiting_for(client, page, names):
    """Return which of these names a page says it waits for."""
    rows = tree(client.get(page)).xpath("//*[@data-waiting-days]")
    return [name for name in names if any(name in row.text_content() for row in rows)]


def make_answer_of(petition_id, content):
    """Publish an answer, committed."""
    now = utcnow()
    answer = write(create_answer, petition_id=petition_id, content=content, now=now)
    write(publish_answer, answer_id=answer.id, now=now)


def set_result(petition, result, day=DAY):
    write(change_result, petition_id=petition.id, version=None, result=result, result_on=day)


def test_published_answer_is_everywhere_and_withdrawn_nowhere(client, petition):
    file = NewDocument(PDF, b"%PDF-1.4 %%EOF")
    answer = make_answer(petition, document=file)
    document = f"/answers/{answer.id}/document-{file.digest}.pdf"
    assert values(client.get(PAGE), "data-answer") == [str(answer.id)]
    assert "#answers" in values(client.get(PAGE), "href")
    assert len(entries_in(client.get(f"{CAUSE}/feed.atom"))) == 1
    assert len(entries_in(client.get("/en/feed.atom"))) == 1
    assert [item["outcome"] for item in client.get(API).json["answers"]] == ["promised"]
    assert found("publish the list") == ["home"]
    assert client.get(document).status_code == 200
    assert card_of_petition(petition_by_id(petition.id), "en").outcome
    write(withdraw_answer, answer_id=answer.id, now=utcnow())
    assert values(client.get(PAGE), "data-answer") == []
    assert entries_in(client.get(f"{CAUSE}/feed.atom")) == []
    assert client.get(API).json["answers"] == []
    assert found("publish the list") == []
    assert client.get(document).status_code == 404
    assert not card_of_petition(petition_by_id(petition.id), "en").outcome


def test_newest_answer_comes_first(client, petition):
    old = make_answer(petition)
    new = make_answer(petition, day=DAY + timedelta(days=2), outcome="done")
    assert values(client.get(PAGE), "data-answer") == [str(new.id), str(old.id)]
    [row] = tree(client.get(PAGE)).xpath("//div[@data-answers]")
    assert row.xpath(".//@data-outcome") == ["done"]


@pytest.mark.parametrize(("lang", "shown"), [("en", "en"), ("es", "es"), ("fr", "es")])
def test_answer_falls_back_to_its_own_language(client, petition, lang, shown):
    texts = {"en": "We take it on.", "es": "Lo haremos."}
    make_answer(petition, texts=texts, original_lang="es")
    page = client.get(f"/{lang}/petitions/home")
    [text] = tree(page).xpath("//article[@data-answer]//div[@dir='auto']")
    assert texts[shown] in text.text_content()
    assert (text.get("lang") or lang) == shown


def test_petition_waits_from_its_first_delivery_until_an_answer(client, still_clock, petition):
    assert "data-waiting-days" not in client.get(PAGE).text
    today = local_day(still_clock)
    for ago in (41, 3):
        deliver(petition, today - timedelta(days=ago))
    assert values(client.get(PAGE), "data-waiting-days") == ["41"]
    assert values(client.get(CAUSE), "data-waiting-days") == ["41"]
    make_answer(petition)
    for page in (PAGE, CAUSE):
        assert "data-waiting-days" not in client.get(page).text


@pytest.mark.parametrize("number", [2, 5])
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_page_names_the_targets_that_have_not_answered(client, number, lang):
    names = [f"Ministry {letter}" for letter in "ABCDE"[:number]]
    petition = make_petition(targets=[{"en": name} for name in names])
    ids = [target.id for target in petition.targets]
    contents = [content_of(petition, target_id=target_id, outcome="") for target_id in ids]
    deliver(petition, local_day(utcnow()) - timedelta(days=41))
    pages = [f"/{lang}{page[3:]}" for page in (PAGE, CAUSE)]
    for page in pages:
        assert waiting_for(client, page, names) == []
    for answered, content in enumerate(contents, start=1):
        make_answer_of(petition.id, content)
        for page in pages:
            assert waiting_for(client, page, names) == names[answered:]
            assert ("data-waiting-days" in client.get(page).text) == (answered < number)


def test_answer_of_someone_else_ends_the_wait_for_one_target_only(client):
    petition = make_petition(targets=[{"en": "Ministry A"}, {"en": "Ministry B"}])
    other = content_of(petition, target_id=None, answered_by="The court")
    deliver(petition)
    make_answer_of(petition.id, other)
    assert waiting_for(client, PAGE, ["Ministry A", "Ministry B"]) == ["Ministry A", "Ministry B"]


def test_delivery_ahead_is_not_waited_for(client, petition):
    deliver(petition, local_day(utcnow()) + timedelta(days=2))
    assert "data-waiting-days" not in client.get(PAGE).text


def test_petition_with_a_result_waits_no_longer(client, petition):
    deliver(petition, local_day(utcnow()) - timedelta(days=5))
    set_result(petition, "no_answer")
    assert "data-waiting-days" not in client.get(PAGE).text


ZONES = [("America/Mexico_City", 0), ("Pacific/Kiritimati", 1)]


@pytest.mark.parametrize(("zone", "days"), ZONES)
def test_days_are_those_of_the_site(app, monkeypatch, petition, zone, days):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_TIMEZONE", zone)
    deliver(petition, date(2026, 5, 4))
    at = utcnow().replace(year=2026, month=5, day=4, hour=23, minute=30)
    assert waits_of([petition_by_id(petition.id)], "en", at) == {petition.id: Wait(days, {})}
    assert page_answers(petition_by_id(petition.id), "en", at).wait == Wait(days, {})


@pytest.mark.parametrize("result", RESULTS)
def test_result_is_on_page_card_search_and_api(client, petition, result):
    set_result(petition, result)
    assert result in values(client.get(PAGE), "data-result")
    assert result in values(client.get(CAUSE), "data-result")
    assert (client.get(API).json["result"], client.get(API).json["result_on"]) == (
        result,
        "2026-05-04",
    )
    assert card_of_petition(petition_by_id(petition.id), "es").outcome
    index_now()
    assert [hit.result for hit in search("bring", "en").hits] == [result]


def test_card_with_an_outcome_is_drawn(client, petition):
    make_answer(petition, outcome="done")
    set_result(petition, "won")
    answer = client.get("/petitions/home/card.png?lang=fr")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")

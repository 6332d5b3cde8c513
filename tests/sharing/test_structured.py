"""What pages tell to whom links are passed on, and to machines."""

import json
import re

import pytest

from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_and_hatch

DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"')
PAGES = {"/en/": "cause", "/en/causes/valley": "cause", "/en/petitions/home": "petition", "/en/events/talk": "cause"}
WANTED = {"og:title", "og:description", "og:type", "og:url", "og:site_name", "og:image", "og:image:alt", "og:image:width", "twitter:card"}


@pytest.fixture(autouse=True)
def everything(app):
    cause = make_cause()
    petition = make_petition(cause_id=cause.id)
    make_event(cause_id=cause.id)
    sign_and_hatch(petition)
    return petition


@pytest.mark.parametrize("path", PAGES)
def test_a_link_brings_a_live_card_along(client, path):
    told = dict(META.findall(client.get(path).text))
    assert WANTED <= told.keys()
    assert told["og:url"] == f"http://localhost{path}"
    picture = told["og:image"].replace("&amp;", "&").removeprefix("http://localhost")
    assert "/card.png" in picture
    assert client.get(picture).mimetype == "image/png"


@pytest.mark.parametrize("path", PAGES)
def test_machines_are_told_what_a_page_is(client, path):
    [data] = DATA.findall(client.get(path).text)
    told = json.loads(data)
    assert told["@context"] == "https://schema.org"


def test_a_petition_tells_its_count_and_whom_it_asks(client):
    told = json.loads(DATA.findall(client.get("/es/petitions/home").text)[0])
    assert told["name"] == "Que vuelvan"
    assert told["interactionStatistic"]["userInteractionCount"] == 1
    assert told["audience"] == [{"@type": "Audience", "name": "El Senado del Valle"}]


def test_words_that_would_end_the_data_do_not(client):
    text = {"title": "</script><b>&", "summary": "x", "body": "x"}
    make_petition("odd", cause_id=make_cause("other").id, texts={"en": text})
    [data] = DATA.findall(client.get("/en/petitions/odd").text)
    assert json.loads(data)["name"] == "</script><b>&"

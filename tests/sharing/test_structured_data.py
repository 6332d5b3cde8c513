"""Tests of metadata for link previews and for machines."""

import io
import json
import re

import pytest
from PIL import Image

from campaign.events import operations as events
from campaign.events.queries import event_in_any_state
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import clean_picture
from campaign.updates import operations as updates
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.pictures import heart
from tests.factories.signatures import sign_and_hatch
from tests.factories.updates import make_update, update_now

DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"')
PAGES = ("/en/", "/en/causes/valley", "/en/petitions/home", "/en/events/talk", "/en/updates/answer")
WANTED = {
    "og:title",
    "og:description",
    "og:type",
    "og:url",
    "og:site_name",
    "og:image",
    "og:image:alt",
    "og:image:width",
    "twitter:card",
}


@pytest.fixture(autouse=True)
def everything(app):
    cause = make_cause()
    petition = make_petition(cause_id=cause.id)
    make_event(cause_id=cause.id)
    make_update(cause_id=cause.id)
    sign_and_hatch(petition)
    return petition


@pytest.mark.parametrize("path", PAGES)
def test_link_has_a_live_card(client, path):
    meta = dict(META.findall(client.get(path).text))
    assert WANTED <= meta.keys()
    assert meta["og:url"] == f"http://localhost{path}"
    picture = meta["og:image"].replace("&amp;", "&").removeprefix("http://localhost")
    assert "/card.png" in picture
    assert client.get(picture).mimetype == "image/png"


@pytest.mark.parametrize(
    ("path", "alt"), [("/en/events/talk", "A heart"), ("/es/updates/answer", "Un corazón")]
)
def test_event_and_update_with_a_picture_use_it(client, path, alt):
    write(
        events.pictures.change,
        owner_id=event_in_any_state("talk").id,
        picture=clean_picture(heart()),
        alts={"en": alt},
        focal=(20, 80),
        now=utcnow(),
    )
    write(
        updates.pictures.change,
        owner_id=update_now().id,
        picture=clean_picture(heart()),
        alts={"es": alt},
        now=utcnow(),
    )
    meta = dict(META.findall(client.get(path).text))
    assert WANTED <= meta.keys() and (meta["og:image:alt"], meta["og:image:type"]) == (
        alt,
        "image/jpeg",
    )
    answer = client.get(meta["og:image"].removeprefix("http://localhost"))
    assert Image.open(io.BytesIO(answer.data)).size == (
        int(meta["og:image:width"]),
        int(meta["og:image:height"]),
    )
    # There is one crop per picture, so visitors cannot cause more to be made.
    assert client.get(
        meta["og:image"].removeprefix("http://localhost").replace("-20-80", "-21-80")
    ).status_code == (404 if "talk" in path else 200)


@pytest.mark.parametrize(
    ("lang", "spoken", "others"),
    [("en", "en_CA", ["es_MX", "fr_CA"]), ("fr", "fr_CA", ["en_CA", "es_MX"])],
)
def test_networks_get_the_language_and_its_alternatives(client, lang, spoken, others):
    meta = META.findall(client.get(f"/{lang}/petitions/home").text)
    assert [value for name, value in meta if name == "og:locale"] == [spoken]
    assert sorted(value for name, value in meta if name == "og:locale:alternate") == others


@pytest.mark.parametrize("path", PAGES)
def test_machines_get_the_type_of_a_page(client, path):
    [script] = DATA.findall(client.get(path).text)
    data = json.loads(script)
    assert data["@context"] == "https://schema.org"


def test_petition_gives_its_count_and_its_targets(client):
    data = json.loads(DATA.findall(client.get("/es/petitions/home").text)[0])
    assert data["name"] == "Que vuelvan"
    assert data["interactionStatistic"]["userInteractionCount"] == 1
    assert data["audience"] == [{"@type": "Audience", "name": "El Senado del Valle"}]


def test_text_cannot_break_out_of_the_data(client):
    text = {"title": "</script><b>&", "summary": "x", "body": "x"}
    make_petition("odd", cause_id=make_cause("other").id, texts={"en": text})
    [data] = DATA.findall(client.get("/en/petitions/odd").text)
    assert json.loads(data)["name"] == "</script><b>&"

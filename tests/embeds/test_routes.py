"""Tests of embedded petitions: who may embed one, and what it does there."""

import xml.etree.ElementTree as ET

import pytest
from flask import current_app
from werkzeug.routing import IntegerConverter

from campaign.embeds.operations import change_embedding
from campaign.extensions import write
from campaign.petitions.editing import change_petition_slug
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from tests.factories.signatures import AMALIA, rows, sign_and_hatch

FRAME = "/embed/petitions/home"
PAGE = "http://localhost/en/petitions/home"
pytestmark = pytest.mark.usefixtures("petition")


def ancestors(answer):
    return answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]


@pytest.mark.parametrize("show", ["form", "thermometer", "counter", "montage", "nonsense", ""])
def test_every_kind_of_frame_shows_the_live_count(client, petition, show):
    sign_and_hatch(petition)
    answer = client.get(FRAME, query_string={"show": show, "lang": "es", "theme": "dark"})
    assert answer.status_code == 200
    assert 'data-pulse="/causes/valley/pulse.json"' in answer.text
    assert 'data-theme="night"' in answer.text
    assert '<html lang="es"' in answer.text
    assert "petition:home" in answer.text
    assert "public" in answer.headers["Cache-Control"]
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_frame_without_language_uses_the_readers_and_is_not_cached_for_others(client):
    answer = client.get(FRAME, headers={"Accept-Language": "es-MX"})
    assert '<html lang="es"' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("allowed", "origins", "who"),
    [
        ("anybody", [], "*"),
        ("nobody", ["https://a.example"], "'none'"),
        (
            "listed",
            ["https://a.example", "https://b.example:8443"],
            "'self' https://a.example https://b.example:8443",
        ),
    ],
)
def test_every_response_in_the_frame_says_who_may_embed_it(client, petition, allowed, origins, who):
    write(change_embedding, petition_id=petition.id, allowed=allowed, origins=origins)
    answers = [
        client.get(FRAME),
        client.get(f"{FRAME}/thanks"),
        client.post(f"{FRAME}/signatures", data=AMALIA),
        client.post(f"{FRAME}/signatures", data={}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 303, 422]
    assert {ancestors(answer) for answer in answers} == {who}
    assert all("X-Frame-Options" not in answer.headers for answer in answers)


def test_nothing_else_can_be_embedded(client, petition):
    sign_and_hatch(petition)
    walked = 0
    for rule in current_app.url_map.iter_rules():
        if (
            "GET" not in rule.methods
            or rule.rule.startswith("/embed/petitions/")
            or rule.rule.startswith("/dev/mail")
        ):
            continue
        values = {name: "home" for name in rule.arguments} | {
            "lang": "en",
            "kind": "petitions",
            "file_format": "svg",
            "version": "x",
            "path": "css/site.css",
        }
        values = {
            name: 1 if isinstance(converter, IntegerConverter) else values[name]
            for name, converter in rule._converters.items()
        }
        answer = client.get(current_app.url_map.bind("").build(rule.endpoint, values))
        assert answer.headers["X-Frame-Options"] == "DENY", rule.rule
        assert ancestors(answer) == "'none'", rule.rule
        walked += 1
    assert walked > 90


def test_signing_in_the_frame_stays_in_the_frame(client):
    answer = client.post(
        f"{FRAME}/signatures?theme=dark&lang=es", data={**AMALIA, "source": "partner"}
    )
    assert (answer.status_code, answer.location) == (303, f"{FRAME}/thanks?theme=dark&lang=es")
    thanks = client.get(answer.location).text
    assert 'data-theme="night"' in thanks
    assert "data-answer" in thanks
    assert [(row.lang, row.source) for row in rows()] == [("es", "partner")]


def test_refused_form_keeps_its_input_in_the_frame(client):
    answer = client.post(f"{FRAME}/signatures?lang=en", data={**AMALIA, "email": "x"})
    assert answer.status_code == 422
    assert 'value="Amalia"' in answer.text
    assert 'href="#email"' in answer.text
    assert 'class="frame"' in answer.text
    assert f'action="{FRAME}/signatures?lang=en"' in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://partner.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_host_page_cannot_sign_for_its_reader(client, headers, status):
    assert client.post(f"{FRAME}/signatures", data=AMALIA, headers=headers).status_code == status


def test_every_link_out_of_a_frame_opens_a_new_tab(client, petition):
    page = client.get(FRAME, query_string={"lang": "en"}).text
    links = [part.partition(">")[0] for part in page.split("<a ")[1:]]
    assert links
    assert [link for link in links if 'href="#' not in link and 'target="_blank"' not in link] == []


def test_closed_petition_says_so_in_its_frame(client, petition):
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    page = client.get(FRAME, query_string={"lang": "en"}).text
    assert 'data-state="closed"' in page
    assert "given_name" not in page
    assert client.post(f"{FRAME}/signatures", data=AMALIA).status_code == 410


def test_frame_of_nothing_says_so_and_a_moved_one_is_found(client, petition):
    missing = client.get("/embed/petitions/nothing")
    assert (missing.status_code, ancestors(missing)) == (404, "*")
    assert "frame-thanks" in missing.text
    write(
        change_petition_slug,
        petition_id=petition.id,
        version=petition.version_of("settings"),
        slug="house",
    )
    assert client.get(f"{FRAME}?theme=dark").location == "/embed/petitions/house?theme=dark"


def test_script_is_small_and_usable_on_isolated_pages(client):
    answer = client.get("/embed/volante.js")
    assert answer.mimetype == "text/javascript"
    assert len(answer.data) < 5000
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def oembed(client, **query):
    return client.get("/oembed", query_string={"url": PAGE, **query})


def test_oembed_describes_a_petition_in_both_formats(client):
    response = oembed(client, maxwidth=400)
    assert response.content_type == "application/json; charset=utf-8"
    answer = response.json
    assert {name: answer[name] for name in ("type", "version", "title", "width")} == {
        "type": "rich",
        "version": "1.0",
        "title": "Bring them home",
        "width": 400,
    }
    assert 'src="http://localhost/embed/petitions/home?lang=en"' in answer["html"]
    xml = ET.fromstring(oembed(client, maxwidth=400, format="xml").data)
    assert {part.tag: part.text for part in xml} == {
        name: str(value) for name, value in answer.items()
    }


def test_petition_page_links_to_its_oembed(client):
    page = client.get("/en/petitions/home").text
    address = (
        page.partition('application/json+oembed" href="http://localhost')[2]
        .partition('"')[0]
        .replace("&amp;", "&")
    )
    assert client.get(address).json["title"] == "Bring them home"


def test_too_small_for_a_form_becomes_a_thermometer(client):
    answer = oembed(client, maxheight=300).json
    assert "show=thermometer" in answer["html"]
    assert answer["height"] <= 300


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://elsewhere.example/en/petitions/home",
        "http://localhost/en/petitions/nothing",
        "http://localhost/en/causes/valley",
        "ftp://localhost/en/petitions/home",
        "http://[",
        "javascript:alert(1)",
        "http://localhost@evil.example/en/petitions/home",
    ],
)
def test_oembed_of_anything_else_is_not_found(client, url):
    assert client.get("/oembed", query_string={"url": url}).status_code == 404


def test_other_formats_are_not_implemented_and_odd_sizes_are_ignored(client):
    assert oembed(client, format="yaml").status_code == 501
    assert oembed(client, maxwidth="-1", maxheight="9" * 400).json["width"] == 600


def test_oembed_of_a_petition_without_embedding_is_a_link(client, petition):
    write(change_embedding, petition_id=petition.id, allowed="nobody", origins=[])
    answer = oembed(client).json
    assert answer["type"] == "link"
    assert "html" not in answer

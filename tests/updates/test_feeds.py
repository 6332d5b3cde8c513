"""Tests of feeds against the grammar of RFC 4287 and a widely used reader."""

from pathlib import Path

import feedparser
import pytest
from lxml import etree

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import clean_picture
from campaign.updates.body_pictures import add_body_picture
from campaign.updates.operations import pictures
from tests.factories.causes import make_cause
from tests.factories.pictures import heart
from tests.factories.updates import make_update

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
FEEDS = ("/en/feed.atom", "/es/feed.atom", "/fr/causes/valley/feed.atom")
ODD = {
    "title": 'Ñandú & <b>"Ayotzinapa"</b> – 𝟜𝟛 \u200fسلام',
    "summary": "It is <short> & sweet.",
    "body": "We *ask*: & <script>alert(1)</script>\n\n![](picture:1)\n\n- ]]>\n- [here](https://example.org/?a=1&b=2)",
}


@pytest.fixture
def news(app):
    cause = make_cause()
    update = make_update("odd", cause_id=cause.id, texts={lang: ODD for lang in ("en", "es", "fr")})
    write(
        pictures.change,
        owner_id=update.id,
        picture=clean_picture(heart()),
        alts={"en": "A heart"},
        now=utcnow(),
    )
    write(
        add_body_picture,
        update_id=update.id,
        picture=clean_picture(heart()),
        alts={"en": "A heart"},
        now=utcnow(),
    )
    make_update(
        "plain", cause_id=cause.id, days=9, texts={"en": {"title": "Plain", "body": "Plain."}}
    )
    return cause


@pytest.mark.parametrize("path", FEEDS)
def test_grammar_of_the_rfc_finds_no_error(client, news, path):
    feed = etree.fromstring(client.get(path).data)
    assert GRAMMAR.validate(feed), GRAMMAR.error_log
    # What the RFC requires beyond its grammar: an author, a link to read it, and one link of each
    # kind.
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    for item in (feed, *feed.iter(f"{ATOM}entry")):
        links = [
            (link.get("rel"), link.get("type"), link.get("hreflang"))
            for link in item.findall(f"{ATOM}link")
        ]
        assert len(links) == len(set(links)) and any(rel == "alternate" for rel, *_ in links)
    ids = [item.text for item in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 3


def test_grammar_finds_the_errors_of_a_broken_feed(client, news):
    feed = client.get("/en/feed.atom").text
    for valid, broken in (
        ("<updated>", "<changed>"),
        ("T", " "),
        ('type="html"', 'type="markup"'),
        ("<id>", "<id>x</id><id>"),
    ):
        changed = etree.fromstring(
            feed.replace(valid, broken)
            .replace("</updated>", "</changed>" if broken == "<changed>" else "</updated>")
            .encode()
        )
        assert not GRAMMAR.validate(changed), broken


@pytest.mark.parametrize("path", FEEDS)
def test_reader_accepts_it_without_warning_and_shows_the_text(client, news, path):
    answer = client.get(path)
    read = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert not read.bozo, read.get("bozo_exception")
    assert (read.version, len(read.entries)) == ("atom10", 2)
    entry = read.entries[0]
    assert entry.title == ODD["title"] and entry.summary == ODD["summary"]
    shown = entry.content[0].value
    assert (
        "<em>ask</em>" in shown
        and "<script>" not in shown
        and 'src="http://localhost/pictures/' in shown
    )
    assert entry.published_parsed and entry.updated_parsed


@pytest.mark.parametrize("path", FEEDS)
def test_feed_without_updates_is_valid_too(client, app, path):
    make_cause()
    answer = client.get(path)
    assert GRAMMAR.validate(etree.fromstring(answer.data)), GRAMMAR.error_log
    assert not feedparser.parse(
        answer.data, response_headers={"content-type": answer.content_type}
    ).bozo

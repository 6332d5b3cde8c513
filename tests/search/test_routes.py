"""Tests of the page of results."""

import re

import pytest

from campaign.causes.operations import create_cause
from campaign.extensions import write
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import TARGETS, TEXTS, make_petition
from tests.factories.search import index_now


@pytest.fixture
def library(app):
    cause = make_cause()
    make_petition(cause_id=cause.id)
    make_event(cause_id=cause.id)
    index_now()
    return cause


def heading(response):
    return re.sub(
        r"\s+", " ", re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.DOTALL)[1]
    ).strip()


def links(response):
    return re.findall(r'class="result-title"><a href="([^"]+)"', response.text)


def tabs(response):
    return re.findall(
        r'<a href="([^"]+)"(?: aria-current="page")?>([^<]+) <span class="search-number">(\d+)',
        response.text,
    )


def test_empty_search_page_says_how_to_search(client, library):
    response = client.get("/en/search")
    assert heading(response)
    assert links(response) == []
    assert 'class="lead search-lead"' in response.text


def test_results_link_to_their_pages_in_the_same_language(client, library):
    response = client.get("/en/search?q=valley")
    assert "valley" in heading(response)
    assert links(response) == ["/en/causes/valley", "/en/petitions/home"]
    assert "Butterflies for the <mark>Valley</mark>" in response.text
    assert "public" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert "noindex" in response.text


def test_query_stays_in_the_field_and_in_the_language_links(client, library):
    response = client.get("/en/search?q=Valle%26+%22x%22&kind=event")
    assert 'value="Valle&amp; &#34;x&#34;"' in response.text
    assert 'href="/es/search?q=Valle%26+%22x%22&amp;kind=event"' in response.text


def test_kinds_are_tabs_with_their_numbers(client, library):
    response = client.get("/en/search?q=of&kind=event")
    assert [(address, number) for address, _name, number in tabs(response)] == [
        ("/en/search?q=of", "2"),
        ("/en/search?q=of&amp;kind=petition", "1"),
        ("/en/search?q=of&amp;kind=event", "1"),
    ]
    assert all(link.startswith("/en/events/") for link in links(response))


def test_empty_results_link_to_other_content(client, library):
    response = client.get("/en/search?q=charla")
    assert "charla" in heading(response)
    assert 'class="search-tabs' not in response.text
    links_found = response.text.partition('id="found-es"')[2].partition("</section>")[0]
    assert "In another language: Spanish<" in links_found
    assert ">1 result in Spanish<" in links_found
    assert re.search(r'href="/es/search\?q=charla"[^>]*>[^<]*\b1\b', links_found)
    assert 'href="/en/events/"' in response.text


def test_one_of_two_causes_can_be_chosen(client, library):
    make_petition("far", cause_id=make_cause("other").id)
    index_now()
    assert len(links(client.get("/en/search?q=undersigned"))) == 2
    chosen = client.get("/en/search?q=undersigned&cause=other")
    assert links(chosen) == ["/en/petitions/far"]
    assert '<option value="other" selected>' in chosen.text
    assert links(client.get("/en/search?q=undersigned&cause=nowhere")) == []


def test_many_results_have_pages(client, app):
    cause = make_cause()
    for number in range(12):
        make_petition(f"p-{number}", cause_id=cause.id)
    index_now()
    first = client.get("/en/search?q=home")
    assert len(links(first)) == 10
    assert 'href="/en/search?q=home&amp;page=2" rel="next"' in first.text
    second = client.get("/en/search?q=home&page=2")
    assert len(links(second)) == 2
    assert 'rel="prev"' in second.text and 'rel="next"' not in second.text


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=" + "x" * 5000,
        "?q=valley&page=x",
        "?q=valley&page=-1",
        "?q=valley&page=99999999999999999999",
        "?q=valley&kind=x",
        "?q=valley&cause='",
        "?q=<script>alert(1)</script>",
        "?q=%ff%fe",
        "?q[]=1",
        "?_external=1&q=x",
    ],
)
def test_odd_queries_are_answered(client, library, query):
    response = client.get(f"/en/search{query}")
    assert response.status_code == 200
    assert "<script>alert" not in response.text


def test_organizers_text_is_shown_as_text(client, app):
    title = 'A <b>bold</b> & "quoted" <script>alert(1)</script>'
    make_petition(texts={"en": {**TEXTS["en"], "title": title}}, targets=TARGETS)
    index_now()
    response = client.get("/en/search?q=bold")
    assert "A &lt;b&gt;<mark>bold</mark>&lt;/b&gt;" in response.text
    assert "<script>alert" not in response.text


def test_single_letter_finds_its_own_words_and_says_how_to_find_more(client, library):
    hint = 'data-hint="one-letter"'
    # Nothing was searched, so the heading does not speak of results.
    assert "“x”" not in heading(client.get("/en/search?q=x"))
    for lang in ("en", "es", "fr"):
        assert hint in client.get(f"/{lang}/search?q=%20V%20").text
    assert hint not in client.get("/en/search?q=va").text
    assert hint not in client.get("/en/search?q=%E5%AE%B6").text


def test_untranslated_text_is_marked_with_its_own_language(client, app):
    make_petition(
        "casa", texts={"es": {**TEXTS["en"], "title": "Una casa para todas"}}, original_lang="es"
    )
    index_now()
    page = client.get("/en/search?q=casa").text
    assert re.search(r'<a href="/en/petitions/casa" lang="es">', page)
    assert re.search(r'<p class="reading" lang="es">', page)
    assert re.search(
        r'<a href="/en/petitions/casa" lang="es">', client.get("/en/petitions/cassa").text
    )
    assert re.search(r'<a href="/es/petitions/casa">', client.get("/es/petitions/cassa").text)


def test_hits_of_another_language_are_named_and_marked(client, app):
    texts = {"en": ("The valley", "", ""), "es": ("Las víctimas del valle", "", "")}
    write(
        create_cause,
        slug="river",
        texts={
            lang: dict(zip(("title", "summary", "story"), item, strict=True))
            for lang, item in texts.items()
        },
    )
    index_now()
    response = client.get("/en/search?q=victimas&kind=event")
    assert '<h2 id="found-es">In another language: Spanish</h2>' in response.text
    assert re.search(
        r'<a href="/es/causes/river" lang="es" hreflang="es">Las <mark>víctimas</mark>',
        response.text,
    )
    assert 'href="/es/search?q=victimas" hreflang="es"' in response.text

"""Tests of sites in other languages, in other orders, and of changing them while the site runs."""

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest

from campaign.extensions import write
from campaign.mail.renderers import renderers_of
from campaign.signatures.signing.repeats import CONFIRMATION
from campaign.site.languages import languages_with, offered_lang
from campaign.site.operations import change_site
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, post_signature, rows
from tests.factories.updates import make_update

PETITION = {
    "pt-BR": {"title": "Queremos árvores", "summary": "Duas frases.", "body": "Pedimos *sombra*."},
    "ar": {"title": "نريد أشجارا", "summary": "جملتان.", "body": "نطلب *الظل*."},
}
TITLES = {"en": "Shade", "es": "Sombra"}
PAGES = ("/", "/privacy", "/accessibility", "/search", "/events/", "/updates/", "/site.webmanifest")


def speak(*languages):
    write(change_site, settings={"languages": list(languages)})


def attributes(page):
    """Return (lang, dir) of a page."""
    return re.search(r'<html lang="([^"]*)" dir="([^"]*)"', page.text).groups()


@pytest.fixture
def from_the_right(app):
    """A site in Brazilian Portuguese and Arabic, with one of everything."""
    speak("pt-BR", "ar")
    cause = make_cause()
    petition = make_petition(cause_id=cause.id, texts=PETITION, original_lang="pt-BR")
    make_event(cause_id=cause.id)
    make_update(cause_id=cause.id)
    return SimpleNamespace(cause=cause, petition=petition)


def test_first_language_is_the_default_everywhere(app, client):
    speak("es", "en", "fr")
    make_petition()
    assert client.get("/").location == "/es/"
    assert client.get("/", headers={"Accept-Language": "de"}).location == "/es/"
    assert client.get("/", headers={"Accept-Language": "fr"}).location == "/fr/"
    page = client.get("/es/petitions/home").text
    assert re.findall(r'hreflang="(\w+)" href="http://localhost/', page) == ["es", "en", "fr"]
    assert client.get("/api/v1/petitions/home").json["title"] == "Que vuelvan"
    assert offered_lang(["xx", "tlh"]) == "es"


def test_new_texts_are_in_the_first_language(app, run):
    speak("pt-BR", "ar")
    assert run("organisations", "create", "ours", "--name", "Nós").exit_code == 0
    done = run("causes", "create", "trees", "--organisation", "ours", "--title", "Árvores")
    assert "/pt-BR/causes/trees" in done.output
    wrong = run(
        "causes", "create", "shade", "--organisation", "ours", "--title", "Shade", "--lang", "en"
    )
    assert wrong.exit_code == 2 and "pt-BR, ar" in wrong.output


@pytest.mark.parametrize(("lang", "side"), [("pt-BR", "ltr"), ("ar", "rtl")])
def test_pages_are_in_the_languages_of_the_site(client, from_the_right, lang, side):
    for path in (*PAGES, "/causes/valley", "/petitions/home", "/events/talk", "/updates/answer"):
        page = client.get(f"/{lang}{path}")
        assert page.status_code == 200, path
        if page.mimetype == "text/html":
            assert attributes(page) == (lang, side)
    page = client.get(f"/{lang}/petitions/home").text
    assert PETITION[lang]["title"] in page
    for code in ("pt-BR", "ar"):
        assert f'href="/{code}/petitions/home" hreflang="{code}"' in page
    assert "Português (Brasil)" in page and "العربية" in page
    assert client.get(f"/en{path}").status_code == 404


def test_dates_and_countries_follow_the_language(client, from_the_right):
    assert "Alemanha" in client.get("/pt-BR/petitions/home").text
    assert "ألمانيا" in client.get("/ar/petitions/home").text


def test_interface_is_in_the_nearest_language_that_has_one(app, client):
    english = client.get("/en/privacy").text
    title = re.search("<title>(.*?)</title>", english)[1]
    speak("pt-BR", "ar", "es")
    assert title not in client.get("/pt-BR/privacy").text
    spanish = re.search("<title>(.*?)</title>", client.get("/es/privacy").text)[1]
    assert spanish in client.get("/pt-BR/privacy").text
    speak("pt-BR", "ar")
    assert title in client.get("/pt-BR/privacy").text


def test_sitemap_lists_the_languages(client, from_the_right):
    tree = ET.fromstring(client.get("/sitemap.xml").data)
    space = "{http://www.w3.org/1999/xhtml}link"
    found = [(item.get("hreflang"), item.get("href")) for item in tree[0].iter(space)]
    assert found == [
        ("pt-BR", "http://localhost/pt-BR/"),
        ("ar", "http://localhost/ar/"),
        ("x-default", "http://localhost/"),
    ]


@pytest.mark.parametrize(("lang", "side"), [("pt-BR", "ltr"), ("ar", "rtl")])
def test_people_sign_and_get_email_in_their_language(app, client, from_the_right, lang, side):
    answer = post_signature(client, from_the_right.petition, AMALIA, lang=lang)
    assert answer.status_code == 303 and answer.location.startswith(f"/{lang}/")
    [signature] = rows()
    assert signature.lang == lang
    queued = SimpleNamespace(subject_id=signature.id, lang=lang)
    message = renderers_of(app)[CONFIRMATION](queued)
    assert f'<html lang="{lang}" dir="{side}"' in message.html
    assert f"http://localhost/{lang}/signatures/confirm/" in message.text
    assert PETITION[lang]["title"] in message.html


def test_text_of_a_variety_is_shown_to_readers_of_another(app, client):
    speak("en", "es-MX", "pt")
    make_petition(
        texts={lang: {"title": title, "summary": "", "body": ""} for lang, title in TITLES.items()}
    )
    page = client.get("/es-MX/petitions/home").text
    assert "Sombra" in page and "Shade" not in page
    assert "Shade" in client.get("/pt/petitions/home").text
    assert client.get("/", headers={"Accept-Language": "es-AR"}).location == "/es-MX/"
    assert client.get("/", headers={"Accept-Language": "pt-BR"}).location == "/pt/"


def test_languages_change_while_the_site_runs(client, app):
    make_petition()
    assert client.get("/fr/petitions/home").status_code == 200
    assert client.get("/pt-BR/petitions/home").status_code == 404
    speak("es", "pt-BR")
    assert client.get("/fr/petitions/home").status_code == 404
    assert client.get("/pt-BR/petitions/home").status_code == 200
    # The petition is written in English too, which has no page now.
    page = client.get("/es/petitions/home").text
    assert "/en/" not in page and languages_with(["en", "es"]) == ("es", "pt-BR", "en")


def test_people_in_a_removed_language_get_links_that_work(app, client, petition):
    post_signature(client, petition, AMALIA, lang="fr")
    speak("es", "pt-BR")
    [signature] = rows()
    queued = SimpleNamespace(subject_id=signature.id, lang="fr")
    message = renderers_of(app)[CONFIRMATION](queued)
    path = re.search(r"http://localhost(/es/signatures/confirm/\S+)", message.text)[1]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/PT-br/petitions/home", "/pt-br/petitions/home?ref=a", "/AR/"])
def test_other_case_redirects(client, from_the_right, path):
    answer = client.get(path)
    canonical = path.replace("PT-br", "pt-BR").replace("pt-br", "pt-BR").replace("AR", "ar")
    assert (answer.status_code, answer.location) == (302, canonical)


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    "segment",
    [
        "en--",
        "en-",
        "-en",
        "en_CA",
        "xx",
        "und",
        "de",
        "e",
        "api",
        "dev",
        "..en",
        "en%00",
        "en%0a",
        "ｅｎ",
        "a-" * 4000 + "b",
        "a" * 9000,
        "ar-x-y-z",
    ],
)
def test_hostile_tags_have_no_pages(client, from_the_right, segment):
    for path in ("", "/", "/privacy", "/petitions/home", "/updates", "/privacy?a=b"):
        answer = client.get(f"/{segment}{path}", follow_redirects=True)
        assert answer.status_code == 404, path
    assert client.post(f"/{segment}/petitions/home/signatures").status_code in (404, 405)


def test_missing_page_has_the_design_of_the_site(client, from_the_right):
    page = client.get("/de/petitions/home", headers={"Accept-Language": "ar"})
    assert page.status_code == 404 and attributes(page) == ("ar", "rtl")

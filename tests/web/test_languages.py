"""Tests of which language a page uses."""

from urllib.parse import urlsplit

import pytest

from tests.factories.petitions import make_petition


def spoken(client, path, accepted=None):
    answer = client.get(path, headers={"Accept-Language": accepted} if accepted is not None else {})
    return answer.location


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("es_MX", "es"),
        ("ES-mx, en;q=0.9", "es"),
        ("de, fr;q=0.5, en;q=0.2", "fr"),
        ("en;q=0.2, es;q=0.8", "es"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        (";;,,q=x", "en"),
        ("français", "en"),
        (None, "en"),
    ],
)
def test_home_page_uses_the_visitors_first_language_that_we_have(client, accepted, lang):
    assert spoken(client, "/", accepted) == f"/{lang}/"


def test_address_without_a_language_redirects_to_one_with_it(client, app):
    make_petition()
    assert spoken(client, "/petitions/home", "es") == "/es/petitions/home"
    assert spoken(client, "/privacy", "fr") == "/fr/privacy"
    assert (
        spoken(client, "/causes/valley?ref=a&b=%C3%A9", "fr") == "/fr/causes/valley?ref=a&b=%C3%A9"
    )


def test_query_that_is_not_text_is_passed_on_as_far_as_it_is(client, app):
    make_petition()
    answer = client.get("/petitions/home", query_string=b"ref=\xff&b=1".decode("latin-1"))
    assert answer.status_code == 302 and answer.location.endswith("&b=1")


def test_extra_slash_is_forgiven(client, app):
    make_petition()
    assert spoken(client, "/en/petitions/home/?ref=a") == "/en/petitions/home?ref=a"
    assert spoken(client, "/petitions/home/", "es") == "/es/petitions/home"
    assert spoken(client, "/healthz/") == "/healthz"
    assert client.get("/en/nothing/").status_code == 404
    assert client.post("/en/petitions/home/signatures/").status_code == 404


def test_redirect_varies_by_language_and_is_not_cached(client):
    answer = client.get("/privacy")
    assert answer.status_code == 302
    assert "Accept-Language" in answer.vary
    assert "no-cache" in answer.headers["Cache-Control"]


def test_address_overrides_the_browser(client):
    page = client.get("/es/privacy", headers={"Accept-Language": "fr"})
    assert '<html lang="es"' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "//evil.example/privacy",
        "/\r\nX-Evil: 1",
        "//",
        "//evil.example/en/privacy/",
    ],
)
def test_no_address_redirects_to_another_host(client, path):
    answer = client.get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code in (302, 308, 404)
    assert urlsplit(answer.location or "").netloc in ("", "localhost")
    assert not (answer.location or "").startswith(("//", "/\\"))
    assert "X-Evil" not in answer.headers


def test_line_break_in_a_path_is_not_redirected(client):
    assert client.get("/subscriptions/a%0D%0ASet-Cookie%3A%20x%3D1").status_code == 404


def test_post_without_a_language_is_not_redirected(client):
    assert client.post("/petitions/home/signatures").status_code == 404


def test_each_page_links_to_itself_in_the_other_languages(client, app):
    make_petition()
    page = client.get("/es/petitions/home?ref=x").text
    for lang in ("en", "es", "fr"):
        assert f'hreflang="{lang}" href="http://localhost/{lang}/petitions/home"' in page
    assert '<link rel="canonical" href="http://localhost/es/petitions/home">' in page


def test_language_without_its_slash_redirects_to_its_home_page(client):
    answer = client.get("/fr")
    assert answer.status_code == 308
    assert answer.location.endswith("/fr/")

"""Tests of the montage's routes."""

import re

import pytest
from lxml import html

from campaign.montage import routes
from campaign.montage.browser_data import version
from campaign.montage.cards import routes as card_routes
from campaign.montage.pictures import DrawnPicture
from tests.factories.signatures import AMALIA, ODILE, change, hatch_now, sign_and_hatch, withdraw

NAMES = "/causes/valley/butterflies/0.json"
PAGE = "/en/causes/valley/montage"


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_names_are_public_tagged_and_short_lived(client, petition):
    sign_and_hatch(petition, AMALIA, name_display="full")
    answer = client.get(NAMES)
    data = answer.json
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["butterflies"][0].pop("at"))
    assert data == {
        "first": 1,
        "last": 1,
        "butterflies": [{"n": 1, "name": "Amalia Rosales", "country": "CA"}],
        "free": [],
    }
    assert answer.cache_control.public and answer.cache_control.max_age <= 30
    assert "stale-if-error" not in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert client.get(NAMES, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_names_omit_supporters_who_are_only_counted(client, petition):
    sign_and_hatch(petition, AMALIA, comment="Nobody shall read this.")
    text = client.get(NAMES).text
    assert not any(
        secret in text for secret in ("Amalia", "Rosales", "M5V", "Nobody shall", "example")
    )
    assert client.get(NAMES).json["butterflies"] == []


def test_free_numbers_are_listed(client, petition):
    first = sign_and_hatch(petition, AMALIA)
    sign_and_hatch(petition, ODILE)
    withdraw(first)
    hatch_now()
    assert client.get(NAMES).json["free"] == [1]
    assert client.get("/causes/valley/numbers.json").json == {"count": 1, "last": 2, "free": [1]}


@pytest.mark.parametrize(
    "path",
    [
        NAMES,
        "/causes/valley/butterflies/7.json",
        "/causes/nowhere/butterflies/0.json",
        "/causes/nowhere/numbers.json",
    ],
)
def test_unknown_path_is_not_found(client, petition, path):
    assert client.get(path).status_code == 404


def test_page_is_public_and_has_no_cookie(client, petition):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert answer.cache_control.public
    assert "Set-Cookie" not in answer.headers
    page = html.fromstring(answer.data)
    [say], [counted] = (
        page.xpath(f"//*[contains(@class, '{name}')]") for name in ("montage-say", "montage-text")
    )
    assert say.text.strip() == say.get("data-none") and "hidden" not in say.attrib
    assert not counted.text.strip() and "hidden" in counted.attrib


def test_without_script_a_number_opens_its_card(client, petition):
    row_id = sign_and_hatch(petition, AMALIA, name_display="full", comment="For my sister.")
    change(row_id, comment_shown=True)
    card = text_of(client.get(f"{PAGE}?n=1"))
    assert "Amalia Rosales" in card and "Canada" in card and "For my sister." in card


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("1", "counted"),
        # As it is written on a French page.
        ("0\u202f001", "counted"),
        ("2", "beyond"),
        ("9" * 40, "beyond"),
        # The hint that says how to search.
        ("x", None),
        ("0", None),
    ],
)
def test_card_explains_kindly_what_it_cannot_show(client, petition, number, state):
    sign_and_hatch(petition, AMALIA)
    [card] = html.fromstring(client.get(f"{PAGE}?n={number}").data).xpath("//*[@data-butterfly]")
    text_of = card.xpath("normalize-space(.//*[@data-card='say'])")
    known = {card.get(f"data-{name}"): name for name in ("counted", "free", "beyond")}
    assert text_of
    assert known.get(text_of) == state


def test_without_script_the_names_are_a_list(client, petition):
    sign_and_hatch(petition, AMALIA, name_display="full")
    sign_and_hatch(petition, ODILE)
    names = text_of(client.get(f"{PAGE}?list=1"))
    assert "Amalia Rosales" in names
    assert 'data-counted-only="1"' in client.get(f"{PAGE}?list=1").text
    assert client.get(f"{PAGE}?list=1&page=2").status_code == 404


def test_empty_list_says_so(client, petition):
    names = client.get(f"{PAGE}?list=1").text.partition('id="names"')[2]
    assert 'data-state="none"' in names and 'class="name"' not in names


def test_names_of_people_are_never_markup(client, petition):
    sign_and_hatch(petition, {**AMALIA, "family_name": "<b>Rosales"}, name_display="full")
    for query in ("n=1", "list=1"):
        assert "<b>Rosales" not in client.get(f"{PAGE}?{query}").text


def test_drawing_data_is_cached_only_under_its_own_digest(client, petition):
    lasting = client.get(f"/montage/{version()}/monarch.bin")
    assert "immutable" in lasting.headers["Cache-Control"]
    former = client.get("/montage/old/monarch.bin").headers
    assert "immutable" not in former["Cache-Control"]
    assert former["Content-Location"] == f"/montage/{version()}/monarch.bin"
    assert "Content-Location" not in lasting.headers
    assert client.get(f"/montage/{version()}/sprites-mid.png").mimetype == "image/png"
    assert client.get(f"/montage/{version()}/nothing.bin").status_code == 404
    assert client.get(f"/montage/{version()}/sprites-huge.png").status_code == 404


@pytest.mark.parametrize(
    ("module", "function", "path"),
    [
        (routes, "montage_png", "/causes/valley/montage.png"),
        (card_routes, "card_png", "/causes/valley/card.png"),
        (card_routes, "card_png", "/petitions/home/card.png"),
    ],
)
def test_older_picture_is_cached_for_seconds(client, petition, monkeypatch, module, function, path):
    monkeypatch.setattr(module, function, lambda *_, **__: DrawnPicture(b"older", is_current=False))
    assert client.get(path).cache_control.max_age <= 5
    monkeypatch.setattr(module, function, lambda *_, **__: DrawnPicture(b"current"))
    assert client.get(path).cache_control.max_age >= 60

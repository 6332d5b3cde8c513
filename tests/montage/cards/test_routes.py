"""Tests of the routes of share cards, and of the metadata about them in the heads of pages."""

import io
import re

import pypdfium2
import pytest
from PIL import Image

from campaign.causes.queries import cause_by_slug
from campaign.montage import pictures
from campaign.montage.cards import drawing
from campaign.montage.pictures import DrawingQueueFull, cached
from campaign.montage.texts import card_of_cause, card_of_petition
from campaign.petitions.queries import petition_by_slug
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, confirm, hatch_now, sign_and_hatch, sign_many

CARDS = ["/causes/valley/card.png", "/petitions/home/card.png"]


@pytest.mark.parametrize("path", CARDS)
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_card_is_public_and_of_the_size_that_pages_promise(client, petition, path, lang):
    response = client.get(f"{path}?lang={lang}")
    assert (
        response.status_code == 200
        and response.cache_control.public
        and "Set-Cookie" not in response.headers
    )
    assert Image.open(io.BytesIO(response.data)).size == (1200, 630)


def test_card_changes_with_the_count_and_not_with_the_visitor(client, petition, monkeypatch):
    # A slow machine would show the last picture while it draws the new one.
    monkeypatch.setattr(pictures, "MAX_WAIT_SECONDS", 60)
    empty = client.get(CARDS[0]).data
    assert client.get(CARDS[0], headers={"Accept-Language": "fr"}).data == empty
    assert client.get(f"{CARDS[0]}?lang=es").data != empty
    sign_and_hatch(petition, AMALIA)
    assert client.get(CARDS[0]).data != empty


def test_card_without_signatures_invites_the_first(app, petition):
    def cards():
        return card_of_cause(cause_by_slug("valley"), "es"), card_of_petition(
            petition_by_slug("home"), "en"
        )

    cause, letter = cards()
    assert (cause.count, letter.count, letter.above) == ("", "", "Butterflies for the Valley")
    sign_and_hatch(petition, AMALIA)
    for before, after in zip((cause, letter), cards(), strict=True):
        assert before.caption and after.caption and before.caption != after.caption


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_card_asks_to_sign_above_its_address(app, petition, lang):
    sign_and_hatch(petition, AMALIA)
    for card in (
        card_of_cause(cause_by_slug("valley"), lang),
        card_of_petition(petition_by_slug("home"), lang),
    ):
        [page] = pypdfium2.PdfDocument(drawing._set(card))
        words = " ".join(page.get_textpage().get_text_range().split())
        assert card.call and f"{card.call} {card.address}" in words


def test_card_counts_the_petitions_own_signatures(app, petition):
    other = make_petition("other", cause_id=petition.cause_id)
    sign_and_hatch(petition, AMALIA)
    sign_and_hatch(other, ODILE)
    letter = card_of_petition(petition_by_slug("other"), "en")
    assert (letter.count, letter.last) == ("1", 2)


@pytest.mark.parametrize("path", ["/causes/nowhere/card.png", "/petitions/nowhere/card.png"])
def test_unknown_subject_has_no_card(client, petition, path):
    assert client.get(path).status_code == 404


def test_card_in_an_unknown_language_is_refused_plainly(client, petition):
    response = client.get("/causes/valley/card.png?lang=tlh")
    assert response.status_code == 400 and "en, es, fr" in response.text


@pytest.mark.parametrize(
    ("page", "card"),
    [
        ("/es/causes/valley", "/causes/valley/card.png?lang=es"),
        ("/es/causes/valley/montage", "/causes/valley/card.png?lang=es"),
        ("/es/petitions/home", "/petitions/home/card.png?lang=es"),
    ],
)
def test_pages_link_their_card(app, client, petition, page, card):
    head = client.get(page).text.partition("</head>")[0]
    named = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[a-z:]+)" content="([^"]*)"', head)
    )
    assert named["og:image"] == app.config["PUBLIC_URL"] + card
    assert (named["og:image:width"], named["og:image:height"]) == ("1200", "630")
    assert named["og:image:alt"] and named["twitter:card"] == "summary_large_image"


@pytest.mark.parametrize("w", ["0", "-1", "2401", "99999", "abc", "", "1.5"])
def test_montage_of_an_impossible_width_is_refused_plainly(client, petition, w):
    response = client.get(f"/causes/valley/montage.png?w={w}")
    assert response.status_code == 400 and "2400" in response.text


@pytest.mark.parametrize("count", [0, 1, 43])
def test_montage_is_drawn_at_any_width(app, client, petition, count):
    for row_id in sign_many(petition, count):
        confirm(row_id)
    hatch_now()
    for w in (1, 37, 2400):
        response = client.get(f"/causes/valley/montage.png?w={w}")
        assert response.status_code == 200
        assert Image.open(io.BytesIO(response.data)).size == (w, w)


def test_identical_pictures_are_drawn_once(tmp_path):
    drawn = []

    def make():
        drawn.append(1)
        return b"picture"

    assert cached(tmp_path, ("a", 1), make) == cached(tmp_path, ("a", 1), make) == b"picture"
    cached(tmp_path, ("a", 2), make)
    assert len(drawn) == 2


def test_picture_folder_does_not_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 25)
    for index in range(5):
        cached(tmp_path, index, lambda: b"0123456789")
    assert len(list(tmp_path.iterdir())) == 2


def test_request_behind_a_long_queue_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures._queue._slots, "acquire", lambda blocking: False)
    with pytest.raises(DrawingQueueFull):
        cached(tmp_path, "one more", lambda: b"")

"""Tests of what a tablet says about the delivery, depending on the chosen petitions."""

import json

from tests.browser.modules.little_site import BASE

WORDS = {
    "es": {
        "delivery_one": "una: {list}",
        "delivery_many": "varias: {list}",
        "delivery_each": "cada una:",
        "delivery_never": "nunca",
    }
}
SAY = """async ([base, words, petitions]) => {
  document.documentElement.lang = "es";
  document.body.innerHTML = `<script type="application/json" id="messages">${words}</script><main></main>`;
  const place = document.querySelector("main");
  (await import(`${base}/kiosk/screens/delivery.js`)).showDelivery(place, petitions);
  return [...place.querySelectorAll("p, li")].map((line) => line.textContent);
}"""


def delivered_texts(page, **lists):
    """Return the lines shown when petitions with these lists (by title) are chosen."""
    petitions = [
        {"title": {"es": title}, **({"delivered": {"en": "–", "es": item}} if item else {})}
        for title, item in lists.items()
    ]
    page.goto("/pages/thanks.html")
    return page.evaluate(SAY, [BASE, json.dumps(WORDS), petitions])


def test_delivery_of_one_petition_is_shown_in_the_page_language(page):
    assert delivered_texts(page, A="nombre y país") == ["una: nombre y país"]


def test_petitions_that_agree_share_one_sentence(page):
    assert delivered_texts(page, A="nombre", B="nombre") == ["varias: nombre"]


def test_petitions_that_differ_are_listed_apart(page):
    assert delivered_texts(page, A="nombre", B="nombre y día", C="nombre") == [
        "cada una:",
        "A · C – nombre",
        "B – nombre y día",
        "nunca",
    ]


def test_stored_campaign_without_delivery_says_nothing(page):
    assert delivered_texts(page, A="", B="") == []

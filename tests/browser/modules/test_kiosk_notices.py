"""Tests of the privacy notices that a tablet shows, depending on the chosen petitions."""

import json

from tests.browser.modules.little_site import BASE

TEXTS = {"es": {"privacy_notice": "Aviso", "paper_notice": "Aviso: {version}"}}
SHOW = """async ([base, texts, petitions]) => {
  document.documentElement.lang = "es";
  document.body.innerHTML = `<script type="application/json" id="messages">${texts}</script><main></main>`;
  const place = document.querySelector("main");
  (await import(`${base}/kiosk/screens/notices.js`)).showNotices(place, petitions);
  return [...place.querySelectorAll("main > p, summary, div p")].map((line) => line.textContent);
}"""


def shown_lines(page, **notices):
    """Return the lines shown when petitions with these notices (by title) are chosen."""
    petitions = [
        {
            "title": {"es": title},
            **(
                {"notice": {"es": {"line": f"{item}.", "html": f"<p>{item} y más</p>"}}}
                if item
                else {}
            ),
        }
        for title, item in notices.items()
    ]
    page.goto("/pages/thanks.html")
    return page.evaluate(SHOW, [BASE, json.dumps(TEXTS), petitions])


def test_petitions_with_the_same_notice_share_it(page):
    assert shown_lines(page, A="uno", B="uno") == ["uno.", "Aviso", "uno y más"]


def test_petitions_with_different_notices_show_each_with_its_title(page):
    lines = shown_lines(page, A="uno", B="dos")
    assert lines == ["uno.", "Aviso", "A", "uno y más", "dos.", "Aviso", "B", "dos y más"]


def test_paper_form_has_the_line_and_the_version_of_each_notice_once(page):
    notices = [{"line": "Uno.", "digest": "abcdef012345" + "0" * 52}] * 2
    petitions = [{"title": {"es": "A"}, "notice": {"es": item}} for item in notices]
    page.goto("/pages/thanks.html")
    script = SHOW.replace("showNotices", "showNoticeVersions")
    assert page.evaluate(script, [BASE, json.dumps(TEXTS), [*petitions, {"title": {}}]]) == [
        "Uno. Aviso: abcdef012345"
    ]


def test_stored_campaign_without_notices_shows_none(page):
    assert shown_lines(page, A="", B="") == []

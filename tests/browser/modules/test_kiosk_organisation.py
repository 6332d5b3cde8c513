"""Tests of how a tablet shows the organization of its event: mark, name, pattern and colours."""

import json

import pytest

from tests.browser.modules.little_site import BASE

ACCENT = {
    mode: dict.fromkeys(("hover", "active", "text", "selected"), colour)
    | {"fill": colour, "on_fill": "#fffdf7"}
    for mode, colour in (("day", "#7a1f5c"), ("night", "#d98abf"))
}
KEEPERS = {"name": {"en": "River Keepers", "es": "Guardianes del río"}, "accent": ACCENT}
SHOW = """async ([base, organisations]) => {
  document.documentElement.lang = "es";
  document.title = "Site";
  document.body.innerHTML = `<script type="application/json" id="messages">{"es": {}}</script>
    <script type="application/json" id="host">{"name": {}, "mark": null, "accent": null, "pattern": "plain"}</script><div><img data-mark hidden><b data-organisation>Site</b></div>`;
  const { organisationOf, showOrganisation, useLooks } = await import(`${base}/kiosk/organisation.js`);
  for (const sent of organisations) {
    const organisation = organisationOf({ organisation: sent });
    showOrganisation(organisation, document.body);
    useLooks(organisation);
  }
  const image = document.querySelector("img");
  const settled = (resolve) => (image.onload = resolve) && image.addEventListener("error", resolve);
  if (image.hasAttribute("src")) await new Promise(settled);
  const { style, dataset } = document.documentElement;
  return [document.title, document.querySelector("b").textContent, style.getPropertyValue("--accent"), !image.hidden && image.getAttribute("src"),
    dataset.pattern, document.querySelector("b").className];
}"""
DRAWING = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'%3E%3C/svg%3E"
)
MARK = {"url": DRAWING, "width": 40, "height": 40, "has_name": False}


def shown(page, *organisations):
    """Return title, name and accent after each of these, as campaigns bring them, was shown.

    Then follow the URL of the mark, the pattern, and the class of the name.
    """
    page.goto("/pages/thanks.html")
    return page.evaluate(SHOW, [BASE, json.loads(json.dumps(organisations))])


@pytest.mark.parametrize("mode", ["day", "night"])
def test_name_is_in_the_language_of_the_page_and_colours_follow_the_night(page, mode):
    page.emulate_media(color_scheme="dark" if mode == "night" else "light")
    name = KEEPERS["name"]["es"]
    assert shown(page, KEEPERS)[:3] == [name, name, ACCENT[mode]["fill"]]


def test_campaign_of_an_older_server_keeps_what_the_page_shows(page):
    assert shown(page, None)[:3] == ["Site", "Site", ""]
    assert shown(page, {"name": {}, "accent": None})[:3] == ["Site", "Site", ""]


def test_accent_that_was_removed_is_no_longer_used(page):
    assert shown(page, KEEPERS, {**KEEPERS, "accent": None})[2] == ""


def test_mark_and_pattern_of_the_organization_are_shown(page):
    assert shown(page, {**KEEPERS, "mark": MARK, "pattern": "spots"})[3:] == [DRAWING, "spots", ""]


def test_logo_that_contains_the_name_hides_it_from_sight(page):
    wordmark = {**MARK, "has_name": True}
    *_, name_class = shown(page, {**KEEPERS, "mark": wordmark})
    assert name_class == "visually-hidden"


@pytest.mark.parametrize("mark", [None, {**MARK, "url": "data:image/png,broken", "has_name": True}])
def test_neutral_sign_is_shown_without_a_mark_that_loads(page, mark):
    image, _pattern, name_class = shown(page, {**KEEPERS, "mark": MARK}, {**KEEPERS, "mark": mark})[
        3:
    ]
    assert (image, name_class) == (False, "")

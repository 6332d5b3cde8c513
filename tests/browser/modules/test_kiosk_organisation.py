"""Tests of how a tablet shows the organization of its event: its name, and its colours."""

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
  document.body.innerHTML = `<script type="application/json" id="messages">{"es": {}}</script><b data-organisation>Site</b>`;
  const { showOrganisation, useColours } = await import(`${base}/kiosk/organisation.js`);
  for (const organisation of organisations) {
    showOrganisation(organisation, document.body);
    useColours(organisation);
  }
  const { style } = document.documentElement;
  return [document.title, document.querySelector("b").textContent, style.getPropertyValue("--accent")];
}"""


def shown(page, *organisations):
    """Return title, name and accent after each of these, as campaigns bring them, was shown."""
    page.goto("/pages/thanks.html")
    return page.evaluate(SHOW, [BASE, json.loads(json.dumps(organisations))])


@pytest.mark.parametrize("mode", ["day", "night"])
def test_name_is_in_the_language_of_the_page_and_colours_follow_the_night(page, mode):
    page.emulate_media(color_scheme="dark" if mode == "night" else "light")
    name = KEEPERS["name"]["es"]
    assert shown(page, KEEPERS) == [name, name, ACCENT[mode]["fill"]]


def test_campaign_of_an_older_server_keeps_what_the_page_shows(page):
    assert shown(page, None) == ["Site", "Site", ""]
    assert shown(page, {"name": {}, "accent": None}) == ["Site", "Site", ""]


def test_accent_that_was_removed_is_no_longer_used(page):
    assert shown(page, KEEPERS, {**KEEPERS, "accent": None})[2] == ""

"""Tests of screens that were left while they waited for the tablet's storage.

Their place belongs to another screen by then.
"""

import pytest

from tests.browser.modules.little_site import BASE

# The container has what the screen needs. The store answers when told to, after the next screen
# took over.
LEAVE = """async ([base, name, shown]) => {
  document.body.innerHTML = `<script type="application/json" id="messages">{}</script><main></main>`;
  const place = document.querySelector("main");
  place.innerHTML = shown;
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  const sync = new EventTarget();
  sync.sendAll = async () => {};
  const kiosk = { screen: null, sync, store: { waiting: () => held } };
  const screen = new (await import(`${base}/kiosk/screens/${name}.js`))[
    name[0].toUpperCase() + name.slice(1)
  ](kiosk, place);
  kiosk.screen = screen;
  sync.dispatchEvent(new Event("state"));
  screen.leave();
  kiosk.screen = null;
  place.innerHTML = "<h1>The next screen</h1>";
  answer({ count: 3, oldest: 0 });
  // The browser tells of what nobody caught a moment later.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return place.innerHTML;
}"""
PAIRING = """<div class="field"><input id="k-code"></div><button data-act="scan"></button><p data-home></p><video></video>
<p data-former hidden><span data-former-text></span></p>"""


@pytest.mark.parametrize(("name", "shown"), [("pairing", PAIRING), ("unpair", "")])
def test_late_answer_of_the_store_changes_no_other_screen(page, name, shown):
    page.goto("/pages/thanks.html")
    assert page.evaluate(LEAVE, [BASE, name, shown]) == "<h1>The next screen</h1>"

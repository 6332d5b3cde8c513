"""Tests of the oldest tablet in docs/browsers.md: missing browser features are not noticed."""

import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored

pytestmark = pytest.mark.slow

# Some supported browser lacks each of these: the newest Firefox or Safari some, older ones the
# others.
LATER = """
  delete Navigator.prototype.locks;
  delete Navigator.prototype.wakeLock;
  delete Navigator.prototype.getBattery;
  delete Navigator.prototype.storage;
  delete Navigator.prototype.vibrate;
  delete Navigator.prototype.share;
  delete Crypto.prototype.randomUUID;
  delete window.BroadcastChannel;
  delete window.BarcodeDetector;
  delete window.requestIdleCallback;
  delete window.createImageBitmap;
  delete window.structuredClone;
  delete Intl.Segmenter;
  delete Intl.DisplayNames;
  delete Array.prototype.at;
  delete HTMLDialogElement.prototype.showModal;
  delete HTMLDialogElement.prototype.close;
  const generate = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function (how, ...rest) {
    if (how === "X25519" || how.name === "X25519") return Promise.reject(new DOMException("", "NotSupportedError"));
    return generate.call(this, how, ...rest);
  };
"""


def test_old_tablet_pairs_signs_and_sends(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    page.add_init_script(LATER)
    tablet.pair()
    assert page.locator("[data-part=lasting]").get_attribute("data-is") == "warned"
    tablet.begin()
    tablet.context.set_offline(True)
    page.clock.install()
    tablet.choose()
    tablet.fill("Vieja")
    # The dialog that asks if anyone is there also works without being modal.
    page.clock.run_for(46_000)
    page.locator("#still[open] [data-act=stay]").click()
    assert page.locator("#still[open]").count() == 0
    tablet.fill("Vieja", "Tableta Antigua")
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    tablet.next_person()
    assert tablet.waiting() == 1

    page.clock.resume()
    tablet.context.set_offline(False)
    tablet.emptied()
    assert [given for given, _ in stored(served, "Tableta Antigua")] == ["Vieja"]
    tablet.panel()


def test_storage_prompt_of_firefox_blocks_nobody(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    # The prompt stays until the volunteers answer.
    page.add_init_script("""
      let answer;
      const asked = new Promise((resolve) => { answer = resolve; });
      StorageManager.prototype.persist = () => asked;
      let isLasting = false;
      StorageManager.prototype.persisted = () => Promise.resolve(isLasting);
      window.allow = () => { isLasting = true; answer(true); };
    """)
    tablet.pair()
    lasting = page.locator("[data-part=lasting][data-is=warned]")
    lasting.locator("[data-word=ready_lasting_not]").wait_for()
    # The check happens at once on a new look.
    page.evaluate("() => { document.querySelector('[data-part=picture]').dataset.is = 'waiting'; }")
    page.locator("[data-act=look]").click()
    page.locator("[data-part=picture][data-is=done]").wait_for()
    page.evaluate("() => window.allow()")
    page.locator("[data-part=lasting][data-is=done]").wait_for()
    page.locator("[data-part=lasting] [data-word=ready_lasting]").wait_for()
    assert page.locator("[data-lasting-hint]").is_hidden()


def test_ipad_tablers_are_told_to_use_the_app_on_the_home_screen(new_tablet):
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    page.add_init_script("""
      Object.defineProperty(Navigator.prototype, "standalone", { get: () => false });
      StorageManager.prototype.persisted = () => Promise.resolve(false);
    """)
    tablet.open()
    page.locator("[data-home]").wait_for()
    tablet.pair()
    page.locator("[data-lasting-hint]", has_text=sentence(page, "ready_lasting_safari")).wait_for()

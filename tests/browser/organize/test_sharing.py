"""Tests of an editor whose session ends while writing share texts.

The editor also chooses who may embed a petition, and looks at the code to copy.
"""

import pytest
from playwright.sync_api import expect

from campaign.organize.core.identity import SESSION_COOKIE
from tests.browser.organize.steps import accept, go, press

pytestmark = pytest.mark.slow

HOME = "petitions/human-rights-first"


@pytest.mark.parametrize(("lang", "width", "scheme"), [("en", 1440, "light"), ("es", 390, "dark")])
def test_share_texts_and_frames_are_saved(newcomer, lang, width, scheme):
    editor = newcomer("editor", lang=lang, width=width, scheme=scheme)
    page = editor.page
    editor.page_errors.allowed |= {403, 422}
    accept(editor)
    go(editor, f"{HOME}/sharing", "wordings")
    page.fill(f"[name=texts_{lang}-0]", "Firma conmigo.")
    page.fill(f"[name=texts_{lang}-1]", "Un minuto basta.")
    session = [cookie for cookie in editor.context.cookies() if cookie["name"] == SESSION_COOKIE]
    editor.context.clear_cookies(name=SESSION_COOKIE)
    press(editor, "words kept at the door")
    expect(page.locator(".sign-in-steps a")).to_be_visible()
    # The session returns as if they had signed in on another tab.
    editor.context.add_cookies(session)
    press(editor, "wordings compared")
    expect(page.locator(f".wordings th[lang={lang}]")).to_have_count(2)
    go(editor, f"{HOME}/embedding", "embedding")
    page.check("[name=allowed][value=listed]")
    page.fill("[name=origins]", "no site")
    press(editor, "embedding refused")
    expect(page.locator("#origins-error")).to_be_visible()
    page.fill("[name=origins]", "friend.example")
    press(editor, "embedding saved")
    expect(page.locator("[name=origins]")).to_have_value("https://friend.example")
    page.select_option("[name=show]", "thermometer")
    page.locator(".embed-form button").click()
    expect(page.locator(".embed").first).to_contain_text('show="thermometer"')
    expect(page.frame_locator(".embed-preview").locator(".progress")).to_be_visible()

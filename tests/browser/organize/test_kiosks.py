"""Tests of preparing a kiosk: pairing code, list, poster and review."""

import json
import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import accept, go, look, press, secure
from tests.factories.kiosks import AMALIA, envelope, seal, signature

pytestmark = pytest.mark.slow

EVENT, PETITION = "table", "victims-law"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
LANDS = [("en", 390, "dark"), ("fr", 820, "light")]
# The page polls every four seconds.
SOON_MS = 30_000


def ask(served, path, body=None, secret=""):
    """Send a request as a tablet does, and return the response."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    request = Request(
        served.url + path, data=json.dumps(body).encode() if body else None, headers=headers
    )
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def send_twice(served, paired):
    """Sign as a tablet does: without address and witness, and with one address twice."""
    key = ask(served, "/kiosk/campaign.json", secret=paired["secret"])["key"]
    address = f"amalia.{paired['kiosk'][:8]}@rosales.example"
    emails = ("", address, address)
    records = [
        seal(
            paired["kiosk"],
            key,
            number,
            signature(PETITION, {**AMALIA, "email": email}, witnessed=False),
        )
        for number, email in enumerate(emails, start=1)
    ]
    answer = ask(served, "/kiosk/sync", envelope(records, waiting=2), paired["secret"])
    assert [receipt["reason"] for receipt in answer["receipts"]] == ["invalid", "", ""]


@pytest.mark.parametrize(("lang", "width", "scheme"), LANDS)
def test_tablet_goes_from_the_code_to_the_review(newcomer, served, lang, width, scheme):
    tabler = newcomer("tabler", lang=lang, width=width, scheme=scheme)
    page = tabler.page
    tabler.page_errors.allowed.add(422)
    accept(tabler)
    secure(tabler)
    go(tabler, "kiosks/", "kiosks")
    page.locator(f"main a[href$='/kiosks/{EVENT}']").click()
    look(tabler, "kiosks of an event")
    page.locator(f"main a[href$='/kiosks/{EVENT}/new']").first.click()
    look(tabler, "pairing")
    if page.locator("[name=pin]").count():
        page.fill("[name=pin]", "111111")
        press(tabler, "pairing refused")
        expect(page.locator("#pin")).to_have_attribute("aria-invalid", "true")
        page.fill("[name=pin]", "204060")
    page.fill("[name=name]", f"Zócalo {lang}")
    press(tabler, "code")
    code = CODE.search(page.locator(".pairing-code").inner_text())[0]
    paired = ask(served, "/kiosk/pairings", {"code": code, "app": "1"})
    expect(page.locator(".alert--success")).to_contain_text(f"Zócalo {lang}", timeout=SOON_MS)
    look(tabler, "paired")
    send_twice(served, paired)
    go(tabler, f"kiosks/{EVENT}", "tablets")
    row = page.locator("main tbody tr", has_text=f"Zócalo {lang}")
    expect(row.locator(".tag--success")).to_be_visible()
    row.locator("a").click()
    look(tabler, "tablet")

    reviewer = newcomer("reviewer", lang=lang, width=width, scheme=scheme)
    accept(reviewer)
    secure(reviewer)
    go(reviewer, f"kiosks/{EVENT}/review", "what tablets sent")
    rows = reviewer.page.locator(".queue-row", has_text=f"Zócalo {lang}")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Amalia Rosales")

"""When a mid-range phone on a slow network shows a million butterflies.

First comes the server's picture, then the canvas over it.
"""

from statistics import median

from playwright.sync_api import sync_playwright
from sqlalchemy import update

from bench import sites
from bench.filling import application
from bench.report import Row
from campaign.causes.models import CauseTally
from campaign.extensions import db
from tests import chromium

BUTTERFLIES = 1_000_000
SOONEST = 1500  # Milliseconds.
TIMEOUT_MS = 60_000
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2.625,
    "is_mobile": True,
    "has_touch": True,
}
SLOWER = 4
# "Slow 4G" of Lighthouse: 150 ms round trip, 1.6 Mbit/s down, 750 kbit/s up.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
SOFTWARE = [*chromium.ARGUMENTS, "--enable-unsafe-swiftshader"]
WATCH = """new PerformanceObserver((list) => {
    for (const { element, startTime } of list.getEntries()) {
        if (element && element.matches("img.montage")) window.pictureAt = startTime;
    }
}).observe({ type: "largest-contentful-paint", buffered: true });"""


def measure(scale, folder):
    """Yield a row for the first picture and one for the canvas. Without Chromium they say so."""
    path = chromium.find()
    if path is None:
        yield Row("first picture of the montage", "no Chromium found")
        return
    site_folder = folder / "var-picture"
    site_folder.mkdir()
    url = sites.database_url("sqlite", site_folder, "picture")
    with application(url, site_folder).app_context():
        # The page asks how many there are, never who, so the tally alone makes a million.
        db.session.execute(update(CauseTally).values(count=BUTTERFLIES, last_number=BUTTERFLIES))
        db.session.commit()
        db.engine.dispose()
    with sites.volante(url, site_folder) as site:
        address = f"/en/causes/{sites.CAUSE}/montage"
        site.answers(address)
        site.answers(f"/causes/{sites.CAUSE}/montage.png?w=600")
        seen = _visits(path, f"http://127.0.0.1:{site.port}{address}", 2 * scale.rounds + 1)
    picture, canvas = (median(item) for item in zip(*seen, strict=True))
    label = f"of {BUTTERFLIES:,} butterflies, phone {SLOWER} × slower, slow 4G"
    yield Row(
        f"first picture {label}", f"{picture:,.0f} ms", "", f"≤ {SOONEST:,} ms", picture <= SOONEST
    )
    yield Row(f"canvas {label}", f"{canvas:,.0f} ms", "", "", None, "drawn without a graphics card")


def _visits(chromium_path, url, rounds):
    """Return the milliseconds until picture and canvas were seen, for each first visit."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=SOFTWARE)
        times = [_visit(browser, url) for _ in range(rounds + 1)]
        browser.close()
    # The first visit also waits for the browser to start.
    return times[1:]


def _visit(browser, url):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_4G)
    network.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(url, wait_until="commit")
    page.wait_for_selector(".stage.is-drawn", state="attached", timeout=TIMEOUT_MS)
    times = page.evaluate("[window.pictureAt, performance.now()]")
    context.close()
    return times

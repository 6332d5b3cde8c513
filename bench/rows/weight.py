"""The petition page's bytes and requests on a first visit, as Chromium counts them."""

from playwright.sync_api import sync_playwright

from bench import sites
from bench.report import Row
from tests import chromium

MAX_BYTES = 150_000
MAX_REQUESTS = 15
SETTLED = 2000  # Milliseconds to wait for late requests.


def measure(_scale, folder):
    """Yield one row. Without Chromium it says so."""
    path = chromium.find()
    if path is None:
        yield Row("weight of the petition page", "no Chromium found")
        return
    site_folder = folder / "var-weight"
    site_folder.mkdir()
    with sites.volante(sites.database_url("sqlite", site_folder, "weight"), site_folder) as site:
        site.answers(f"/en/petitions/{sites.SLUG}")
        sizes, urls = _first_visit(path, f"http://127.0.0.1:{site.port}/en/petitions/{sites.SLUG}")
    yield Row(
        "first visit of the petition page",
        f"{sizes / 1000:.0f} kB in {len(urls)} requests",
        "",
        f"< {MAX_BYTES // 1000} kB, ≤ {MAX_REQUESTS} requests",
        sizes < MAX_BYTES and len(urls) <= MAX_REQUESTS,
    )


def _first_visit(chromium_path, url):
    """Return the bytes of all responses with heads, and the requested URLs, without the pulse."""
    sizes, urls = {}, {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=chromium.ARGUMENTS)
        page = browser.new_page()
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on(
            "Network.requestWillBeSent",
            lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
        )
        network.on(
            "Network.loadingFinished",
            lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
        )
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(SETTLED)
        browser.close()
    once = {
        key: address
        for key, address in urls.items()
        if address.startswith("http") and "pulse.json" not in address
    }
    return sum(sizes.get(key, 0) for key in once), once

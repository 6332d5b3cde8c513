"""Tests that a tablet still stores data after its browser lost the database."""

from tests.browser.modules.little_site import BASE

# Safari does this to a tablet that slept: the database is there but no longer answers.
LOSE = """async (url) => {
  const { Store } = await import(url);
  const store = new Store();
  await store.write({ theme: "night" });
  (await store.db()).close();
  await store.write({ crews: "fr" });
  return [await store.read("theme"), await store.read("crews")];
}"""


def test_lost_database_is_opened_again(page):
    page.goto("/pages/thanks.html")
    assert page.evaluate(LOSE, f"{BASE}/kiosk/store.js") == ["night", "fr"]

"""What a tablet keeps is kept also when its browser lost the database meanwhile."""

from tests.browser.modules.little_site import BASE

# As Safari leaves it to a tablet that slept: the database is there and no longer answers.
LOSE = """async (url) => {
  const { Store } = await import(url);
  const store = new Store();
  await store.write({ theme: "night" });
  (await store.db()).close();
  await store.write({ crews: "fr" });
  return [await store.read("theme"), await store.read("crews")];
}"""


def test_a_database_that_was_lost_is_opened_anew(page):
    page.goto("/pages/thanks.html")
    assert page.evaluate(LOSE, f"{BASE}/kiosk/store.js") == ["night", "fr"]

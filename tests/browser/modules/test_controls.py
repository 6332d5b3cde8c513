"""Tests of small controls: signing bar, day and night, copying, sharing, error summary."""

from playwright.sync_api import expect

from tests.browser.modules.actions import open_form


def test_signing_bar_hides_while_the_form_is_in_view(page):
    open_form(page)
    bar = page.locator("#bar")
    expect(bar).to_be_visible()
    page.locator("#sign").scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    page.evaluate("window.scrollTo(0, 0)")
    expect(bar).to_be_visible()


def test_night_mode_is_chosen_stored_and_applied_before_the_first_paint(controls):
    button = controls.locator("#theme")
    expect(button).to_have_text("Day")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_text("Night")
    expect(button).to_have_attribute("aria-pressed", "true")
    controls.add_init_script("""document.addEventListener("readystatechange", () => {
        window.early = window.early || document.documentElement.dataset.theme;
    });""")
    controls.reload()
    assert controls.evaluate("window.early") == "night"
    expect(button).to_have_text("Night")
    button.click()
    expect(controls.locator("html")).to_have_attribute("data-theme", "day")


def test_link_is_copied_and_the_button_says_so(context, controls):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    controls.locator("#copy").click()
    expect(controls.locator("#copy")).to_have_text("Copied")
    assert (
        controls.evaluate("navigator.clipboard.readText()")
        == "https://volante.example/en/petitions/find-them"
    )
    expect(controls.locator("#copy")).to_have_text("Copy the link")


def test_link_is_copied_without_the_clipboard_api(context, controls):
    controls.evaluate("""() => {
        Object.defineProperty(navigator, "clipboard", { value: undefined });
        document.addEventListener("copy", () => { window.copied = document.activeElement.value; });
    }""")
    controls.locator("#copy").click()
    expect(controls.locator("#copy")).to_have_text("Copied")
    assert controls.evaluate("window.copied") == "https://volante.example/en/petitions/find-them"


def test_sharing_is_offered_only_where_the_browser_supports_it(context, noises):
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'share', { value: undefined, writable: true });"
    )
    page.goto("/pages/controls.html")
    expect(page.locator("#copy")).to_be_visible()
    expect(page.locator("#share")).to_be_hidden()
    page.add_init_script(
        "navigator.share = (what) => { window.shared = what; return Promise.reject(new Error()); };"
    )
    page.reload()
    page.locator("#share").click()
    assert page.evaluate("window.shared.title") == "Find them"
    assert page.evaluate("window.shared.url").endswith("/pages/controls.html")
    noises[:] = [noise for noise in noises if "nowhere" not in noise]


def test_error_summary_takes_the_focus_and_links_to_the_fields(controls):
    expect(controls.locator("#summary")).to_be_focused()
    controls.get_by_role("link", name="The address stops").click()
    expect(controls.locator("#email")).to_be_focused()
    controls.get_by_role("link", name="Choose how").click()
    expect(controls.locator("#first")).to_be_focused()

"""Share the steps that organizers take on most days."""

import pyotp

from tests.factories.organizers import PASSWORD

# The demonstration's petition that they look after.
SLUG = "victims-law"


def press(visitor, kind):
    """Press the button of the form, wait for the answer, and inspect the next page."""
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button[type=submit]").first.click()
    look(visitor, kind)


def look(visitor, kind):
    page = visitor.page
    page.wait_for_load_state()
    visitor.inspect(page, f"organize {kind}")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (
        f"{kind} scrolls sideways"
    )


def go(visitor, path, kind):
    visitor.page.goto(f"/organize/{path}")
    look(visitor, kind)


def accept(visitor):
    look(visitor, "welcome")
    visitor.page.fill("[name=name]", "Odile Kwan")
    visitor.page.fill("[name=password]", PASSWORD)
    press(visitor, "overview without factor")


def secure(visitor):
    """Set up an app for codes, and go on to the overview."""
    page = visitor.page
    go(visitor, "account/second-factor/app", "app")
    page.fill(
        "[name=code]", pyotp.TOTP(page.locator(".app-key").inner_text().replace(" ", "")).now()
    )
    press(visitor, "codes")
    press(visitor, "overview")

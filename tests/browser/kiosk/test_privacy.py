"""Tests of a shared screen and a stolen tablet: nothing remains of the last person."""

from datetime import datetime, timedelta

import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import PIN

SIGNER = {
    "given": "Xochiquetzal",
    "family": "Zumárraga-Quelonio",
    "email": "xochiquetzal.quelonio@correo.example",
    "postal_code": "N9Z 8K3",
}
PLANTED = "Cuitlacoche-Plantado"
MINUTE_MS = 60_000


def found_in(folder, *words):
    """Return the words found in files below `folder`, in either encoding of browsers."""
    spelt = {
        word: (word.encode(), word.encode("utf-16-le"), word.encode("latin-1", "replace"))
        for word in words
    }
    files = [
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    ]
    assert len(files) > 20
    return {
        word
        for word, forms in spelt.items()
        if any(form in content for content in files for form in forms)
    }


@pytest.mark.slow
def test_profile_on_disk_contains_no_word_of_a_signer(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    tablet.context.set_offline(True)
    # This proves that the search would find what a careless app writes.
    tablet.page.evaluate("(word) => localStorage.setItem('careless', word)", PLANTED)
    tablet.choose(0, 1)
    page = tablet.page
    page.locator("[data-more=comment] summary").click()
    page.locator("[data-field=comment]").fill("Recuerdo a Cuauhtlehuanitzin")
    for name in ("given_name", "family_name", "email", "postal_code"):
        line = page.locator(f"[data-field={name}]")
        line.press_sequentially(
            SIGNER["given" if name == "given_name" else "family" if name == "family_name" else name]
        )
        line.press("Tab")
    page.locator("[data-field=country]").select_option("CA")
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    tablet.next_person()
    # Another person types, and leaves without signing.
    tablet.choose()
    tablet.fill("Nezahualpilli", "Abandonado")
    tablet.start_again()
    assert tablet.waiting() == 2
    tablet.context.close()

    words = (
        *SIGNER.values(),
        "Cuauhtlehuanitzin",
        "Nezahualpilli",
        "Abandonado",
        "quelonio@correo",
    )
    assert found_in(tablet.folder, PLANTED, *words) == {PLANTED}


def test_nothing_of_one_person_is_shown_to_the_next(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.choose()
    tablet.fill("Amalia", "Rosales", email="amalia@correo.example")
    lines = page.locator("main :is(input, select, textarea)")
    assert {line.get_attribute("autocomplete") for line in lines.all()} == {"off"}
    assert all(
        not (line.get_attribute("name") or "").startswith(("given", "family", "email"))
        for line in lines.all()
    )
    tablet.start_again()
    assert page.locator("main :is(input, select, textarea)").count() == 0

    # Going back is impossible, and the next form is empty.
    page.go_back()
    page.go_back()
    tablet.screen("attract")
    assert page.url.endswith("/kiosk/")
    tablet.choose()
    assert page.locator("[data-field=given_name]").input_value() == ""
    assert page.locator("[data-field=email]").input_value() == ""
    assert page.locator("[name=k-shown]:checked").input_value() == "counted"
    assert "Amalia" not in page.content()


@pytest.mark.slow
def test_errors_of_one_person_are_not_shown_to_the_next(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.choose()
    tablet.fill("", email="amalia")
    page.locator("[data-act=sign]").click()
    page.locator("[data-summary]").wait_for()
    assert page.locator("main .error").count() > 1
    tablet.start_again()
    tablet.choose()
    tablet.fill("Benita")
    assert page.locator("main .error").count() == 0
    assert page.locator("[data-summary]").is_hidden()


@pytest.mark.slow
def test_abandoned_form_warns_and_is_cleared(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    page.clock.install()
    tablet.choose()
    tablet.fill("Amalia")
    page.locator("[data-field=family_name]").press("A")
    page.clock.run_for(44_000)
    assert page.get_by_role("dialog").count() == 0
    page.clock.run_for(2_000)
    dialog = page.get_by_role("dialog", name=sentence(page, "still"))
    dialog.get_by_text(sentence(page, "still_left", 14)).wait_for()
    assert sentence(page, "still_left", 15).search(page.locator("#alarm").text_content())
    tablet.inspect("still there")

    # A person who is still there continues where they were.
    dialog.locator("[data-act=stay]").click()
    assert page.locator("[data-field=given_name]").input_value() == "Amalia"
    page.clock.run_for(MINUTE_MS)
    tablet.screen("attract")
    assert "Amalia" not in page.content()
    assert sentence(page, "wiped").fullmatch(page.locator("#aloud").inner_text())

    # Twenty seconds after the thanks, the next person may begin.
    tablet.choose()
    tablet.fill("Amalia", "Veintesegundos")
    page.clock.pause_at(
        datetime.fromtimestamp(page.evaluate("() => Date.now()") / 1000) + timedelta(seconds=1)
    )
    page.locator("[data-act=sign]").click()
    page.locator("[data-thanks]", has_text=sentence(page, "thanks", name="Amalia")).wait_for()
    page.clock.run_for(19_500)
    tablet.screen("thanks")
    page.clock.run_for(1_000)
    tablet.screen("attract")


@pytest.mark.slow
def test_reading_a_petition_takes_two_minutes_before_the_app_asks(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    page.clock.install()
    page.locator("[data-sign-buttons] [lang=en]").click()
    tablet.screen("petitions")
    page.clock.run_for(119_000)
    assert page.get_by_role("dialog").count() == 0
    page.clock.run_for(2_000)
    question = page.get_by_role("dialog").locator("#still-text")
    question.wait_for()
    # Nobody has typed yet, so there is nothing that others could see.
    assert sentence(page, "still_hint_reading").fullmatch(question.text_content())


@pytest.mark.slow
def test_restart_asks_before_it_clears_the_input(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.choose()
    page.locator("[data-act=again]").click()
    tablet.screen("attract")
    tablet.choose()
    tablet.fill("Amalia")
    page.locator("[data-act=again]").click()
    tablet.inspect("start again")
    page.locator("#restart [data-act=keep]").click()
    assert page.locator("[data-field=given_name]").input_value() == "Amalia"
    tablet.start_again()
    assert "Amalia" not in page.content()


@pytest.mark.slow
def test_pin_delay_is_short_at_first_and_longer_after_that(new_tablet):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    # A single touch does nothing.
    page.locator("[data-brand]").click()
    tablet.screen("attract")
    tablet.hold_brand()
    tablet.inspect("pin")
    for left in (3, 2, 1):
        tablet.enter("000000")
        tries = page.locator("[data-tries]", has_text=sentence(page, "pin_wrong"))
        tries.filter(has_text=sentence(page, "pin_left", left)).wait_for()
    tablet.enter("000000")
    wait_for_lock(page)
    page.clock.run_for(30_000)
    wait_for_tries(page)
    for _ in range(3):
        before = page.locator("[data-tries]").text_content()
        tablet.enter("000000")
        page.wait_for_function(
            "(before) => document.querySelector('[data-tries]').textContent !== before", arg=before
        )
    tablet.enter("000000")
    wait_for_lock(page)
    page.clock.run_for(30_000)
    wait_for_lock(page)

    page.reload()
    tablet.screen("attract")
    tablet.hold_brand()
    wait_for_lock(page)
    page.clock.run_for(5 * MINUTE_MS)
    tablet.screen("attract")
    tablet.hold_brand()
    page.locator("[data-tries]", has_text=sentence(page, "pin_left", 4)).wait_for()
    tablet.enter(PIN)
    tablet.screen("panel")


def wait_for_lock(page):
    page.locator('[data-key="1"]:disabled').wait_for()


def wait_for_tries(page):
    page.locator('[data-key="1"]:enabled').wait_for()

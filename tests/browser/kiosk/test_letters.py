"""Tests of a letter that is written at a table without a network, and confirmed at home."""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.modules.actions import until
from tests.browser.screens.mail import email_of
from tests.browser.screens.thanks import HatchedScreen

pytestmark = pytest.mark.slow

SECONDS = 120
STORY = "My brother taught me to read from the back of seed packets, and his name is on no list."


def ask(served, question, *values):
    file = served.var / "volante.sqlite3"
    with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as database:
        return database.execute(question, values).fetchall()


def test_letter_of_a_table_is_counted_once_its_writer_confirms(new_tablet, served, arrive):
    ask(
        served,
        "insert into event_petition (event_id, petition_id, position) select event.id, petition.id, 9"
        " from event, petition where event.slug = 'talk' and petition.slug = 'open-the-register'",
    )
    writer = arrive()
    tablet = new_tablet(reduced_motion="reduce").pair("talk").begin()
    page = tablet.page
    tablet.context.set_offline(True)
    tablet.choose(1)
    letter = page.locator("[data-letter=open-the-register]")
    assert letter.locator("[data-target] input:checked").count() == 1
    page.locator("[data-field=given_name]").fill("Ismelda")
    page.locator("[data-field=family_name]").fill("Ventana")
    page.locator("[data-act=sign]").click()
    # Without an email address, nobody could confirm it.
    page.locator("[data-place=email].field--error").wait_for()
    tablet.inspect("letter")
    page.locator("[data-field=email]").fill(writer.address)
    page.locator("[data-field=country]").select_option("CA")
    letter.locator("textarea").first.fill(STORY)
    page.locator("[data-act=sign]").click()
    tablet.screen("thanks")
    page.locator("[data-what]", has_text=sentence(page, "thanks_letter")).wait_for()
    assert tablet.waiting() == 1

    tablet.context.set_offline(False)
    tablet.emptied()
    of_writer = "select state, evidence from signature where email = ?"
    assert ask(served, of_writer, writer.address) == [("pending", "in_person")]
    email_of(writer).press().confirm()
    assert HatchedScreen(writer).number > 0

    def written():
        return ask(
            served,
            "select letter.body, signature.state from letter join signature"
            " on signature.id = letter.signature_id where signature.email = ?",
            writer.address,
        )

    [(body, state)] = until(written, SECONDS)
    assert state == "counted" and STORY in body
    assert "Ismelda Ventana" in body

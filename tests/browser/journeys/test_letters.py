"""Tests of a letter from its page to the inbox of its target, through a real mail server."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as modern

import pytest

from tests.browser.modules.actions import until
from tests.browser.screens.letter import LetterScreen
from tests.browser.screens.reading import CauseScreen
from tests.browser.screens.thanks import ConfirmScreen
from tests.browser.served_site import ServedSite
from tests.browser.visitor import Visitor
from tests.mail.mail_server import Script, mail_server

# The queue of letters is looked at once a minute.
pytestmark = pytest.mark.slow

TARGET = "public.register@search-and-memory.example"
SUBJECTS = {
    "en": "Please open the register to the families",
    "es": "Por favor, abran el registro a las familias",
    "fr": "Ouvrez le registre aux familles, s’il vous plaît",
}
# All differ, because letters that resemble each other are gathered.
STORIES = {
    "en": "My neighbour Rufina irons a shirt on the first of each month, for a son whose name may or "
    "may not be on a page that she is not allowed to turn. {}",
    "es": "En mi cuadra hay una banca donde nadie se sienta, porque ahí esperaba Eusebio el camión de "
    "las cinco, y queremos que la encuentre libre cuando vuelva. {}",
    "fr": "Au marché, Clothilde garde une caisse de poires de côté chaque samedi : son frère les "
    "aimait trop mûres, et personne ne lui a dit où il est inscrit. {}",
    "en-plain": "I tune pianos. In one house the lid has been closed for nine years, and the mother "
    "told me she will open it on the day somebody reads her the line about her girl. {}",
}
MORNING = 10
SECONDS = 120


@pytest.fixture(scope="module")
def inbox():
    """What the mail server has received."""
    return Script()


@pytest.fixture(scope="module")
def posted(inbox, tmp_path_factory):
    """The demonstration, with a mail server, at an hour when the target gets letters."""
    with mail_server(inbox) as url:
        site = ServedSite(tmp_path_factory.mktemp("posted"), MAIL_URL=url).start()
        # In the zones of this family, the sign is the other way round.
        offset = datetime.now(UTC).hour - MORNING
        offset -= 24 if offset > 12 else 0
        with closing(
            sqlite3.connect(site.var / "volante.sqlite3", timeout=10, isolation_level=None)
        ) as database:
            database.execute("update target_profile set time_zone = ?", (f"Etc/GMT{offset:+d}",))
            database.execute("update letter_settings set max_per_hour = 3600")
        yield site
        site.stop()


@pytest.fixture
def writer(browser, posted):
    """Return a function that creates a visitor of this site, whose pages may not complain."""
    visitors = []

    def writer(**manner):
        visitors.append(Visitor(browser, posted.url, **manner))
        return visitors[-1]

    yield writer
    for visitor in visitors:
        visitor.context.close()
    assert [error for visitor in visitors for error in visitor.page_errors.errors] == []


def emails_to(inbox, address):
    return [
        message_from_bytes(content, policy=modern)
        for recipient, content in inbox.received
        if recipient == address
    ]


def text_of(email):
    return email.get_body(("plain",)).get_content()


def test_letter_reaches_its_target_once_its_writer_confirms(writer, inbox):
    # Together, they wait once for the queue.
    waiting = []
    for story, width, scripts in (
        ("en", 390, True),
        ("es", 1440, False),
        ("fr", 1440, True),
        ("en-plain", 390, False),
    ):
        lang = story[:2]
        visitor = writer(lang=lang, width=width, scripts=scripts)
        own_words = write_and_confirm(visitor, inbox, story)
        waiting.append((lang, visitor.address, own_words))

    for lang, address, own_words in waiting:
        [letter] = until(lambda address=address: letters_from(inbox, address), SECONDS, pause=0.5)
        assert letter["Subject"] == SUBJECTS[lang]
        assert "Amalia Rosales" in letter["From"]
        assert address not in str(letter["Reply-To"])
        assert own_words in " ".join(text_of(letter).split())


def write_and_confirm(visitor, inbox, story):
    """Send and confirm a letter with this story. Return what its writer wrote."""
    CauseScreen.open(visitor).find("a[href*='/actions/open-the-register']").first.click()
    visitor.page.wait_for_url("**/actions/open-the-register*")
    own_words = STORIES[story].format(visitor.address)
    LetterScreen(visitor).send(answer_1=own_words)

    [email] = until(lambda: emails_to(inbox, visitor.address), SECONDS, pause=0.2)
    visitor.page.goto(re.search(r"\S+/signatures/confirm/\S+", text_of(email)).group())
    screen = ConfirmScreen(visitor)
    assert own_words in screen.find("main").inner_text()
    assert not letters_from(inbox, visitor.address)
    assert screen.confirm().lang == story[:2]
    return own_words


def letters_from(inbox, address):
    return [letter for letter in emails_to(inbox, TARGET) if address in text_of(letter)]


def test_nothing_is_sent_without_an_answer_and_what_was_entered_stays(writer):
    visitor = writer(scripts=False)
    visitor.page_errors.allowed.add(422)
    screen = LetterScreen.open(visitor)
    screen.fill(answer_2="They are not alone.")
    screen.button.click()
    screen.find("#sign [role=alert]").wait_for()
    assert screen.field("answer_2").input_value() == "They are not alone."

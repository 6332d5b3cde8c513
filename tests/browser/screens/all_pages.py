"""Walk through every page that a supporter can reach."""

from tests.browser.screens.mail import Mailbox, own_page_of
from tests.browser.screens.mine import OwnLinkScreen
from tests.browser.screens.petition import PetitionScreen
from tests.browser.screens.reading import CauseScreen, FailureScreen, HomeScreen, PrivacyScreen
from tests.browser.screens.thanks import CodeScreen


def all_pages(visitor):
    """Walk through all pages, and stop at each screen.

    The supporter's page stops with its form open.
    """
    for screen in (HomeScreen, CauseScreen, PrivacyScreen):
        yield screen.open(visitor)
    visitor.page_errors.allowed.add(404)
    yield FailureScreen.open(visitor)
    petition = PetitionScreen.open(visitor)
    yield petition
    refused = petition.refuse(given_name="", email="amalia@correo", name_display="full")
    yield refused
    yield refused.sign(comment="Hasta encontrarles.")
    mailbox = Mailbox.open(visitor).wait_for(visitor.address)
    yield mailbox
    email = mailbox.newest()
    yield email
    confirm = email.press()
    yield confirm
    yield confirm.confirm()
    yield OwnLinkScreen.open(visitor)
    yield CodeScreen.open(visitor)
    yield from _at_home(visitor)


def _at_home(visitor):
    mine = own_page_of(visitor)
    for summary in mine.find("main summary").all():
        summary.click()
    visitor.inspect(visitor.page, "MineScreen, open")
    yield mine

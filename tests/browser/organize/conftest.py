"""Organizers with a browser."""

from itertools import count

import pytest

from tests.browser.visitor import Visitor

numbers = count(1)


@pytest.fixture
def newcomer(browser, served):
    """Calling it brings somebody whom `flask organizers add` has just invited, in front of the page that their link opens.

    They come by the name of this machine, as browsers make no passkeys for a number.
    """
    visitors = []

    def newcomer(role="admin", **manner):
        visitor = Visitor(browser, served.url.replace("127.0.0.1", "localhost"), **manner)
        visitors.append(visitor)
        visitor.email = f"organizer.{next(numbers)}@kwan.example"
        cause = () if role == "admin" else ("--cause", "butterflies-for-mexico")
        said = served.flask("organizers", "add", visitor.email, "--role", role, "--lang", visitor.lang, *cause)
        visitor.page.goto(said.split()[-1].replace("127.0.0.1", "localhost"))
        return visitor

    yield newcomer
    for visitor in visitors:
        visitor.context.close()
    assert [noise for visitor in visitors for noise in visitor.noises.heard] == []

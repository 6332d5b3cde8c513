"""Create owners who have reached the overview."""

import pytest

from tests.browser.organize.steps import SLUG, accept, secure


@pytest.fixture
def owner(newcomer):
    """Return a function that creates an owner with a second factor."""

    def owner(**manner):
        odile = newcomer("owner", **manner)
        accept(odile)
        secure(odile)
        return odile

    return owner


@pytest.fixture
def owner_of_200(owner, served):
    """Return a function that creates such an owner of a petition with 200 signatures."""

    def owner_of_200(**manner):
        served.flask("signatures", "generate", SLUG, "200")
        return owner(**manner)

    return owner_of_200

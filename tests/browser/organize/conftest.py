"""Owners who have come as far as the overview."""

import pytest

from tests.browser.organize.steps import SLUG, accept, secure


@pytest.fixture
def owner(newcomer):
    """Calling it brings an owner with a second factor."""

    def owner(**manner):
        odile = newcomer("owner", **manner)
        accept(odile)
        secure(odile)
        return odile

    return owner


@pytest.fixture
def owner_of_200(owner, served):
    """Calling it brings such an owner, of a cause under whose petition 200 have signed."""

    def owner_of_200(**manner):
        served.flask("signatures", "generate", SLUG, "200")
        return owner(**manner)

    return owner_of_200

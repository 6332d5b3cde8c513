"""Fixtures that the tests of one-press links share."""

import pytest

from tests.factories.one_press import press_path, signer
from tests.factories.petitions import make_petition


@pytest.fixture
def following(petition):
    """Another open petition of the same cause."""
    return make_petition("law", cause_id=petition.cause_id)


@pytest.fixture
def signed(petition):
    """The id of Amalia's confirmed signature."""
    return signer(petition, name_display="initials")


@pytest.fixture
def path(signed, following):
    """The path of Amalia's one-press link for the following petition."""
    return press_path(signed, following)

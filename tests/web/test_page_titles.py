"""Tests of the titles of public pages."""

import pytest

from tests.factories.petitions import make_petition
from tests.page_parts import title


@pytest.mark.parametrize(
    ("page", "action"),
    [
        ("/en/petitions/home", "/en/petitions/home/signatures"),
        ("/en/mine", "/en/mine"),
        ("/en/c", "/en/c"),
    ],
)
def test_title_says_that_a_form_was_not_accepted(client, app, page, action):
    make_petition()
    refused = client.post(action, data={"email": "no address"})
    assert refused.status_code == 422
    usual = title(client.get(page))
    assert title(refused).endswith(usual) and title(refused) != usual

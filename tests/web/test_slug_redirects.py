"""An old address leads on, whatever stands behind it."""

import pytest

from campaign.extensions import write
from campaign.petitions.editing import move_petition


@pytest.mark.parametrize(
    "query",
    [
        "by=a&by=b",
        "slug=home",
        "lang=fr",
        "endpoint=x",
        "_external=1&_scheme=javascript",
        "_anchor=x",
    ],
)
def test_an_old_address_leads_on_with_whatever_is_asked_of_it(client, petition, query):
    write(move_petition, petition_id=petition.id, revision=petition.revision, slug="house")
    for before, after in (
        ("/es/petitions/home", "/es/petitions/house"),
        ("/embed/petitions/home", "/embed/petitions/house"),
    ):
        answer = client.get(f"{before}?{query}")
        assert (answer.status_code, answer.location) == (301, f"{after}?{query}")

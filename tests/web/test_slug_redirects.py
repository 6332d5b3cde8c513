"""Tests that an old address redirects with everything after it."""

import pytest

from campaign.extensions import write
from campaign.petitions.editing import change_petition_slug


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
def test_old_address_redirects_with_its_query(client, petition, query):
    write(
        change_petition_slug,
        petition_id=petition.id,
        version=petition.version_of("settings"),
        slug="house",
    )
    for before, after in (
        ("/es/petitions/home", "/es/petitions/house"),
        ("/embed/petitions/home", "/embed/petitions/house"),
    ):
        answer = client.get(f"{before}?{query}")
        assert (answer.status_code, answer.location) == (301, f"{after}?{query}")

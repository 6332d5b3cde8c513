"""Tests of previews: each shows the organisation that the public page will show."""

import pytest

from campaign.extensions import db
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.organisations import make_organisation
from tests.factories.petitions import make_petition
from tests.factories.updates import make_update
from tests.page_parts import tree


@pytest.mark.parametrize("kind", ["causes", "petitions", "events", "updates"])
def test_preview_shows_the_organisation_of_the_cause(desk_of, kind):
    make_organisation("hosts", "The Hosts")
    keepers = make_organisation("river-keepers", "River Keepers")
    cause = make_cause(organisation_id=keepers.id)
    make = {"petitions": make_petition, "events": make_event, "updates": make_update}
    thing = make[kind](cause_id=cause.id) if kind in make else cause
    db.session.commit()
    page = tree(desk_of("admin").get(f"/organize/{kind}/{thing.slug}/preview"))
    [name] = page.xpath("//a[@class='home-link']/bdi")
    assert name.text == "River Keepers"
    assert "The Hosts" not in "".join(page.xpath("//body//text()"))

"""Tests of former slugs, which causes, petitions, events and updates share."""

import pytest

from campaign.causes import operations as causes
from campaign.extensions import write
from campaign.petitions import operations as petitions
from campaign.petitions.editing import change_petition_slug
from tests.factories.petitions import make_petition

pytestmark = pytest.mark.both_databases


def test_former_slug_belongs_to_its_owner_and_its_kind(app):
    petition = make_petition("home")
    write(change_petition_slug, petition_id=petition.id, version=None, slug="house")
    assert petitions.slugs.present_slug("home") == "house"
    assert petitions.slugs.is_taken("home")
    assert not petitions.slugs.is_taken("home", but_by=petition.id)
    assert causes.slugs.present_slug("home") is None and not causes.slugs.is_taken("home")
    write(change_petition_slug, petition_id=petition.id, version=None, slug="home")
    assert petitions.slugs.present_slug("house") == "home"
    assert petitions.slugs.present_slug("home") is None

"""Tests of the operations that change a petition."""

import pytest

from campaign.extensions import db, write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.models import PetitionTally, PetitionVersion
from campaign.petitions.queries import petition_by_id, petition_by_slug, petition_counts
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken
from tests.factories.petitions import TEXTS, make_petition, new_version
from tests.factories.signatures import row, sign

pytestmark = pytest.mark.both_databases


def test_new_petition_has_one_version_its_targets_and_a_tally_of_zero(app):
    petition = make_petition(goal=43)
    assert [version.number for version in petition.versions] == [1]
    assert [text.lang for text in petition.current_version.texts] == ["en", "es"]
    assert [target.name("es") for target in petition.targets] == ["El Senado del Valle"]
    assert petition_counts([petition.id]) == {petition.id: 0}
    db.session.rollback()


def test_two_petitions_cannot_share_an_address(app):
    first = make_petition()
    with pytest.raises(SlugTaken):
        make_petition(cause_id=first.cause_id)
    assert db.session.query(PetitionTally).count() == 1
    db.session.rollback()


def test_changed_text_is_a_new_version_and_keeps_the_old_one(app):
    petition = make_petition()
    signed = sign(petition)
    before = row(signed).version_id
    new_version(petition, title="Bring them home now")
    db.session.rollback()
    versions = petition_by_id(petition.id).versions
    assert [version.number for version in versions] == [1, 2]
    assert [version.text("en", "en").title for version in versions] == [
        "Bring them home",
        "Bring them home now",
    ]
    assert row(signed).version_id == before == versions[0].id
    assert db.session.get(PetitionVersion, before).text("es", "en").body == TEXTS["es"]["body"]
    db.session.rollback()


def test_closing_twice_is_harmless(app):
    petition = make_petition()
    for _ in range(2):
        write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    assert petition_by_slug("home").state == "closed"
    db.session.rollback()

"""Tests of creating and changing organisations."""

import pytest

from campaign.errors import EditConflict
from campaign.extensions import write
from campaign.organisations.identity import UNNAMED, identities
from campaign.organisations.operations import change_organisation, create_organisation, slugs
from campaign.organisations.queries import host_organisation, organisation_count
from campaign.publishing.slug_history import SlugTaken
from tests.factories.causes import make_cause

TEXTS = {"en": {"name": "River Keepers"}, "es": {"name": "Guardianes del río"}}


def make_organisation(slug="river-keepers", texts=TEXTS, **columns):
    return write(create_organisation, slug=slug, texts=texts, **columns)


def test_first_organisation_is_the_host(app):
    first, second = make_organisation(), make_organisation("night-school")
    assert (first.is_host, second.is_host) == (True, False)
    assert identities().are_several
    assert identities().host.slug == "river-keepers"


def test_slug_of_another_organisation_is_refused_also_if_it_is_a_former_one(app):
    first = make_organisation()
    write(change_organisation, organisation_id=first.id, part="identity", slug="keepers")
    for slug in ("keepers", "river-keepers"):
        with pytest.raises(SlugTaken):
            make_organisation(slug)
    assert slugs.present_slug("river-keepers") == "keepers"


def test_cause_belongs_to_the_host_unless_another_organisation_is_named(app):
    cause = make_cause()
    assert cause.organisation_id == host_organisation().id
    other = make_organisation()
    assert make_cause("hill", organisation_id=other.id).organisation_id == other.id
    assert organisation_count() == 2


def test_part_is_changed_with_its_texts(app):
    organisation = make_organisation()
    write(
        change_organisation,
        organisation_id=organisation.id,
        part="identity",
        version=1,
        texts={"en": {"name": "Keepers"}, "fr": {"name": ""}},
        website="https://keepers.example",
    )
    identity = identities().of(organisation.id)
    assert identity.website == "https://keepers.example"
    assert sorted(identity.texts) == ["en", "es"]
    assert (identity.name("en"), identity.name("fr")) == ("Keepers", "Keepers")


def test_editors_of_one_part_conflict_and_those_of_two_parts_do_not(app):
    organisation = make_organisation()
    change = {"organisation_id": organisation.id, "version": 1}
    write(change_organisation, part="look", accent="#a3471a", **change)
    write(change_organisation, part="legal", legal_name="Keepers Inc.", **change)
    with pytest.raises(EditConflict):
        write(change_organisation, part="look", accent="#000000", **change)


def test_column_of_another_part_is_refused(app):
    organisation = make_organisation()
    with pytest.raises(ValueError, match="accent"):
        write(change_organisation, organisation_id=organisation.id, part="legal", accent="#000000")


def test_site_without_a_name_shows_the_name_of_the_software(app):
    assert identities().host.name("en") == UNNAMED
    make_cause()
    assert identities().host.name("es") == UNNAMED


def test_reader_gets_the_nearest_language(app):
    make_organisation()
    host = identities().host
    assert (host.name("es-MX"), host.name("es"), host.name("fr")) == (
        "Guardianes del río",
        "Guardianes del río",
        "River Keepers",
    )

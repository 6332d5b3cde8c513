"""Tests of the areas of postal codes."""

import pytest

from campaign.extensions import write
from campaign.targets.areas import areas_of_postal_code, set_area_codes
from tests.factories.targets import some_organisation_id

pytestmark = pytest.mark.both_databases
CODES = [
    ("CA", "H2X", "riding-1", "North Valley"),
    ("CA", "H2X", "riding-2", "East Valley"),
    ("CA", "H2", "riding-3", "Whole Valley"),
    ("FR", "75011", "fr-75", ""),
]


@pytest.fixture
def areas(app):
    organisation_id = some_organisation_id()
    rows = [
        dict(zip(("country", "prefix", "area", "area_name"), code, strict=True)) for code in CODES
    ]
    write(set_area_codes, organisation_id=organisation_id, rows=rows, countries=["CA", "FR"])

    def areas(country, postal_code):
        found = areas_of_postal_code(
            organisation_id=organisation_id, country=country, postal_code=postal_code
        )
        return [(area.id, area.name) for area in found]

    return areas


def test_all_areas_of_the_longest_beginning_are_offered(areas):
    assert areas("CA", "h2x 1y4") == [("riding-2", "East Valley"), ("riding-1", "North Valley")]
    assert areas("CA", "H2Y 1Y4") == [("riding-3", "Whole Valley")]


def test_mexican_code_tells_the_state(areas):
    assert areas("mx", "44100") == [("MX-JAL", "Jalisco")]


def test_canadian_code_without_own_codes_tells_the_province(areas):
    assert areas("CA", "V6B 1A1") == [("CA-BC", "British Columbia")]
    assert areas("CA", "X0A 0H0") == [("CA-NT", "Northwest Territories"), ("CA-NU", "Nunavut")]


def test_area_without_a_name_is_called_by_its_code(areas):
    assert areas("FR", "75011") == [("fr-75", "fr-75")]


@pytest.mark.parametrize(
    ("country", "code"), [("DE", "10115"), ("MX", ""), ("MX", "x"), ("CA", "1")]
)
def test_unknown_code_has_no_area(areas, country, code):
    assert areas(country, code) == []


def test_new_file_replaces_only_its_countries(areas):
    rows = [{"country": "FR", "prefix": "75", "area": "new", "area_name": ""}]
    write(set_area_codes, organisation_id=some_organisation_id(), rows=rows, countries=["FR"])
    assert areas("FR", "75011") == [("new", "new")]
    assert len(areas("CA", "H2X 1Y4")) == 2

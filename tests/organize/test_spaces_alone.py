"""Tests that required text fields refuse spaces alone."""

import pytest

from campaign.accounts.audit import entries
from tests.factories.events import make_event
from tests.factories.kiosks import kiosk_of, make_tablet
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_and_hatch
from tests.factories.updates import make_update

SPACES = "  "
SUPPORTER = {
    "given_name": "Amalia",
    "country": "CA",
    "postal_code": "K1A 0B1",
    "name_display": "full",
    "reason": "By telephone",
}
SHEET = {
    "petition": "home",
    "sheet": "1",
    "signed_on": "2026-11-20",
    "lang": "en",
    "country": "",
    "wording": "I sign.",
}


@pytest.fixture
def petition(app):
    return make_petition()


@pytest.fixture
def desk(desk_of, petition):
    return desk_of("owner", petition.cause_id)


def refuses(desk, path, form_data):
    """Return whether the form asks for the text again, with no action logged."""
    before = len(entries())
    return desk.post(f"/organize/{path}", form_data).status_code == 422 and len(entries()) == before


def test_address_cannot_be_made_of_spaces(desk, petition):
    make_event(cause_id=petition.cause_id)
    make_update(cause_id=petition.cause_id)
    for path in ("causes/valley", "petitions/home", "events/talk", "updates/answer"):
        assert refuses(desk, f"{path}/address", {"version": 1, "slug": SPACES}), path


@pytest.mark.parametrize("kind", ["petitions", "updates"])
def test_draft_title_cannot_be_spaces(desk, petition, kind):
    assert refuses(desk, f"{kind}/new", {"cause": petition.cause_id, "lang": "en", "title": SPACES})


def test_key_and_tablet_names_cannot_be_spaces(client, desk, petition):
    assert refuses(desk, "keys/", {"cause": petition.cause_id, "name": SPACES})
    kiosk = kiosk_of(make_tablet(client, make_event(cause_id=petition.cause_id)))
    assert refuses(desk, f"kiosks/tablets/{kiosk.id}/name", {"name": SPACES})


def test_reason_cannot_be_spaces(desk, petition):
    event, signature = make_event(cause_id=petition.cause_id), sign_and_hatch(petition)
    assert refuses(
        desk, f"events/{event.slug}/registrations/export", {"who": "all", "reason": SPACES}
    )
    page = desk.get(f"/organize/signatures/{signature}").text
    seen = page.split('name="version" type="hidden" value="')[1].split('"')[0]
    assert (
        desk.post(
            f"/organize/signatures/{signature}/correct",
            {**SUPPORTER, "version": seen, "reason": SPACES},
        ).status_code
        == 422
    )


@pytest.mark.parametrize("name", ["sheet", "wording"])
def test_sheet_needs_a_number_and_a_wording(desk, name):
    assert refuses(desk, "imports/type", {**SHEET, name: SPACES})

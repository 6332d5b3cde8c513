"""The overview: what waits for somebody, told only to who may do it."""

import pytest

from tests.factories.events import make_event
from tests.factories.kiosks import AMALIA, make_table, make_tablet
from tests.factories.paper import begin, csv_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign, sign_and_hatch
from tests.factories.updates import make_update

REVIEWED = {"/organize/held/", "/organize/kiosks/fair/review"}
PAPER = {"/organize/imports/"}
DRAFTS = {"/organize/petitions/", "/organize/events/", "/organize/updates/"}


@pytest.fixture
def cause_id(client):
    """A cause in which something of each kind waits."""
    event, petition = make_table()
    cause_id = petition.cause_id
    tablet = make_tablet(client, event)
    tablet.sign()
    assert tablet.sign(words={**AMALIA, "comment": "Vivos"})[1] == "duplicate"
    sign(petition, {**AMALIA, "email": "quick@rosales.example"}, held_reason="no_proof")
    begin(petition, csv_of("Zora,Quetzalli,,MX,06600,,,"))
    make_petition("next", cause_id=cause_id, state="draft")
    make_event("talk", cause_id=cause_id, draft=True)
    make_update(cause_id=cause_id, draft=True)
    return cause_id


@pytest.mark.parametrize(
    ("role", "tasks"),
    [("owner", REVIEWED | PAPER | DRAFTS), ("reviewer", REVIEWED | PAPER), ("editor", DRAFTS), ("exporter", set()), ("tabler", set())],
)
def test_each_role_is_told_what_waits_for_it(desk_of, cause_id, role, tasks):
    page = desk_of(role, cause_id).get("/organize/").text
    _before, _mark, told = page.partition('class="today"')
    told = told.partition("</div>")[0]
    assert {place for place in REVIEWED | PAPER | DRAFTS if f'href="{place}"' in told} == tasks


def test_nothing_waits_in_a_cause_at_rest(desk_of):
    petition = make_petition()
    assert 'class="today"' not in desk_of("owner", petition.cause_id).get("/organize/").text


def test_several_signatures_are_counted_in_the_plural_and_each_in_the_singular(desk_of):
    petition = make_petition()
    for address in ("a@rosales.example", "b@rosales.example"):
        sign_and_hatch(petition, {**AMALIA, "given_name": address[0], "email": address})
    desk = desk_of("owner", petition.cause_id, lang="fr")
    assert ">comptées<" in desk.get("/organize/numbers/petitions/home").text
    assert "comptée\n" in desk.get("/organize/signatures/").text.replace("</span>", "\n")

"""Tests of switching functions of the site off and on in the workspace."""

import io

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import write
from campaign.organisations.queries import host_organisation
from campaign.process.clock import utcnow
from campaign.switches.operations import switch_off
from campaign.switches.queries import switches_off
from campaign.switches.state import forget_switches, switched_off
from tests.factories.causes import make_cause
from tests.factories.organisations import make_organisation
from tests.factories.petitions import make_petition
from tests.page_parts import tree

PATH = "/organize/switches"
MESSAGE = "We are moving house."


@pytest.fixture
def other(app):
    """Another organisation than the host, with a cause and a petition."""
    organisation = make_organisation("river")
    cause = make_cause("delta", organisation_id=organisation.id)
    return organisation, make_petition("dam", cause_id=cause.id)


def test_uploads_are_refused_and_forms_without_files_are_not(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    write(switch_off, name="uploads", now=utcnow(), messages={"en": MESSAGE})
    forget_switches()
    file = (io.BytesIO(b"name\nAna\n"), "names.csv")
    refused = desk.post("/organize/imports/upload", {"petition": "home", "file": file})
    assert (refused.status_code, MESSAGE in refused.text) == (503, True)
    assert desk.post("/organize/account", {"name": "New Name", "lang": "en"}).status_code != 503


def test_admin_switches_off_and_on_in_the_workspace(desk_of, run, client, petition):
    desk = desk_of("admin")
    assert tree(desk.get(PATH)).xpath("//*[@data-switches='none']")
    sent = {"name": "signing", "organisation": "", "hours": "2", "reason": "A flood of names"}
    assert desk.post(PATH, {**sent, "message_en": MESSAGE}).status_code == 303
    forget_switches()
    [shown] = tree(desk.get(PATH)).xpath("//*[@data-switch='signing']")
    assert "A flood of names" in shown.text_content()
    assert desk.organizer.name in shown.text_content()
    assert run("switches", "list").output.splitlines()[0].endswith(f"\t{desk.organizer.email}")
    assert MESSAGE in client.get("/en/petitions/home?off").text
    for _press in range(2):
        assert desk.post(f"{PATH}/on", {"name": "signing", "organisation": ""}).status_code == 303
    forget_switches()
    assert switched_off("signing") is None


def test_wrong_choices_are_explained_at_the_field(desk_of, petition, other):
    desk = desk_of("admin")
    sent = {"name": "", "organisation": "", "hours": "2", "reason": ""}
    wrong = desk.post(PATH, sent)
    assert (wrong.status_code, set(wrong_names(wrong))) == (422, {"name", "reason"})
    sent = {"name": "api", "organisation": "river", "hours": "2", "reason": "x"}
    wrong = desk.post(PATH, sent)
    assert (wrong.status_code, set(wrong_names(wrong))) == (422, {"organisation"})
    assert list(switches_off(now=utcnow())) == []


def wrong_names(page):
    return tree(page).xpath("//*[@aria-invalid='true']/@name")


def test_owner_of_an_organisation_switches_only_it(desk_of, app, petition, other):
    organisation, _dam = other
    host_id = host_organisation().id
    desk = desk_of("owner", organisation_id=organisation.id)
    write(switch_off, name="signing", now=utcnow(), reason="For everyone")
    forget_switches()
    [shown] = tree(desk.get(PATH)).xpath("//*[@data-switch='signing']")
    assert not shown.xpath(".//form"), "only an admin may switch the site on again"
    assert desk.post(f"{PATH}/on", {"name": "signing", "organisation": ""}).status_code == 303
    forget_switches()
    assert switched_off("signing", host_id)
    whole_site = {"name": "mailings", "organisation": "", "hours": "0", "reason": "Mine"}
    assert desk.post(PATH, whole_site).status_code == 422
    assert desk.post(PATH, {**whole_site, "organisation": "river"}).status_code == 303
    forget_switches()
    assert switched_off("mailings", organisation.id)
    assert switched_off("mailings", host_id) is None
    assert entries(limit=1)[0].action == "switches.off"

"""Tests that no form chooses the first cause, petition, event or target automatically.

An organizer who overlooks the field would otherwise change, export or publish the wrong one.
"""

from datetime import timedelta
from itertools import groupby

import pytest
from sqlalchemy import select

from campaign.causes.models import CauseText
from campaign.events.models import EventText
from campaign.extensions import db, write
from campaign.organisations.models import OrganisationText
from campaign.petitions.editing import change_targets
from campaign.petitions.models import PetitionText, Target
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from campaign.updates.models import UpdateText
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.organize.organisations import addresses, furnish, make_organisation
from tests.page_parts import tree, wrong_fields

TITLES = (
    CauseText.title,
    PetitionText.title,
    EventText.title,
    UpdateText.title,
    OrganisationText.name,
)
# (endpoint, field) of forms that show the one chosen before, or the one that the page is about.
KNOWN = {
    ("answers.edit", "target"): "it was chosen when the answer was entered",
    ("petitions.show", "cause"): "a copy is made in the petition's own cause",
    ("subscribers.show_import", "cause"): "it was chosen with the file",
}


def things():
    """Return the titles of all causes, petitions, events, updates, organisations and targets."""
    titles = {title for column in TITLES for title in db.session.scalars(select(column))}
    return titles | {
        name for names in db.session.scalars(select(Target.names)) for name in names.values()
    }


def chosen_things(page, titles):
    """Return the names of fields of a page's forms that choose one of two or more titled things."""
    found = set()
    for form in tree(page).xpath("//form[@method='post']"):
        for field in form.xpath(".//select"):
            options = field.xpath(".//option")
            named = [option for option in options if is_thing(option, titles)]
            chosen = field.xpath(".//option[@selected]") or options[:1]
            if len(named) > 1 and "multiple" not in field.attrib and chosen[0] in named:
                found.add(field.get("name"))
        radios = sorted(form.xpath(".//input[@type='radio']"), key=lambda radio: radio.get("name"))
        for name, group in groupby(radios, key=lambda radio: radio.get("name")):
            labels = [(radio, radio.xpath(f"//label[@for='{radio.get('id')}']")) for radio in group]
            named = [radio for radio, label in labels if label and is_thing(label[0], titles)]
            if len(named) > 1 and any("checked" in radio.attrib for radio in named):
                found.add(name)
    return found


def is_thing(element, titles):
    text = element.text_content()
    return any(title in text for title in titles)


# (page, where its form is sent, field that chooses).
FORMS = (
    ("causes/new", "causes/new", "organisation"),
    ("petitions/new", "petitions/new", "cause"),
    ("events/new", "events/new", "cause"),
    ("updates/new", "updates/new", "cause"),
    ("rules/new", "rules/new", "where"),
    ("keys/", "keys/", "cause"),
    ("people/invite", "people/invite", "cause"),
    ("subscribers/", "subscribers/export", "export-cause"),
    ("subscribers/import", "subscribers/import", "cause"),
    ("imports/type", "imports/type", "petition"),
    ("imports/upload", "imports/upload", "petition"),
    ("imports/print", "imports/print", "petition"),
    ("answers/home/new", "answers/home/new", "target"),
    ("answers/home", "answers/home/links", "target_id"),
)
# What the forms need besides, so that only the choice is missing.
TYPED = {
    **{"title": "Clean water", "lang": "en", "slug": "clean-water", "action_kind": "petition"},
    **{"title_en": "Clean water", "kind": "words", "pattern": "spam", "note": "A test"},
    **{"email": "teo@kwan.example", "role": "editor", "format": "csv", "way": "consent"},
    **{"sheet": "S1", "signed_on": "2026-11-20", "paper": "A4", "sheets": "2"},
    **{"day": "2026-11-20", "original_lang": "en", "text_en": "Yes.", "outcome": ""},
    **{"export-format": "csv", "name": "A partner"},
}


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(("page", "path", "field"), FORMS)
@pytest.mark.parametrize("is_sent", [False, True], ids=["missing", "empty"])
def test_form_without_a_choice_is_refused_at_the_field(desk_of, page, path, field, is_sent):
    targets = [{"en": "The Senate"}, {"en": "The Mayor"}]
    for slug in ("home", "law"):
        cause = make_cause(f"{slug}-cause", organisation_id=make_organisation(f"{slug}-org").id)
        make_petition(slug, cause_id=cause.id, targets=targets)
    desk = desk_of()
    [select_field] = tree(desk.get(f"/organize/{page}")).xpath(f"//select[@name='{field}']")
    assert select_field.xpath("string(.//option[1]/@value)") == ""
    assert not select_field.xpath(".//option[@selected and @value != '']")
    typed = {**TYPED, "last_day": str(utcnow().date() + timedelta(days=9))}
    if is_sent:
        typed[field] = ""
    answer = desk.post(f"/organize/{path}", typed, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert field in wrong_fields(answer)


@pytest.mark.slow
def test_no_form_of_the_workspace_chooses_the_first_of_several(client, desk_of):
    here = furnish(client, make_organisation("aspen", "Aspen group"), "Aspen")
    make_petition("second", cause_id=here.cause.id)
    make_event("other", cause_id=here.cause.id)
    make_cause("third", organisation_id=here.organisation.id)
    make_petition(cause_id=make_cause(organisation_id=make_organisation("birch").id).id)
    asked = petition_by_slug("aspen-petition")
    targets = [{"en": "Aspen senate"}, {"en": "Aspen mayor"}]
    write(change_targets, petition_id=asked.id, version=None, targets=targets, now=utcnow())
    desk, titles, chosen, seen = desk_of(), things(), set(), 0
    for endpoint, method, path, _permission, _has_object in addresses(here):
        if method == "GET":
            answer = desk.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                seen += 1
                chosen |= {(endpoint, name) for name in chosen_things(answer, titles)}
    assert seen > 50
    assert chosen == KNOWN.keys()

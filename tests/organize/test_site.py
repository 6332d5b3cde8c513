"""Tests of changing the settings of the site in the workspace."""

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import db, write
from campaign.organisations.operations import create_organisation
from campaign.site.operations import change_site
from campaign.site.queries import load_site
from campaign.site.settings import site_settings
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.page_parts import figures, links, tree, values, version_on, wrong_fields

PATH = "/organize/site"


@pytest.fixture
def desk(desk_of):
    return desk_of("admin")


def form_on(page):
    """Return the fields of the form as a browser would send them."""
    [form] = tree(page).xpath("//form[@action='/organize/site']")
    sent = {
        name: value
        for name, value in form.fields.items()
        if name not in ("csrf_token", "languages") and value is not None
    }
    boxes = form.xpath(".//input[@name='languages' and @checked]/@value")
    return {**sent, "languages": [str(box) for box in boxes]}


def post(desk, **changes):
    return desk.post(PATH, form_on(desk.get(PATH)) | changes)


def test_what_nobody_changed_keeps_following_the_environment(desk, monkeypatch, app):
    assert post(desk, confirm_days="3").status_code == 303
    assert load_site().settings == {"confirm_days": 3}
    monkeypatch.setitem(app.config, "OWN_LINK_DAYS", 9)
    assert (site_settings().confirm_days, site_settings().own_link_days) == (3, 9)


def test_site_may_have_languages_that_the_interface_does_not_have(desk):
    assert post(desk, other_languages="PT-br, ar").status_code == 303
    assert site_settings().languages == ("en", "es", "fr", "pt-BR", "ar")
    wrong = post(desk, other_languages="pt-BR klingon!")
    assert (wrong.status_code, list(wrong_fields(wrong))) == (422, ["other_languages"])
    assert post(desk, languages=["ar"], other_languages="", first_language="ar").status_code == 303
    assert site_settings().languages == ("ar",)


def test_settings_are_saved_and_shown_in_the_activity_log(desk):
    answer = post(
        desk,
        languages=["fr", "es"],
        first_language="es",
        time_zone="Europe/Paris",
        first_countries="fr, be",
        sign_limit="120",
        hold_per_address="0",
        is_strict="y",
    )
    assert answer.status_code == 303
    settings = site_settings()
    assert (settings.languages, settings.first_countries) == (("es", "fr"), ("FR", "BE"))
    assert (settings.time_zone, settings.sign_limit) == ("Europe/Paris", "120 per minute")
    assert (settings.hold_per_address, settings.is_strict) == (0, True)
    [entry] = entries(action="site")
    changes = {item["field"]: (item["before"], item["after"]) for item in entry.details["changes"]}
    assert changes["languages"] == ("en, es, fr", "es, fr")
    assert changes["is_strict"] == (False, True)
    assert "confirm_days" not in changes
    assert "Europe/Paris" in desk.get("/organize/audit/?about=site").text


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["xx"]}, "languages"),
        ({"languages": ["en"], "first_language": "fr"}, "first_language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"first_countries": "CA ZZ"}, "first_countries"),
        ({"confirm_days": "0"}, "confirm_days"),
        ({"confirm_days": "soon"}, "confirm_days"),
        ({"confirm_days": "30", "erase_pending_days": "14"}, "erase_pending_days"),
        ({"own_link_days": "366"}, "own_link_days"),
        ({"address_days": "-1"}, "address_days"),
        ({"registration_days": ""}, "registration_days"),
        ({"max_emails_per_address_per_day": "0"}, "max_emails_per_address_per_day"),
        ({"sign_limit": "many"}, "sign_limit"),
        ({"hold_per_address": "1000001"}, "hold_per_address"),
        ({"kiosk_hourly_quota": "0"}, "kiosk_hourly_quota"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_kept(desk, changes, wrong):
    answer = (
        post(desk, first_countries="MX", **changes)
        if wrong != "first_countries"
        else post(desk, **changes)
    )
    assert answer.status_code == 422
    assert wrong in wrong_fields(answer)
    assert changes.get("first_countries", "MX") in values(answer, "value")
    db.session.rollback()
    assert load_site().settings == {}


def test_second_of_two_tabs_sees_both_and_saves_knowingly(desk):
    seen = form_on(desk.get(PATH))
    assert desk.post(PATH, seen | {"confirm_days": "3"}).status_code == 303
    assert desk.post(PATH, seen | {"confirm_days": "3"}).status_code == 303
    answer = desk.post(PATH, seen | {"confirm_days": "4"})
    assert answer.status_code == 409
    assert "3" in {item.text_content().strip() for item in tree(answer).find_class("conflict-text")}
    again = seen | {"confirm_days": "4", "version": version_on(answer)}
    assert desk.post(PATH, again).status_code == 303
    assert site_settings().confirm_days == 4


def test_only_admins_change_settings(desk_of):
    desk = desk_of("owner", make_cause().id)
    assert desk.get(PATH).status_code == 403
    assert desk.post(PATH, {"confirm_days": "3"}).status_code == 403
    assert PATH not in links(desk.get("/organize/"))


def test_pages_follow_the_settings(desk, client):
    make_petition("home")
    post(desk, languages=["es", "fr"], first_language="fr", first_countries="BR", confirm_days="3")
    assert client.get("/", headers={"Accept-Language": "de"}).location == "/fr/"
    assert set(values(client.get("/fr/"), "hreflang")) == {"es", "fr", "x-default"}
    page = tree(client.get("/fr/petitions/home"))
    [country] = page.xpath("//select[@name='country']")
    assert country.xpath("option/@value")[1] == "BR"
    assert 3 in figures(client.get("/fr/privacy").text)


def test_entry_of_the_sidebar_names_one_organisation_or_several(desk):
    write(create_organisation, slug="keepers", texts={"en": {"name": "River Keepers"}})

    def label():
        path = "//nav//a[@href='/organize/organisations/']/span"
        return tree(desk.get(PATH)).xpath(path)[0].text_content()

    one = label()
    assert "/organize/organisations/new" in links(desk.get(PATH))
    write(create_organisation, slug="school", texts={"en": {"name": "Night School"}})
    assert label() != one


def test_stored_values_outside_the_form_can_be_shown(desk):
    write(change_site, settings={"sign_limit": "5000 per hour", "first_countries": []})
    assert post(desk, confirm_days="3").status_code == 303
    assert site_settings().sign_limit == "5000 per hour"

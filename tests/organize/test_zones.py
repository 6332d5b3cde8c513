"""Tests of the time zones that the workspace's forms offer."""

import re
from html import unescape

import pytest
from sqlalchemy import update

from campaign.extensions import db
from campaign.petitions.models import Petition
from tests.factories.petitions import make_petition

DATES = "/organize/petitions/home/dates"


@pytest.fixture
def home(desk):
    return make_petition(cause_id=desk.cause.id)


def groups(page):
    """Return {group: [(value, label, is selected), …]} of the field."""
    select = re.search(r'<select[^>]*name="time_zone".*?</select>', page, re.DOTALL)[0]
    options_by_group = {}
    for label, inside in re.findall(
        r'<optgroup label="([^"]*)">(.*?)</optgroup>', select, re.DOTALL
    ):
        options = re.findall(r'<option value="([^"]*)"( selected)?>([^<]*)</option>', inside)
        options_by_group[unescape(label)] = [
            (value, unescape(text), bool(selected)) for value, selected, text in options
        ]
    return options_by_group


def values(options):
    return [value for value, _, _ in options]


def test_likely_zones_come_first_and_the_others_by_region(desk, home, app, monkeypatch):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_TIMEZONE", "Europe/Kyiv")
    monkeypatch.setitem(app.config, "FIRST_COUNTRIES", ("MX",))
    options_by_group = groups(desk.get(DATES).text)
    first = values(next(iter(options_by_group.values())))
    assert first[0] == "Europe/Kyiv" and "America/Mexico_City" in first and first[-1] == "UTC"
    assert "America/Toronto" in values(options_by_group["Americas"]) and "Asia/Tokyo" in values(
        options_by_group["Asia"]
    )
    everywhere = [value for options in options_by_group.values() for value in values(options)]
    assert len(everywhere) == len(set(everywhere))


def test_cities_and_countries_are_named_in_the_language_of_the_page(desk_of, desk, home):
    page = groups(desk_of("admin", lang="fr").get(DATES).text)
    labels = {value: text for options in page.values() for value, text, _ in options}
    assert labels["Europe/London"].startswith("Londres, Royaume-Uni · UTC")
    assert labels["America/Argentina/Buenos_Aires"].startswith(
        "Buenos Aires, Argentine · UTC−03:00"
    )


def test_stored_zone_with_an_old_name_stays_and_can_be_saved_again(desk, home):
    db.session.execute(update(Petition).values(time_zone="Asia/Calcutta"))
    db.session.commit()
    options_by_group = groups(desk.get(DATES).text)
    chosen = [
        (value, selected)
        for options in options_by_group.values()
        for value, _, selected in options
        if selected
    ]
    assert chosen == [("Asia/Calcutta", True)]
    answer = desk.post(
        DATES,
        {
            "version": home.version_of("settings"),
            "time_zone": "Asia/Calcutta",
            "closes_at": "2031-05-01T12:00",
        },
    )
    assert answer.status_code == 303


def test_unknown_zone_is_refused(desk, home):
    answer = desk.post(
        DATES,
        {
            "version": home.version_of("settings"),
            "time_zone": "Mars/Olympus",
            "closes_at": "2031-05-01T12:00",
        },
    )
    assert answer.status_code == 422 and 'id="time_zone-error"' in answer.text

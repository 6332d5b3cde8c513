"""Tests of the settings that are changed in the browser."""

import pytest
from sqlalchemy.exc import OperationalError

from campaign.errors import EditConflict
from campaign.extensions import write
from campaign.site import settings
from campaign.site.operations import change_site, note_setup_step
from campaign.site.queries import load_site
from campaign.site.settings import forget_site_settings, site_settings


def test_environment_gives_the_defaults(app, monkeypatch):
    monkeypatch.setitem(app.config, "CONFIRM_DAYS", 5)
    assert site_settings().confirm_days == 5
    write(change_site, settings={"confirm_days": 3})
    assert site_settings().confirm_days == 3


def test_change_keeps_the_other_settings(app):
    write(change_site, settings={"languages": ["fr", "en"]})
    write(change_site, settings={"sign_limit": "7 per minute"})
    assert (site_settings().languages, site_settings().default_lang) == (("fr", "en"), "fr")
    assert site_settings().sign_limit == "7 per minute"


def test_second_of_two_people_is_told(app):
    write(change_site, settings={"confirm_days": 3}, version=1)
    with pytest.raises(EditConflict):
        write(change_site, settings={"confirm_days": 4}, version=1)


def test_unknown_setting_is_refused(app):
    with pytest.raises(KeyError):
        write(change_site, settings={"colour": "red"})


def test_steps_of_the_setup_are_noted(app):
    write(note_setup_step, step="look", state="skipped")
    write(note_setup_step, step="look", state="done")
    assert load_site().setup_steps == {"look": "done"}
    with pytest.raises(ValueError, match="started"):
        write(note_setup_step, step="look", state="started")


def test_site_without_a_database_has_its_last_known_settings(app, monkeypatch):
    write(change_site, settings={"confirm_days": 3})
    assert site_settings().confirm_days == 3
    monkeypatch.setattr(settings, "_chosen", _fail)
    assert site_settings().confirm_days == 3
    forget_site_settings()
    assert site_settings().confirm_days == app.config["CONFIRM_DAYS"]


def _fail():
    raise OperationalError("select", {}, Exception("away"))

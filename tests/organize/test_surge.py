"""Tests of what organizers see of a surge."""

import pytest

from campaign.extensions import write
from campaign.surge.operations import report_level
from campaign.surge.state import follow_surge
from tests.page_parts import tree

OVERVIEW, SWITCHES = "/organize/", "/organize/switches"


def shown_levels(page):
    return [int(level) for level in tree(page).xpath("//@data-surge")]


def enter(level, reason):
    """Let another process report a level, and this one follow."""
    write(report_level, level=level, reason=reason)
    follow_surge()


def test_overview_shows_a_surge_to_every_organizer(desk_of, petition):
    desk = desk_of("tabler", petition.cause_id)
    assert shown_levels(desk.get(OVERVIEW)) == []
    enter(3, "commits")
    page = desk.get(OVERVIEW)
    assert shown_levels(page) == [3]
    assert len(tree(page).xpath("//*[@data-surge]//li")) == 3
    # Only people who may use the switches get a link to them.
    assert not tree(page).xpath("//*[@data-surge]//a")


def test_page_of_switches_shows_all_levels_and_the_present_one(desk_of, petition):
    desk = desk_of("admin")
    assert shown_levels(desk.get(SWITCHES)) == [0]
    enter(4, "database")
    page = desk.get(SWITCHES)
    assert shown_levels(page) == [4]
    levels = tree(page).xpath("//section[@id='surge']/ol/li")
    assert [level.get("aria-current") for level in levels] == [None, None, None, "true", None]
    assert tree(desk.get(OVERVIEW)).xpath("//*[@data-surge]//a/@href") == [f"{SWITCHES}#surge"]


@pytest.mark.parametrize("reason", ["processor", "a measurement of a newer version"])
def test_any_reason_can_be_shown(desk_of, petition, reason):
    enter(1, reason[:20])
    assert shown_levels(desk_of("admin").get(SWITCHES)) == [1]

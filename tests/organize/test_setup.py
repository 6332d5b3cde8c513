"""Tests of the steps of the set-up: a skipped one can be taken up again."""

from campaign.extensions import db
from campaign.organize.setup.steps import STEPS
from tests.page_parts import links, tree, version_on

SETUP = "/organize/setup/"


def states(desk):
    page = tree(desk.get(SETUP))
    return {item.get("data-step"): item.get("data-state") for item in page.xpath("//*[@data-step]")}


def test_skipped_steps_stay_a_task_and_are_continued_until_they_are_done(desk_of):
    desk = desk_of("admin")
    for name in STEPS:
        assert desk.post(f"{SETUP}{name}/skip").status_code == 303
    assert set(states(desk).values()) == {"skipped"}
    assert SETUP in links(desk.get("/organize/"))
    address = f"{SETUP}legal"
    assert address in links(desk.get(SETUP))
    form = desk.get(address).location
    db.session.rollback()
    part, _, _query = form.partition("?")
    form_data = {"version": version_on(desk.get(form)), "legal_name": "River Watch", "country": ""}
    saved = desk.post(f"{part}?setup=1", form_data)
    assert saved.status_code == 303
    assert states(desk)["legal"] == "done"

"""Tests that the activity log shows what each form changed, before and after."""

import io

import pytest
from PIL import Image

from campaign.accounts.audit import entries
from campaign.extensions import db
from campaign.i18n.locales import INTERFACE_LANGUAGES
from campaign.petitions.queries import petition_by_id
from tests.factories.events import event_now, make_event
from tests.factories.kiosks import kiosk_of, make_tablet
from tests.factories.letter_actions import make_letter_action
from tests.factories.petitions import make_petition
from tests.factories.updates import make_update, update_now
from tests.page_parts import tree

ALTS = {"alt_en": "A lake", "alt_es": "Un lago"}


def last_changes(action):
    """Return {(field, part): (before, after)} of the newest entry for an action."""
    db.session.rollback()
    return {
        (change["field"], change["part"]): (change["before"], change["after"])
        for change in entries(action=action)[0].details.get("changes", [])
    }


def upload(desk, path, **typed):
    file = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(file, "PNG")
    form_data = {"picture": (io.BytesIO(file.getvalue()), "lake.png"), **ALTS, **typed}
    return desk.post(path, form_data, content_type="multipart/form-data")


def version_of(petition, part):
    db.session.rollback()
    return petition_by_id(petition.id).version_of(part)


def test_form_of_a_letter_says_neutral_emails_and_butterflies(desk_of):
    action = make_letter_action()
    desk = desk_of("owner", action.cause_id)
    answer = desk.post(
        "/organize/petitions/letters/form",
        {"version": version_of(action, "settings"), "confirmation": "email", "neutral_emails": "y"},
    )
    assert answer.status_code == 303
    changes = last_changes("petitions.edit")
    assert changes["neutral_emails", ""] == (False, True)
    assert changes["has_butterflies", ""] == (True, False)


def test_quiet_count_is_a_change(desk_of, petition):
    desk_of("owner", petition.cause_id).post("/organize/retention/home/quiet", {"quiet": "y"})
    assert last_changes("petitions.quiet") == {("is_quiet", ""): (False, True)}


def test_share_texts_of_a_language_are_one_field(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    path = "/organize/petitions/home/sharing"
    desk.post(path, {"version": 1, "texts_en-0": "Sign with me.", "texts_en-1": "It is quick."})
    desk.post(path, {"version": 2, "texts_en-0": "It is quick."})
    assert last_changes("petitions.edit") == {
        ("share_texts", "en"): ("Sign with me. | It is quick.", "It is quick.")
    }


@pytest.mark.parametrize("kind", ["petitions", "events", "updates"])
def test_picture_its_focal_point_and_its_texts_are_changes(desk_of, petition, kind):
    cause_id = petition.cause_id
    slug = "home"
    if kind == "events":
        slug = make_event(cause_id=cause_id).slug
    if kind == "updates":
        slug = make_update(cause_id=cause_id, draft=True).slug
    desk, path = desk_of("owner", cause_id), f"/organize/{kind}/{slug}/picture"
    assert upload(desk, path, version=1, focal_x="20", focal_y="80").status_code == 303
    changes = last_changes(f"{kind}.edit")
    assert changes["focal_x", ""] == ("", "20") and changes["digest", ""][1]
    typed = {"version": 2, **ALTS, "alt_en": "The lake", "focal_x": "70", "focal_y": "80"}
    assert desk.post(path, typed, content_type="multipart/form-data").status_code == 303
    changes = last_changes(f"{kind}.edit")
    assert changes["focal_x", ""] == ("20", "70")
    assert changes["alts", ""] == ("A lake; Un lago", "The lake; Un lago")
    assert ("focal_y", "") not in changes


def test_event_and_petitions_of_an_update_are_named_by_their_slugs(desk_of, petition):
    event = make_event(cause_id=petition.cause_id)
    update = make_update(cause_id=petition.cause_id, draft=True)
    desk = desk_of("owner", petition.cause_id)
    typed = {
        f"{part}_{text.lang}": getattr(text, part)
        for text in update.texts
        for part in ("title", "summary", "body")
    }
    typed |= {"version": update.version_of("text"), "event": event.id, "petitions": petition.id}
    assert desk.post("/organize/updates/answer/words", typed).status_code == 303
    assert last_changes("updates.edit") == {
        ("event_id", ""): ("", "talk"),
        ("petition_id", "0"): ("", "home"),
    }


def test_picture_in_a_text_is_a_change(desk_of, petition):
    make_update(cause_id=petition.cause_id, draft=True)
    desk, path = desk_of("owner", petition.cause_id), "/organize/updates/answer/pictures"
    assert upload(desk, path).status_code == 303
    desk.post(f"{path}/1", {"version": 1, **ALTS, "alt_en": "The lake"})
    assert last_changes("updates.edit") == {("alts", "0"): ("A lake; Un lago", "The lake; Un lago")}
    assert update_now().body_pictures[0].number == 1


def test_update_and_its_mailing_have_a_status_each(desk_of, petition):
    update = make_update(cause_id=petition.cause_id, draft=True)
    desk = desk_of("owner", petition.cause_id)
    form_data = {
        "version": update.version,
        **{"when": "now", "time_zone": "America/Toronto", "mails": "y"},
        **{"langs": ["en", "es"], "kinds": ["cause"], "per_minute": "600"},
    }
    assert desk.post("/organize/updates/answer/publish", form_data).status_code in (302, 303)
    db.session.rollback()
    states = [
        change["before"] + ">" + change["after"]
        for action in ("updates.publish", "mail.plan")
        for entry in entries(action=action)
        for change in entry.details.get("changes", [])
        if change["field"] == "state"
    ]
    assert states == ["draft>published"]


def test_place_and_petitions_of_an_event_are_changes(desk_of, petition):
    event = make_event(cause_id=petition.cause_id)
    law = make_petition("law", cause_id=petition.cause_id)
    desk = desk_of("owner", petition.cause_id)
    typed = {"version": event.version_of("about"), "petitions": [petition.id, law.id]}
    assert (
        desk.post("/organize/events/talk/about", {**typed, "remembered": "43"}).status_code == 303
    )
    assert last_changes("events.edit") == {
        ("remembered", ""): ("0", "43"),
        ("petition_id", "0"): ("", "home"),
        ("petition_id", "1"): ("", "law"),
    }
    place = {
        "version": event_now(event).version_of("place"),
        **{"place_en": "Larch Library", "place_es": "Larch Library", "town": "Ottawa"},
        **{"country": "", "point": "45.4, -75.7", "online_url": "", "online_for": "everyone"},
    }
    assert desk.post("/organize/events/talk/place", place).status_code == 303
    changes = last_changes("events.edit")
    assert changes["latitude", ""] == ("", "45.4")
    assert changes["longitude", ""] == ("", "-75.7")


def test_extension_of_a_tablet_is_a_change(client, desk_of, petition):
    event = make_event(cause_id=petition.cause_id)
    kiosk = kiosk_of(make_tablet(client, event))
    desk, path = desk_of("owner", petition.cause_id), f"/organize/kiosks/tablets/{kiosk.id}"
    before = kiosk.expires_at.isoformat()
    desk.post(f"{path}/extend")
    [(field, (old, new))] = last_changes("kiosks.extend").items()
    assert (field[0], old) == ("expires_at", before)
    assert new > old
    desk.post(f"{path}/revoke")
    assert [field for field, _part in last_changes("kiosks.revoke")] == ["revoked_at"]


@pytest.mark.parametrize("lang", INTERFACE_LANGUAGES)
def test_new_fields_are_readable_in_the_log(client, desk_of, petition, lang):
    kiosk = kiosk_of(make_tablet(client, make_event(cause_id=petition.cause_id)))
    desk = desk_of("owner", petition.cause_id, lang=lang)
    desk.post(f"/organize/kiosks/tablets/{kiosk.id}/extend")
    [change] = tree(desk.get("/organize/audit/")).xpath("//ul[@class='audit-changes']/li")
    assert "expires_at" not in change.text_content()
    assert kiosk.expires_at.isoformat() not in change.text_content()

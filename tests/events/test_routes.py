"""Tests of the event pages, and of registering by their form."""

import io
import json
import re
from datetime import timedelta

import pytest
from PIL import Image

from campaign.events.operations import cancel, change_event, pictures
from campaign.extensions import db, write
from campaign.petitions.life_cycles import cause_life_cycle
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import clean_picture
from campaign.publishing.slug_history import SlugTaken
from tests.factories.causes import make_cause
from tests.factories.events import (
    AMALIA,
    come,
    make_event,
    move,
    post_registration,
    registration,
    registrations,
    states,
)
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails
from tests.factories.updates import make_update
from tests.page_parts import alerts, tree, values


@pytest.fixture
def event(app):
    return make_event()


def titles(page):
    return re.findall(r'class="event-name"><a href="/en/events/([^"]+)"', page)


def test_list_shows_upcoming_events_soonest_first_and_past_ones_latest_first(client, app):
    cause = make_cause()
    for days in (9, 2, -3, -9):
        make_event(f"day{days}", cause_id=cause.id, days=days)
    make_event("draft", cause_id=cause.id, draft=True)
    assert titles(client.get("/en/events/").text) == ["day2", "day9"]
    assert titles(client.get("/en/events/?when=past").text) == ["day-3", "day-9"]


def test_list_is_filtered_by_cause_and_place_and_paginated(client, app):
    one, two = make_cause(), make_cause("hill")
    for place in range(22):
        make_event(
            f"e{place}", cause_id=one.id, days=place + 1, town="Toronto" if place % 2 else "Ottawa"
        )
    make_event("other", cause_id=two.id, town="Toluca")
    assert titles(client.get("/en/events/?cause=hill").text) == ["other"]
    assert titles(client.get("/en/events/?place=Toluca").text) == ["other"]
    assert len(titles(client.get("/en/events/?cause=valley&place=Toronto").text)) == 11
    first = client.get("/en/events/?cause=valley").text
    assert len(titles(first)) == 20
    assert 'href="/en/events/?cause=valley&amp;page=2"' in first
    assert len(titles(client.get("/en/events/?cause=valley&page=2").text)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "cause=nowhere",
        "place=%00",
        "page=999999999999999999999",
        "page=-1",
        "page=x",
        "when=x",
        "place=" + "x" * 999,
    ],
)
def test_odd_query_still_returns_a_page(client, event, query):
    answer = client.get(f"/en/events/?{query}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_empty_list_says_so_in_each_language(client, app):
    for lang in ("en", "es", "fr"):
        for query in ("", "?when=past", "?place=x"):
            assert "empty-title" in client.get(f"/{lang}/events/{query}").text


def test_page_shows_everything_about_an_event(client, app):
    petition = make_petition()
    make_event(
        cause_id=petition.cause_id,
        petition_ids=[petition.id],
        texts={
            "en": {
                "title": "How a family searches",
                "place": "Larch Library",
                "address": "1 Larch Street",
                "body": "An *evening*.",
                "access": "A lift.",
                "price": "20 pesos",
                "programme": [["18:30", "Doors"]],
            }
        },
        is_free=False,
        people=[{"name": "Odile Kwan", "role": "speaker", "words": {"en": "from here"}}],
        languages=["es", "Náhuatl"],
        online_url="https://meet.example/room",
        online_for="registered",
    )
    for lang in ("en", "es", "fr"):
        assert client.get(f"/{lang}/events/talk").status_code == 200
    page = client.get("/en/events/talk").text
    for text in (
        "<em>evening</em>", "A lift.", "20 pesos", "18:30", "Doors", "Odile Kwan", "Spanish, Náhuatl", "Bring them home",
        "https://www.openstreetmap.org/search?query=1+Larch+Street%2C+Ottawa", "/events/talk.ics?lang=en",
    ):  # fmt: skip
        assert text in page, text
    assert "meet.example" not in page


def test_structured_data_describes_the_event_and_escapes_its_text(client, app):
    make_event(title="</script><script>alert(1)</script>")
    page = client.get("/en/events/talk").text
    [script] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(script)
    assert data["@type"] == "Event"
    assert data["name"] == "</script><script>alert(1)</script>"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[45]:00", data["startDate"])
    assert data["location"][0]["address"]["addressLocality"] == "Ottawa"
    assert "<script>alert" not in page


def test_past_event_stays_as_a_record_and_takes_no_registration(client, event):
    move(event, starts_at=utcnow() - timedelta(days=400))
    page = client.get("/en/events/talk").text
    assert alerts(page) == ["note"]
    assert page.count("This event ") == 1
    assert 'method="post"' not in page
    assert 'data-module="local-time"' not in page
    assert post_registration(client, event).status_code == 410
    assert registrations() == []


def test_cancelled_event_says_so_at_the_top(client, event):
    write(cancel, event.id, now=utcnow(), notices={"en": "The hall is flooded."})
    page = client.get("/en/events/talk").text
    assert page.index('data-kind="danger"') < page.index("<h1")
    assert "The hall is flooded." in page
    assert post_registration(client, event).status_code == 410
    assert values(client.get("/en/events/"), "data-phase") == ["cancelled"]


def test_old_slug_redirects_and_cannot_be_taken_by_another(client, event):
    write(change_event, event.id, now=utcnow(), slug="evening")
    answer = client.get("/es/events/talk?a=b")
    assert (answer.status_code, answer.location) == (301, "/es/events/evening?a=b")
    with pytest.raises(SlugTaken):
        make_event("talk", cause_id=event.cause_id)
    db.session.rollback()
    write(change_event, event.id, now=utcnow(), slug="talk")
    assert client.get("/es/events/evening").location == "/es/events/talk"


@pytest.mark.parametrize(
    "slug", ["nowhere", "draft", "hidden", "x" * 3000, "a%00b", "%F0%9F%A6%8B"]
)
def test_unknown_or_unpublished_event_is_not_found(client, app, slug):
    make_event("draft", draft=True)
    make_event("hidden", cause_id=make_cause("secret", state="draft").id)
    for path in (f"/en/events/{slug}", f"/en/events/{slug}/thanks", f"/events/{slug}.ics"):
        assert client.get(path, follow_redirects=True).status_code == 404
    assert client.post(f"/en/events/{slug}/registrations", data=AMALIA).status_code == 404


def test_events_of_an_archived_cause_stay_and_take_no_registration(client, event):
    make_event("meeting", cause_id=event.cause_id, days=-7)
    write(cause_life_cycle.archive, row_id=event.cause_id, now=utcnow())
    for path in ("/en/events/talk", "/en/events/meeting", "/events/talk.ics"):
        assert client.get(path).status_code == 200
    assert values(client.get("/en/events/talk"), "data-registration") == ["closed"]
    assert post_registration(client, event).status_code == 410
    assert registrations() == []
    page = client.get("/en/causes/valley").text
    assert ("/en/events/talk" in page, "/en/events/meeting" in page) == (True, True)
    assert "/en/events/talk" not in client.get("/en/events/").text + client.get("/en/").text
    assert "talk" not in client.get("/events.ics").text


def test_registering_repeating_and_waiting_get_the_same_answer(client, app):
    event = make_event(capacity=1)
    answers = [
        post_registration(client, event, {**AMALIA, "email": email})
        for email in ("amalia@rosales.example", "AMALIA@rosales.example", "odile@kwan.example")
    ]
    assert {(answer.status_code, answer.location, answer.data) for answer in answers} == {
        (303, "/en/events/talk/thanks", answers[0].data)
    }
    assert states() == ["unconfirmed", "unconfirmed"]
    assert client.get("/en/events/talk/thanks").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "http://pills.example"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "amalia@correo"}, "email"),
        ({"seats": "0"}, "seats"),
        ({"seats": "5"}, "seats"),
        ({"seats": "many"}, "seats"),
        ({"seats": "9" * 5000}, "seats"),
        ({"answers-needs": ""}, "answers-needs"),
    ],
)
def test_form_error_is_shown_at_its_field_with_the_input(client, app, changes, field):
    question = {
        "name": "needs",
        "type": "text",
        "required": True,
        "label": {"en": "What do you need?"},
    }
    event = make_event(questions=[question])
    answer = post_registration(
        client, event, {**AMALIA, "answers-needs": "A ramp & more", **changes}
    )
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert '<details class="register" open>' in answer.text
    if field != "answers-needs":
        assert 'value="A ramp &amp; more"' in answer.text
    assert registrations() == []


def test_answers_and_seats_are_stored(client, app):
    event = make_event(questions=[{"name": "needs", "type": "text", "label": {"en": "Needs?"}}])
    assert (
        post_registration(
            client, event, {**AMALIA, "seats": "3", "answers-needs": "A ramp"}
        ).status_code
        == 303
    )
    [stored] = registrations()
    assert (stored.name, stored.seats, stored.answers) == ("Amalia Rosales", 3, {"needs": "A ramp"})


def test_bots_are_detected_and_see_no_difference(client, event):
    answer = post_registration(client, event, {**AMALIA, "website": "https://pills.example"})
    assert (answer.status_code, answer.location) == (303, "/en/events/talk/thanks")
    assert [(registration.state, registration.held_reason) for registration in registrations()] == [
        ("unconfirmed", "hidden_field")
    ]
    assert len(queued_emails()) == 1


def test_too_many_from_one_ip_address_are_asked_to_wait(client, app, event, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_LIMIT", "2 per minute")
    got = [
        post_registration(
            client, event, {**AMALIA, "email": f"a{n}@kwan.example"}, address="192.0.2.77"
        ).status_code
        for n in range(3)
    ]
    assert got == [303, 303, 429]


def test_another_site_cannot_register_anyone(client, event):
    assert (
        post_registration(
            client, event, headers={"Origin": "https://elsewhere.example"}
        ).status_code
        == 403
    )
    assert registrations() == []


def test_reloading_a_refused_form_returns_to_the_event(client, event):
    answer = client.get("/es/events/talk/registrations")
    assert (answer.status_code, answer.location) == (302, "/es/events/talk#register")


def test_picture_has_its_alternative_text_and_no_camera_metadata(client, event):
    write(
        pictures.change,
        owner_id=event.id,
        picture=clean_picture(_photograph()),
        alts={"en": "A reading room"},
        now=utcnow(),
    )
    page = client.get("/en/events/talk").text
    [path] = re.findall(r'src="(/events/talk/picture-[^"]+)"', page)
    assert 'alt="A reading room"' in page
    answer = client.get(path)
    assert answer.content_type == "image/webp"
    assert b"Exif" not in answer.data and b"secret place" not in answer.data
    assert client.get("/events/talk/picture-0000.webp").status_code == 404
    write(pictures.remove, owner_id=event.id, now=utcnow())
    assert client.get(path).status_code == 404


def _photograph():
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (2000, 1000), "orange").save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_registering_for_one_event_leaves_another_alone(client, app):
    event = make_event(capacity=1)
    other = make_event("other", cause_id=event.cause_id, capacity=1)
    come(event)
    assert registration(come(other)).state == "registered"


def test_updates_about_an_event_are_shown_on_its_page(client, event):
    other = make_event("other", cause_id=event.cause_id)
    make_update("photos", cause_id=event.cause_id, title="What was said", event_id=event.id)
    make_update("else", cause_id=event.cause_id, title="Something else", event_id=other.id)
    make_update(
        "draft", cause_id=event.cause_id, title="Not told yet", event_id=event.id, draft=True
    )
    move(event, starts_at=utcnow() - timedelta(days=5))
    page = client.get("/en/events/talk").text
    assert tree(page).xpath(
        "//section[@aria-labelledby='updates-title']//a[@href='/en/updates/photos']"
    )
    assert "Something else" not in page and "Not told yet" not in page


READABLE_IN = "//header//p[@class='hint']/a[@hreflang]/@href"


def test_event_without_a_translation_says_where_it_can_be_read(client, event):
    assert not tree(client.get("/es/events/talk")).xpath(READABLE_IN)
    page = client.get("/fr/events/talk").text
    assert tree(page).xpath(READABLE_IN)
    assert '<a href="/es/events/talk" hreflang="es" lang="es">Español</a>' in page

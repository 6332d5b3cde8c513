"""Tests of events in the workspace, from the first draft to the archive."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from campaign.accounts.audit import entries
from campaign.accounts.permissions import TABLE
from campaign.events.editing import change_part
from campaign.events.life_cycle import event_life_cycle
from campaign.events.queries import event_in_any_state
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import come, link, make_event, registration
from tests.factories.petitions import make_petition
from tests.organize.test_roles import ask, routes
from tests.page_parts import alerts, links, tree, wrong_fields
from tests.together import together

TALK = "/organize/events/talk"
NEW = {"lang": "es", "title": "Cómo busca una familia", "zone": "America/Toronto"}
NEW |= {"starts": "2027-03-05T19:00", "ends": "2027-03-05T20:30"}


def now_of(slug="talk"):
    """Return the event as it is in the database right now."""
    db.session.rollback()
    return event_in_any_state(slug)


def queued_kinds():
    db.session.rollback()
    return [message.kind for message in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def places(page, *slugs):
    """Return whether links to these events are on the page, in this order."""
    positions = [page.find(f'href="/organize/events/{slug}"') for slug in slugs]
    return -1 not in positions and positions == sorted(positions)


def photograph(size=(1200, 600), kind="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", size, "orange").save(file, kind)
    return file.getvalue()


@pytest.fixture
def talk(desk):
    return make_event(cause_id=desk.cause.id)


def save(desk, part, event=None, **typed):
    """Save a part as its page would send it."""
    return desk.post(f"{TALK}/{part}", {"version": (event or now_of()).version_of(part), **typed})


def test_event_begins_with_title_and_times_and_a_double_press_makes_one(desk, client):
    for _ in range(2):
        answer = desk.post("/organize/events/new", {**NEW, "cause": desk.cause.id})
        assert (answer.status_code, answer.location) == (
            303,
            "/organize/events/como-busca-una-familia",
        )
    made = now_of("como-busca-una-familia")
    assert (made.state, made.original_lang) == ("draft", "es")
    assert made.starts_at == datetime(2027, 3, 6, 0, 0, tzinfo=UTC)
    assert [entry.action for entry in entries(action="events.create")] == ["events.create"]
    assert client.get("/es/events/como-busca-una-familia").status_code == 404
    todo = tree(desk.get("/organize/events/como-busca-una-familia")).xpath(
        "//section[@class='todo']//li"
    )
    assert {("place", None), ("untranslated", "en")} <= {
        (item.get("data-fault"), item.get("data-lang")) for item in todo
    }


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("starts", {"starts": ""}),
        ("ends", {"ends": "2027-03-05T18:00"}),
        ("ends", {"ends": "2027-05-05T18:00"}),
        # In this night clocks go forward from two to three.
        ("starts", {"starts": "2027-03-14T02:30", "ends": "2027-03-14T04:00"}),
        # Kiosks are revoked days after an event, which is past the end of the calendar.
        ("ends", {"starts": "9999-12-31T18:00", "ends": "9999-12-31T19:00"}),
        ("starts", {"starts": "0001-01-01T18:00", "ends": "0001-01-01T19:00"}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("slug", {"slug": "talk"}),
        ("slug", {"slug": "Not An Address"}),
    ],
)
def test_invalid_input_is_explained_at_its_field_and_kept(desk, talk, field, typed):
    answer = desk.post("/organize/events/new", {**NEW, "cause": desk.cause.id, **typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Cómo busca una familia" in answer.text


def test_ambiguous_time_is_explained_to_the_editor(desk, talk):
    typed = {"zone": "America/Toronto", "starts": "2027-11-07T01:30", "ends": "2027-11-07T04:00"}
    page = desk.client.post(
        f"{TALK}/hours",
        data={"csrf_token": desk.token(), "version": talk.version_of("hours"), **typed},
        follow_redirects=True,
    )
    assert "waiting" in alerts(page)
    # The first of the two is in summer time.
    assert now_of().starts_at == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_no_one_creates_events_for_another_persons_cause(desk):
    other = make_cause("other")
    assert desk.post("/organize/events/new", {**NEW, "cause": other.id}).status_code == 422
    make_event(cause_id=other.id)
    for path in ("", "/words", "/preview", "/door", "/registrations"):
        assert desk.get(TALK + path).status_code == 404


def test_text_is_written_in_three_languages_and_one_is_removed(desk, talk):
    typed = {f"title_{lang}": f"Title {lang}" for lang in ("en", "es", "fr")}
    assert save(desk, "words", **typed, body_fr="Venez **tous**.").status_code == 303
    assert {text.lang: text.title for text in now_of().texts} == {
        "en": "Title en",
        "es": "Title es",
        "fr": "Title fr",
    }
    assert "<strong>tous</strong>" in desk.get(f"{TALK}/preview?lang=fr").text
    assert save(desk, "words", title_en="Title en", body_fr="Sans titre").status_code == 422
    save(desk, "words", title_en="Title en")
    assert [text.lang for text in now_of().texts] == ["en"]


def test_fields_of_the_text_can_be_told_apart_by_their_labels(desk, talk):
    page = tree(desk.get(f"{TALK}/words"))
    panels = page.xpath("//details[contains(@class, 'translation')]")
    assert panels
    for panel in panels:
        labels = [label.text_content().strip() for label in panel.iter("label")]
        assert len(labels) > 2
        assert len(labels) == len(set(labels))


def test_preview_of_text_saves_nothing(desk, talk):
    page = save(desk, "words", title_en="Other", body_en="Half a *thought*", press="preview")
    assert "<em>thought</em>" in page.text
    assert now_of().text("en").title == "How a family searches"


def test_edits_of_the_same_part_conflict_and_of_others_do_not(desk, talk):
    seen = now_of().version_of("words")
    theirs = {"en": {"title": "Theirs", "kind": "", "body": "", "access": ""}}
    write(change_part, talk.id, part="words", version=seen, now=utcnow(), texts=theirs)
    answer = desk.post(f"{TALK}/words", {"version": seen, "title_en": "Mine"})
    assert answer.status_code == 409
    assert "Theirs" in answer.text and 'value="Mine"' in answer.text
    assert now_of().text("en").title == "Theirs"
    # No one else had changed the times.
    typed = {"zone": "America/Toronto", "starts": "2027-05-05T18:00", "ends": "2027-05-05T19:00"}
    assert (
        desk.post(f"{TALK}/hours", {"version": now_of().version_of("hours"), **typed}).status_code
        == 303
    )
    # The same change saved twice is no conflict.
    assert (
        desk.post(
            f"{TALK}/words", {"version": now_of().version_of("words"), "title_en": "Mine"}
        ).status_code
        == 303
    )
    assert desk.post(f"{TALK}/words", {"version": seen, "title_en": "Mine"}).status_code == 303


def test_every_part_is_saved_as_typed_and_shown_again(desk, talk, client):
    petition = make_petition(cause_id=desk.cause.id)
    save(desk, "place", place_en="Larch Library", address_en="12 Larch St", town="Ottawa", country="CA",
         point="https://www.openstreetmap.org/#map=17/45.42153/-75.69719", online_url="https://meet.example.org/talk", online_for="registered")  # fmt: skip
    save(desk, "coming", registration="required", capacity="40", most_seats="2", price_en="10 dollars",
         **{"rows-0-type": "text", "rows-0-label_en": "What do you eat?"})  # fmt: skip
    save(
        desk,
        "programme",
        **{
            "rows-0-at": "20:00",
            "rows-0-what_en": "Questions",
            "rows-1-at": "19:00",
            "rows-1-what_en": "Doors",
        },
    )
    save(
        desk,
        "people",
        **{
            "rows-0-name": "Zora Quetzalli",
            "rows-0-role": "speaker",
            "rows-0-words_es": "Busca a su hermano",
        },
    )
    save(
        desk,
        "about",
        languages=["es", "en"],
        others="Nahuatl, LSM",
        petitions=[petition.id, petition.id],
    )
    event = now_of()
    assert (event.latitude, event.longitude, event.online_for) == (
        45.42153,
        -75.69719,
        "registered",
    )
    assert (event.capacity, event.most_seats, event.is_free, event.questions[0]["name"]) == (
        40,
        2,
        False,
        "what-do-you-eat",
    )
    assert event.text("en").programme == [["19:00", "Doors"], ["20:00", "Questions"]]
    assert event.people == [
        {"name": "Zora Quetzalli", "role": "speaker", "words": {"es": "Busca a su hermano"}}
    ]
    assert event.languages == ["es", "en", "Nahuatl", "LSM"] and [
        item.petition_id for item in event.petitions
    ] == [petition.id]
    page = client.get("/en/events/talk").text
    for text in (
        "12 Larch St",
        "10 dollars",
        "What do you eat?",
        "Doors",
        "Zora Quetzalli",
        "Nahuatl",
        "calendar.google.com",
        "outlook.live.com",
    ):
        assert text in page
    assert "meet.example.org" not in page
    for part in ("hours", "place", "coming", "programme", "people", "about", "address"):
        answer = desk.get(f"{TALK}/{part}")
        assert answer.status_code == 200, part
    assert 'value="45.42153, -75.69719"' in desk.get(f"{TALK}/place").text


@pytest.mark.parametrize(
    ("part", "typed", "field"),
    [
        ("place", {"online_url": "meet"}, "online_url"),
        ("place", {"point": "somewhere"}, "point"),
        ("coming", {"registration": "none", "most_seats": "99"}, "most_seats"),
        (
            "coming",
            {
                "registration": "none",
                "most_seats": "2",
                "rows-0-type": "choice",
                "rows-0-label_en": "Which?",
            },
            "rows-0-choices_en",
        ),
        ("programme", {"rows-0-what_en": "When?"}, "rows-0-at"),
        ("people", {"rows-0-words_en": "Who?"}, "rows-0-name"),
        ("address", {"slug": "Not An Address"}, "slug"),
    ],
)
def test_invalid_value_is_explained_at_its_field(desk, talk, part, typed, field):
    answer = save(desk, part, **typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_rows_are_added_and_moved_without_saving(desk, talk):
    rows = {"rows-0-name": "A", "rows-0-role": "host", "rows-1-name": "B", "rows-1-role": "host"}
    page = save(desk, "people", **rows, press="up-1").text
    assert page.index('value="B"') < page.index('value="A"')
    assert 'name="rows-2-name"' in save(desk, "people", **rows, press="add").text
    assert (
        'name="rows-0-label_en"'
        in save(desk, "coming", registration="none", most_seats="2", press="add").text
    )
    assert now_of().people == []


def test_draft_is_published_once_it_has_a_place_and_automatically_at_its_time(desk, client):
    make_event(cause_id=desk.cause.id, draft=True, town="", texts={"en": {"title": "A talk"}})
    desk.post(f"{TALK}/publish")
    assert now_of().state == "draft"
    save(desk, "place", town="Ottawa", online_for="everyone")
    for no_hour in ("2020-01-01T10:00", "tomorrow", ""):
        assert desk.post(f"{TALK}/publish-later", {"publish_at": no_hour}).status_code == 422
    assert desk.post(f"{TALK}/publish-later", {"publish_at": "2030-01-01T10:00"}).status_code == 303
    assert "2030" in desk.get(TALK).text
    assert write(event_life_cycle.publish_due, now=utcnow()) == 0
    assert write(event_life_cycle.publish_due, now=datetime(2030, 1, 1, 15, 0, tzinfo=UTC)) == 1
    assert client.get("/en/events/talk").status_code == 200


def test_page_shows_a_butterfly_at_rest_for_each_person_remembered(desk, client, talk):
    assert save(desk, "about", remembered="45").status_code == 303
    rows = tree(client.get("/en/events/talk")).find_class("resting-row")
    assert [len(row.find_class("resting-one")) for row in rows] == [15, 15, 15]
    for wrong in ("221", "-1", "many"):
        answer = save(desk, "about", remembered=wrong)
        assert answer.status_code == 422
        assert "remembered" in wrong_fields(answer)
        assert f'value="{wrong}"' in answer.text
    assert now_of().remembered == 45
    assert save(desk, "about", remembered="").status_code == 303
    assert not tree(client.get("/en/events/talk")).find_class("resting")


def test_registered_people_are_emailed_about_a_new_time_and_a_cancellation(desk, talk):
    come(talk)
    assert tree(desk.get(f"{TALK}/hours")).find_class("notify-note")
    save(desk, "words", title_en="Another title")
    assert "event_changed" not in queued_kinds()
    save(desk, "hours", zone="America/Toronto", starts="2030-05-05T18:00", ends="2030-05-05T19:00")
    assert queued_kinds().count("event_changed") == 1
    assert tree(desk.get(f"{TALK}/cancel")).xpath("//@data-seats-told") == ["1"]
    for _ in range(2):
        desk.post(f"{TALK}/cancel", {"notice_en": "The hall has no power."})
    assert queued_kinds().count("event_cancelled") == 1
    assert now_of().text("en").notice == "The hall has no power."


def test_registration_is_closed_and_reopened(desk, talk, client):
    mine = link(come(talk, seats=2))
    desk.post(f"{TALK}/close")
    assert client.post(mine, data={"name": "Amalia", "seats": "1"}).location.endswith("saved=1")
    page = client.get("/en/events/talk").text
    assert 'data-registration="closed"' in page and 'name="seats"' not in page
    desk.post(f"{TALK}/reopen")
    assert 'name="seats"' in client.get("/en/events/talk").text


def test_next_event_copies_everything_to_a_week_later(desk, client):
    old = make_event(cause_id=desk.cause.id, days=-20)
    come_before = utcnow() - timedelta(days=21)
    come(old, now=come_before)
    save(
        desk,
        "picture",
        alt_en="A hall",
        focal_x=10,
        focal_y=20,
        picture=(io.BytesIO(photograph()), "hall.jpg"),
    )
    assert desk.post(f"{TALK}/duplicate").location == f"{TALK}-2"
    made = now_of("talk-2")
    assert made.state == "draft" and utcnow() < made.starts_at < utcnow() + timedelta(days=8)
    assert (made.starts_local.time(), made.starts_local.weekday()) == (
        old.starts_local.time(),
        old.starts_local.weekday(),
    )
    assert made.text("es").title == "How a family searches (es)" and made.picture.focal_x == 10


def test_archived_event_is_in_no_list_and_stays_at_its_address(desk, client):
    make_event(cause_id=desk.cause.id, days=-3)
    desk.post(f"{TALK}/archive")
    assert "/events/talk" not in client.get("/en/events/?when=past").text.replace(
        "/events/talk.ics", ""
    )
    assert client.get("/en/events/talk").status_code == 200
    used = desk.get("/organize/events/")
    assert "/organize/events/?archived=1" in links(used) and not places(used.text, "talk")
    assert places(desk.get("/organize/events/?archived=1").text, "talk")
    desk.post(f"{TALK}/restore")
    assert "/en/events/talk" in client.get("/en/events/?when=past").text


def test_old_address_redirects(desk, talk, client):
    assert save(desk, "address", slug="evening").location == "/organize/events/evening"
    assert client.get("/en/events/talk").location == "/en/events/evening"
    make_event("other", cause_id=desk.cause.id)
    answer = desk.post(
        "/organize/events/evening/address",
        {"version": now_of("evening").version_of("address"), "slug": "other"},
    )
    assert answer.status_code == 422 and 'id="slug-error"' in answer.text


def test_picture_is_set_cropped_and_removed(desk, talk, client):
    def send(**typed):
        return save(desk, "picture", **{"focal_x": 50, "focal_y": 50, "alt_en": "A hall", **typed})

    refused = send(picture=(io.BytesIO(b"<svg onload='alert(1)'/>"), "hall.png"))
    assert refused.status_code == 422 and 'id="picture-error"' in refused.text
    assert send().status_code == 422
    # Larger than what other pages accept.
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "PNG")
    assert len(file.getvalue()) > 300_000
    assert send(picture=(io.BytesIO(file.getvalue()), "hall.png"), focal_x=90).status_code == 303
    digest = now_of().picture.digest
    page = client.get("/en/events/talk").text
    path = f"/events/talk/picture-{digest}.webp"
    assert 'alt="A hall"' in page and "focal-x-90" in page and f"{path}?size=small 800w" in page
    large, small = client.get(path).data, client.get(f"{path}?size=small").data
    assert Image.open(io.BytesIO(small)).width == 800 and len(small) < len(large)
    assert send(alt_en="").status_code == 422
    assert send(focal_y=0).status_code == 303
    assert now_of().picture.digest != digest and now_of().picture.focal_y == 0
    assert send(version=0).status_code == 409
    assert desk.post(f"{TALK}/picture/remove", {"version": 1}).status_code == 409
    assert now_of().picture is not None
    version = now_of().version_of("picture")
    assert desk.post(f"{TALK}/picture/remove", {"version": version}).status_code == 303
    assert now_of().picture is None


def test_visitor_cannot_upload_more_than_other_pages_accept(visitor, app):
    make_event(cause_id=make_cause().id)
    answer = visitor.client.post(
        f"{TALK}/picture", data={"picture": (io.BytesIO(bytes(400_000)), "hall.png")}
    )
    assert answer.status_code == 413


def test_tabler_sees_the_check_in_and_not_the_workspace(desk_of):
    cause = make_cause()
    make_event(cause_id=cause.id)
    desk = desk_of("tabler", cause.id)
    page = desk.get(TALK).text
    assert (
        f"{TALK}/door" in page
        and f"{TALK}/words" not in page
        and "/registrations/export" not in page
    )
    assert desk.get(f"{TALK}/words").status_code == 403
    assert registration(1) is None


def test_second_of_two_editors_who_save_a_part_at_once_gets_a_conflict(desk, desk_of, talk, app):
    other = desk_of("editor", desk.cause.id, email="teo@kwan.example")
    version = now_of().version_of("words")

    def saves(who, title):
        return who.post(f"{TALK}/words", {"version": version, "title_en": title}).status_code

    desk.token(), other.token()
    answers = together(app, [lambda: saves(desk, "Mine"), lambda: saves(other, "Theirs")])
    assert sorted(answers) == [303, 409]


@pytest.mark.parametrize("role", ["editor", "exporter", "tabler"])
def test_each_role_may_do_what_the_table_says_at_an_existing_event(desk_of, role):
    cause = make_cause()
    make_event(cause_id=cause.id)
    desk = desk_of(role, cause.id)
    wrong = []
    for method, path, permission in routes():
        if not path.startswith("/organize/events/no-such-thing"):
            continue
        here = path.replace("no-such-thing", "talk", 1)
        refused = ask(desk, method, here).status_code == 403
        if refused == (role in TABLE[permission]):
            wrong.append((method, here, permission))
    assert wrong == []


def test_list_shows_what_is_next_page_by_page(desk, monkeypatch):
    monkeypatch.setattr("campaign.organize.events.routes.PAGE_SIZE", 3)
    for slug, days in (("last-year", -300), ("next-month", 30), ("tomorrow", 1), ("last-week", -7)):
        make_event(slug, cause_id=desk.cause.id, days=days)
    make_event("unsaid", cause_id=desk.cause.id, days=2, draft=True)
    first, second = (desk.get(f"/organize/events/?page={number}").text for number in (1, 2))
    # Drafts are found even when many events are ahead.
    assert places(first, "unsaid", "tomorrow", "next-month") and "last-week" not in first
    assert places(second, "last-week", "last-year") and "tomorrow" not in second
    assert 'href="/organize/events/?page=2"' in first and 'rel="next"' not in second
    assert tree(desk.get("/organize/events/?page=3")).find_class("empty-page")


def test_draft_without_registration_offers_no_list_of_people(desk_of):
    cause = make_cause()
    make_event(cause_id=cause.id, draft=True, registration="none")
    assert not any("registrations" in link for link in links(desk_of("admin").get(TALK)))

"""Tests of calendar files, parsed strictly."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar

from campaign.events.calendar import invitation, links_to_add, public_file
from campaign.events.hours import zone_name
from campaign.events.operations import Hours, cancel, change_event
from campaign.events.presenters import page
from campaign.events.queries import event_by_id
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import ZONE, come, make_event, registration
from tests.factories.organisations import make_organisation

ODD = 'Ñandú; "quoted", back\\slash 🦋 ' + "für lange Zeilen ünd Wörter " * 6
SUMMER = Hours(datetime(2027, 7, 1, 19), datetime(2027, 7, 1, 21), ZONE)


def read(text):
    """Return the only entry of a file that is correct to the byte."""
    raw = text.encode()
    lines = raw.split(b"\r\n")
    assert lines[-1] == b"" and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    calendar = Calendar.from_ical(text)
    assert [component.errors for component in calendar.walk()] == [[]] * len(calendar.walk())
    assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
    return calendar, calendar.walk("VEVENT")


def invited(event, guest, **options):
    """Return the text of an invitation."""
    return invitation(event, guest, **options).text


@pytest.fixture
def organisation(app):
    """The organisation of the event, with its own sender."""
    return make_organisation("keepers", "River Keepers", sender_address="post@keepers.example")


@pytest.fixture
def event(organisation):
    texts = {
        "en": {
            "title": ODD,
            "place": "Hall, second floor",
            "body": "First *line*.\n\nSecond; line.",
        }
    }
    made = make_event(hours=SUMMER, texts=texts, latitude=43.66, longitude=-79.39)
    return event_by_id(made.id)


def test_file_says_what_and_when_and_survives_odd_text(event):
    calendar, [entry] = read(public_file([event], "en"))
    assert calendar["METHOD"] == "PUBLISH"
    assert entry["SUMMARY"] == ODD
    assert entry.start == datetime(2027, 7, 1, 23, tzinfo=UTC)
    assert entry.end == datetime(2027, 7, 2, 1, tzinfo=UTC)
    assert entry["UID"] == f"event-{event.id}@localhost"
    assert entry["LOCATION"] == "Hall, second floor, Ottawa"
    assert "First line.\n\nSecond; line." in entry["DESCRIPTION"]
    assert f"19:00–21:00 ({zone_name(ZONE, entry.start, 'en')})" in entry["DESCRIPTION"]
    assert "ATTENDEE" not in entry
    assert entry["URL"] == "http://localhost/en/events/talk"


def test_invitation_names_its_guest_and_its_sequence_grows_under_one_uid(event):
    first = come(event, "o'brien+x")
    calendar, [entry] = read(invited(event, registration(first)))
    assert calendar["METHOD"] == "REQUEST"
    assert entry["ATTENDEE"] == "mailto:o'brien+x@rosales.example"
    assert entry["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    later = Hours(SUMMER.starts.replace(hour=20), SUMMER.ends.replace(hour=22), ZONE)
    write(change_event, event.id, now=utcnow(), hours=later)
    db.session.rollback()
    db.session.expire_all()
    _moved, [again] = read(invited(event_by_id(event.id), registration(first)))
    assert again["UID"] == entry["UID"]
    assert int(again["SEQUENCE"]) > int(entry["SEQUENCE"])
    write(cancel, event.id, now=utcnow())
    db.session.rollback()
    db.session.expire_all()
    off, [last] = read(invited(event_by_id(event.id), registration(first), cancelled=True))
    assert (off["METHOD"], last["STATUS"]) == ("CANCEL", "CANCELLED")
    assert int(last["SEQUENCE"]) > int(again["SEQUENCE"])


def test_feed_of_a_cause_has_its_events_including_cancelled_ones(client, app):
    cause, other = make_cause(), make_cause("hill")
    make_event("one", cause_id=cause.id)
    off = make_event("off", cause_id=cause.id, days=3)
    write(cancel, off.id, now=utcnow())
    make_event("draft", cause_id=cause.id, draft=True)
    make_event("long-ago", cause_id=cause.id, days=-400)
    make_event("elsewhere", cause_id=other.id)
    answer = client.get("/causes/valley/events.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "public" in answer.headers["Cache-Control"]
    calendar, entries = read(answer.text)
    assert calendar["X-WR-CALNAME"] == "Butterflies for the Valley"
    assert [(entry["URL"].rpartition("/")[2], entry["STATUS"]) for entry in entries] == [
        ("off", "CANCELLED"), ("one", "CONFIRMED"),
    ]  # fmt: skip
    assert len(read(client.get("/events.ics").text)[1]) == 3
    assert client.get("/causes/nowhere/events.ics").status_code == 404


def test_file_is_in_the_requested_language(client, app):
    make_event()
    assert "(es)" in client.get("/events/talk.ics?lang=es").text
    assert "(es)" not in client.get("/events/talk.ics?lang=xx").text
    assert client.get("/events/nowhere.ics").status_code == 404


def test_private_online_link_is_only_in_the_file_of_the_registered(app):
    created = make_event(online_url="https://meet.example/room", online_for="registered")
    first = come(created)
    event = event_by_id(created.id)
    assert "meet.example" not in public_file([event], "en")
    assert "meet.example" in invited(event, registration(first))


def test_lines_are_folded_between_characters_and_text_cannot_end_them(app):
    title = "🦋" * 60
    body = "a\r\nATTENDEE:x\x01\u2028b\x0b"
    made = make_event(texts={"en": {"title": title, "place": body, "body": body}})
    _, [entry] = read(public_file([event_by_id(made.id)], "en", name=f'A "{body}" B'))
    assert entry["SUMMARY"] == title
    assert entry["LOCATION"].startswith("a\nATTENDEE:x\nb")
    assert "ATTENDEE" not in entry


def test_name_of_a_guest_cannot_break_its_line(event):
    first = come(event, "guest")
    guest = registration(first)
    guest.name = 'Ana "Ani"\r\nX:1; R, S'
    _, [entry] = read(invited(event, guest))
    assert entry["ATTENDEE"].params["CN"] == "Ana 'Ani' X:1; R, S"
    db.session.rollback()


def test_web_calendars_get_the_times_and_no_private_link(app):
    hours = Hours(datetime(2027, 3, 5, 19), datetime(2027, 3, 5, 20, 30), ZONE)
    event = make_event(
        title="A & B", hours=hours, online_url="https://meet.example.org/x", online_for="registered"
    )
    links = dict(
        links_to_add(
            event_by_id(event.id),
            page(event_by_id(event.id), "en", utcnow()),
            "https://volante.example/en/events/talk",
        )
    )
    google, outlook = (parse_qs(urlsplit(links[name]).query) for name in ("Google", "Outlook"))
    assert (google["text"], google["dates"], google["ctz"]) == (
        ["A & B"],
        ["20270306T000000Z/20270306T013000Z"],
        [ZONE],
    )
    assert (outlook["startdt"], outlook["enddt"]) == (
        ["2027-03-06T00:00:00Z"],
        ["2027-03-06T01:30:00Z"],
    )
    assert google["location"] == ["Larch Library, Ottawa"] and "meet.example.org" not in str(links)
    db.session.rollback()


def test_file_has_what_outlook_requires(event):
    first = come(event, "o'brien")
    for text in (public_file([event], "en", name="Events"), invited(event, registration(first))):
        calendar, [entry] = read(text)
        # Outlook stops reading where these come elsewhere, and takes a time without a zone for
        # local.
        assert [line.partition(":")[0] for line in text.split("\r\n")[:5]] == [
            "BEGIN",
            "VERSION",
            "PRODID",
            "CALSCALE",
            "METHOD",
        ]
        assert {
            "UID",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "SUMMARY",
            "SEQUENCE",
            "ORGANIZER",
        } <= entry.keys()
        assert all(entry[name].dt.tzinfo is not None for name in ("DTSTAMP", "DTSTART", "DTEND"))
        assert entry["ORGANIZER"].startswith("mailto:") and entry["DTSTART"].dt < entry["DTEND"].dt
        # Outlook is older than these RFC 7986 properties, and reads its own.
        assert (
            ("X-WR-CALNAME" in calendar) == ("NAME" in calendar) == ("X-PUBLISHED-TTL" in calendar)
        )


def test_organizer_is_the_sender_of_the_organisation(event):
    _, [entry] = read(public_file([event], "en"))
    assert entry["ORGANIZER"] == "mailto:post@keepers.example"
    assert entry["ORGANIZER"].params["CN"] == "River Keepers"


def test_file_of_an_organisation_without_a_sender_names_no_organizer(event):
    other = make_organisation("aspen", "Aspen Watch")
    cause = make_cause("lake", organisation_id=other.id)
    made = event_by_id(make_event("walk", cause_id=cause.id, hours=SUMMER).id)
    guest = registration(come(made))
    for cancelled in (False, True):
        file = invitation(made, guest, cancelled=cancelled)
        calendar, [entry] = read(file.text)
        # An invitation must have an organizer (RFC 5546, 3.2), and a publication no guest.
        assert calendar["METHOD"] == file.method == "PUBLISH"
        assert not {"ORGANIZER", "ATTENDEE"} & entry.keys()
        assert (entry["STATUS"] == "CANCELLED") == cancelled
    assert "ORGANIZER" not in public_file([made], "en")

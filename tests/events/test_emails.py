"""Tests of event emails: who gets which, and what is attached."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from icalendar import Calendar

from campaign.events.hours import full_day
from campaign.events.operations import CALLED_OFF, CHANGED, cancel
from campaign.events.queries import event_by_id
from campaign.events.registering import CANCELLED, CONFIRMATION, REPEAT, cancel_registration
from campaign.events.reminders import DAY_REMINDER, HOURS_REMINDER
from campaign.events.seats import SEAT
from campaign.extensions import write
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.text.sentences import with_capital
from tests.factories.causes import make_cause
from tests.factories.events import (
    come,
    link,
    make_event,
    move,
    post_registration,
    registration,
    states,
)
from tests.factories.organisations import make_organisation
from tests.page_parts import values

STATES = ("registered", "waiting", "held")
SEATED = (CONFIRMATION, REPEAT, SEAT, CHANGED, DAY_REMINDER, HOURS_REMINDER)


@pytest.fixture
def rendered(app):
    """Render an email of a kind about a registration, as the mail worker requests it."""

    def render(kind, registration_id, lang="en"):
        registration(registration_id)
        return renderers_of(app)[kind](
            SimpleNamespace(subject_id=registration_id, lang=lang, kind=kind)
        )

    return render


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("kind", SEATED)
def test_email_says_when_and_where_and_links_to_the_registration(app, rendered, kind, lang):
    first = come(make_event(), lang=lang, seats=2)
    message = rendered(kind, first, lang)
    for body in (message.text, message.html):
        assert f"http://localhost{link(first, lang)}" in body
        assert "Larch Library" in body
        assert f"{registration(first).code[:5]}-{registration(first).code[5:]}" in body
    assert message.digest == registration(first).email_digest
    assert [file.name for file in message.attachments] == ["event.ics", "code.png"]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_weekday_has_a_capital_only_at_the_beginning_of_a_line(app, rendered, lang):
    first = come(make_event(), lang=lang)
    event = event_by_id(registration(first).event_id)
    day = full_day(event.starts_local, lang)
    message = rendered(DAY_REMINDER, first, lang)
    assert message.subject.endswith(f", {day}")
    assert any(line.startswith(with_capital(day)) for line in message.text.splitlines())


def test_waiting_and_held_registrations_get_other_emails_without_code(app, rendered):
    event = make_event(capacity=1)
    seated = come(event, "a")
    waits, held = come(event, "b"), come(event, "c", held_reason="hidden_field")
    messages = [rendered(CONFIRMATION, item) for item in (seated, waits, held)]
    assert (
        len({message.subject for message in messages})
        == len({message.text for message in messages})
        == 3
    )
    for item in (waits, held):
        assert rendered(CONFIRMATION, item).attachments == ()
        assert registration(item).code[:5] not in rendered(REPEAT, item).text


def in_state(event, state, **values):
    """Return the id of a registration in this state, for an event with a few seats."""
    if state == "waiting":
        come(event, "first", seats=event.capacity)
    held_reason = "hidden_field" if state == "held" else ""
    registration_id = come(event, "later", held_reason=held_reason, **values)
    assert registration(registration_id).state == state
    return registration_id


def not_you(message):
    """Return what an email tells readers to do who did not register."""
    [way] = values(message.html, "data-not-you")
    return way


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("state", STATES)
def test_someone_whose_address_was_entered_again_is_told_to_ignore_it(app, rendered, state, lang):
    again = rendered(REPEAT, in_state(make_event(capacity=2), state, lang=lang), lang)
    assert not_you(again) == "ignore"
    assert values(again.html, "data-days") == []


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_subject_of_a_repeat_says_registered_only_to_those_who_are(app, rendered, lang):
    cause_id = make_cause().id
    events = {state: make_event(state, capacity=2, cause_id=cause_id) for state in STATES}
    subjects = [
        rendered(REPEAT, in_state(event, state, lang=lang), lang).subject
        for state, event in events.items()
    ]
    assert len({subject.partition(":")[0] for subject in subjects}) == len(STATES)


@pytest.mark.parametrize("state", STATES)
def test_email_says_to_cancel_and_when_that_deletes_the_registration(
    app, rendered, monkeypatch, state
):
    monkeypatch.setitem(app.config, "REGISTRATION_DAYS", 17)
    message = rendered(CONFIRMATION, in_state(make_event(capacity=2), state))
    assert not_you(message) == "cancel"
    assert values(message.html, "data-days") == ["17"]
    assert " 17 " in " ".join(message.text.split())


def test_cancelled_registration_is_removed_from_the_calendar(app, rendered):
    make_organisation(sender_address="post@keepers.example")
    first = come(make_event())
    write(cancel_registration, first, now=utcnow())
    message = rendered(CANCELLED, first)
    [file] = message.attachments
    assert file.parameters["method"] == Calendar.from_ical(file.data)["METHOD"] == "CANCEL"
    for kind in SEATED:
        assert rendered(kind, first) is None


def test_cancelled_event_is_announced_once_and_reminds_nobody(app, rendered):
    make_organisation(sender_address="post@keepers.example")
    event = make_event()
    first = come(event)
    assert rendered(CALLED_OFF, first) is None
    write(cancel, event.id, now=utcnow(), notices={"en": "The hall is flooded."})
    message = rendered(CALLED_OFF, first)
    assert "The hall is flooded." in message.text
    assert Calendar.from_ical(message.attachments[0].data)["METHOD"] == "CANCEL"
    assert [rendered(kind, first) for kind in SEATED] == [None] * len(SEATED)


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_cancellation_says_what_its_link_opens(app, rendered, lang):
    event = make_event()
    first = come(event, lang=lang)
    write(cancel_registration, first, now=utcnow())
    lines = [line for line in rendered(CANCELLED, first, lang).text.splitlines() if line]
    place = lines.index(f"http://localhost/{lang}/events/talk")
    assert lines[place - 1] in ("See the event", "Ver el evento", "Voir l’événement")


def test_no_email_is_sent_once_the_event_is_over(app, rendered):
    event = make_event()
    first = come(event)
    move(event, starts_at=utcnow() - timedelta(minutes=5))
    assert rendered(DAY_REMINDER, first) is None
    move(event, starts_at=utcnow() - timedelta(hours=2))
    assert rendered(CONFIRMATION, first) is None
    assert rendered(CONFIRMATION, 10**6) is None


def test_markup_in_names_is_escaped(app, rendered):
    message = rendered(CONFIRMATION, come(make_event(title="<b>x</b>"), "<i>a</i>"))
    assert "<i>" not in message.html
    assert "<b>x" not in message.html


def deliver_one(app, tmp_path):
    """Deliver the one email that is due, and return it."""
    assert make_outbox_worker(app, write).deliver_due(now=utcnow()) == 1
    [path] = (tmp_path / "mail").glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    path.unlink()
    return message


def test_registration_gets_a_seat_by_email_alone(app, client, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    make_organisation(sender_address="post@keepers.example")
    post_registration(client, make_event(), lang="es")
    first = deliver_one(app, tmp_path)
    assert not list(first.iter_attachments())
    text = first.get_body(("plain",)).get_content()
    [address] = set(re.findall(r"http://localhost(/es/registrations/\S+)", text))
    page = client.get(address).text
    assert states() == ["unconfirmed"]
    mark = re.search(r'name="mark" value="([^"]+)"', page).group(1)
    assert client.post(f"{address}/confirm", data={"mark": mark}).status_code == 303
    assert states() == ["registered"]
    message = deliver_one(app, tmp_path)
    calendar, picture = message.iter_attachments()
    assert (calendar.get_content_type(), calendar["Content-Type"].params["method"]) == (
        "text/calendar",
        "REQUEST",
    )
    assert calendar.get_content().count("BEGIN:VEVENT") == 1
    assert picture.get_content().startswith(b"\x89PNG")
    text = message.get_body(("plain",)).get_content()
    [address] = set(re.findall(r"http://localhost(/es/registrations/\S+)", text))
    assert client.get(address).status_code == 200
    assert client.post(f"{address}/cancel").status_code == 303
    assert states() == ["cancelled"]


def test_email_has_access_notes_without_their_markdown(app, rendered):
    text = {
        "title": "How a family searches",
        "place": "Larch Library",
        "access": "A **ramp** at the\n\n[side door](https://larch.example/door).",
    }
    message = rendered(DAY_REMINDER, come(make_event(texts={"en": text})))
    assert "A ramp at the side door." in " ".join(message.text.split())
    assert "**" not in message.html


# A registration that is held has no seats yet, and its email names none.
@pytest.mark.parametrize("state", ["registered", "waiting"])
def test_email_has_singular_or_plural_for_the_seats(app, rendered, monkeypatch, state):
    monkeypatch.setattr(
        "babel.support.Translations.ungettext",
        # Other sentences count days.
        lambda _self, one, _many, num: ("[one]" if num == 1 else "[many]") if "seat" in one else "",
    )
    cause_id = make_cause().id
    events = [make_event(slug, capacity=2, cause_id=cause_id) for slug in ("one", "two")]
    one, two = (
        rendered(CONFIRMATION, in_state(event, state, seats=seats))
        for seats, event in enumerate(events, 1)
    )
    assert "[one]" in one.text and "[many]" not in one.text
    assert "[many]" in two.text and "[one]" not in two.text

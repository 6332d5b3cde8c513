"""Tests of events, from finding one to a seat, and from a cancelled seat to the waiting list."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.http_supporter import ask
from tests.browser.screens.events import EventScreen, EventsScreen, RefusedEventScreen, TicketScreen

SEATS = 40  # of the demonstration's talk


def register(served, email, seats="4"):
    ask(f"{served.url}/en/events/talk/registrations", name="Odile Kwan", email=email, seats=seats)


def take_seats(served, names):
    """Hold seats until fewer than four are left."""
    for place in range(SEATS // 4):
        register(served, f"{names}{place}@kwan.example")


@pytest.mark.parametrize(
    ("lang", "width", "scripts", "scheme"),
    [("en", 390, True, "light"), ("fr", 1440, True, "dark"), ("es", 820, False, "light")],
)
def test_event_is_found_and_registered_for_and_the_email_is_the_ticket(
    arrive, lang, width, scripts, scheme
):
    visitor = arrive(lang=lang, width=width, scripts=scripts, scheme=scheme)
    event = EventsScreen.open(visitor).follow("vigil")
    expect(event.find(".resting svg")).to_have_count(43)
    event.thanked(seats="2")
    unconfirmed = TicketScreen.by_email(visitor)
    expect(unconfirmed.find(".ticket-code")).to_have_count(0)
    ticket = unconfirmed.confirm()
    assert (ticket.state, ticket.seats) == ("registered", "2")
    expect(ticket.find(".ticket-code svg")).to_be_visible()
    assert ticket.change("3").seats == "3"
    assert not ticket.cancel().find("main form").count()


@pytest.mark.slow
def test_cancelled_seat_goes_to_the_waiting_list_with_an_email(arrive, served):
    first, second = arrive(), arrive(width=1440)
    served.end_holds()
    EventScreen.open(first, slug="talk").thanked(seats="4")
    held = TicketScreen.confirmed_by_email(first)
    take_seats(served, "o")
    EventScreen.open(second, slug="talk").thanked(seats="4")
    waits = TicketScreen.confirmed_by_email(second)
    assert waits.state == "waiting"
    held.cancel()
    assert TicketScreen.by_email(second, emails=3).state == "registered"


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["es", "en"])
def test_unconfirmed_seat_goes_to_the_waiting_list(arrive, served, lang):
    """Without scripts, one visitor does not confirm, so another gets the seats an hour later."""
    never, waits = arrive(lang=lang, scripts=False), arrive(lang=lang, scripts=False, width=1440)
    served.end_holds()
    EventScreen.open(never, slug="talk").thanked(seats="4")
    take_seats(served, f"n.{lang}.")
    EventScreen.open(waits, slug="talk").thanked(seats="4")
    expect(TicketScreen.confirmed_by_email(waits).find(".ticket-code")).to_have_count(0)
    served.end_holds()
    register(served, f"z.{lang}@kwan.example", seats="1")
    expect(TicketScreen.by_email(waits, emails=3).find(".ticket-code svg")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_form_error_is_shown_and_the_input_is_kept(arrive, scripts):
    visitor = arrive(scripts=scripts)
    visitor.page_errors.allowed.add(422)
    event = EventScreen.open(visitor, slug="vigil")
    event.register(name="", email="amalia@correo")
    refused = RefusedEventScreen(visitor)
    expect(refused.find("[name=email]")).to_have_value("amalia@correo")
    expect(refused.find("#name-error")).to_be_visible()
    refused.find(".error-links a").first.click()
    expect(refused.find("[name=name]")).to_be_focused()


@pytest.mark.slow
def test_list_is_filtered_by_place_and_shows_past_events(arrive):
    events = EventsScreen.open(arrive(width=820, scheme="dark"))
    events.find("[name=place]").select_option("Ottawa")
    events.find(".event-filters button").click()
    expect(events.find(".event")).to_have_count(1)
    events.find(".tabs a").last.click()
    past = EventsScreen(events.visitor).follow("university-talk-2017")
    expect(past.find(".alert--note")).to_contain_text("March 9, 2017")
    expect(past.find("form[action$='/registrations']")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "hour"), [("en", "01:00"), ("es", "01:00"), ("fr", re.compile(r"\b1\u00a0h\b"))]
)
def test_reader_in_another_time_zone_sees_both_times(arrive, lang, hour):
    far = EventScreen.open(arrive(lang=lang, width=1440, timezone_id="Europe/Paris"), slug="talk")
    expect(far.find("[data-module=local-time]")).to_contain_text(hour)
    near = EventScreen.open(arrive(), slug="talk")
    expect(near.find("[data-module=local-time]")).to_be_empty()

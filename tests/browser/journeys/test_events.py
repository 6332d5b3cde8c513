"""From finding an event to a seat, and from a seat given back to whoever waits for it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.by_post import ask
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
def test_an_event_is_found_and_registered_for_and_the_letter_is_the_ticket(
    arrive, lang, width, scripts, scheme
):
    visitor = arrive(lang=lang, width=width, scripts=scripts, scheme=scheme)
    event = EventsScreen.open(visitor).follow("vigil")
    expect(event.find(".vigil svg")).to_have_count(43)
    event.thanked(seats="2")
    unconfirmed = TicketScreen.by_letter(visitor)
    expect(unconfirmed.find(".ticket-code")).to_have_count(0)
    ticket = unconfirmed.confirm()
    assert (ticket.state, ticket.seats) == ("registered", "2")
    expect(ticket.find(".ticket-code svg")).to_be_visible()
    assert ticket.change("3").seats == "3"
    assert not ticket.cancel().find("main form").count()


def test_a_cancelled_seat_goes_to_whoever_waits_and_a_letter_says_so(arrive, served):
    first, second = arrive(), arrive(width=1440)
    served.end_holds()
    EventScreen.open(first, slug="talk").thanked(seats="4")
    held = TicketScreen.confirmed_by_letter(first)
    take_seats(served, "o")
    EventScreen.open(second, slug="talk").thanked(seats="4")
    waits = TicketScreen.confirmed_by_letter(second)
    assert waits.state == "waiting"
    held.cancel()
    assert TicketScreen.by_letter(second, letters=3).state == "registered"


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_seat_that_nobody_confirms_goes_to_who_waits(arrive, served, lang):
    """Without scripts: one registers and does not confirm, one waits, and an hour later has the seats."""
    never, waits = arrive(lang=lang, scripts=False), arrive(lang=lang, scripts=False, width=1440)
    served.end_holds()
    EventScreen.open(never, slug="talk").thanked(seats="4")
    take_seats(served, f"n.{lang}.")
    EventScreen.open(waits, slug="talk").thanked(seats="4")
    expect(TicketScreen.confirmed_by_letter(waits).find(".ticket-code")).to_have_count(0)
    served.end_holds()
    register(served, f"z.{lang}@kwan.example", seats="1")
    expect(TicketScreen.by_letter(waits, letters=3).find(".ticket-code svg")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_slip_in_the_form_is_said_and_the_words_stay(arrive, scripts):
    visitor = arrive(scripts=scripts)
    visitor.noises.allowed.add(422)
    event = EventScreen.open(visitor, slug="vigil")
    event.register(name="", email="amalia@correo")
    refused = RefusedEventScreen(visitor)
    expect(refused.find("[name=email]")).to_have_value("amalia@correo")
    expect(refused.find("#name-error")).to_be_visible()
    refused.find(".error-links a").first.click()
    expect(refused.find("[name=name]")).to_be_focused()


def test_the_list_can_be_chosen_by_place_and_shows_what_has_been(arrive):
    events = EventsScreen.open(arrive(width=820, scheme="dark"))
    events.find("[name=place]").select_option("Ottawa")
    events.find(".event-filters button").click()
    expect(events.find(".event")).to_have_count(1)
    events.find(".tabs a").last.click()
    past = EventsScreen(events.visitor).follow("university-talk-2017")
    expect(past.find(".alert--note")).to_contain_text("9 March 2017")
    expect(past.find("form[action$='/registrations']")).to_have_count(0)


@pytest.mark.parametrize(
    ("lang", "hour"), [("en", "01:00"), ("es", "01:00"), ("fr", re.compile(r"\b1\u00a0h\b"))]
)
def test_whoever_lives_by_another_clock_reads_both_hours(arrive, lang, hour):
    far = EventScreen.open(arrive(lang=lang, width=1440, timezone_id="Europe/Paris"), slug="talk")
    expect(far.find("[data-module=local-time]")).to_contain_text(hour)
    near = EventScreen.open(arrive(), slug="talk")
    expect(near.find("[data-module=local-time]")).to_be_empty()

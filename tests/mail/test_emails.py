"""Tests of the text of the emails that a signature causes."""

import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import html

from campaign.mail.composition import Sender, render
from campaign.organisations.colours import day_accent, night_accent
from campaign.organisations.emails import DEFAULT_DAY, DEFAULT_NIGHT, EmailIdentity
from campaign.petitions.wording import STANDARD
from campaign.text.web_addresses import with_breaks
from campaign.thanks.next_step import EVENT, NextStep

ASKING = ("signature_confirmation", "signature_reminder", "signature_last_reminder")
AFTER_A_PRESS = ("signature_thanks", "signature_pressed_thanks", "letter_thanks")
# Others may have caused these.
UNASKED = (*ASKING, "signature_repeat")
ALL = (*UNASKED, *AFTER_A_PRESS)
LINK = "color:#17110D;text-decoration:underline"
LANGUAGES = ("en", "es", "fr")
IDENTITY = EmailIdentity(
    name="River Keepers",
    is_named=True,
    details=("River Keepers Society", "12 Mill Lane, Halifax"),
    website="https://keepers.example",
    imprint_url="https://sign.example.org/en/imprint",
    has_spots=False,
    day=DEFAULT_DAY,
    night=DEFAULT_NIGHT,
    sender=Sender(),
)
CONTEXT = {
    "given_name": "Amalia",
    "shown_name": "Amalia Rosales",
    "petition_title": "Find them, and tell their families the truth",
    "petition_lang": "en",
    "cause_title": "Butterflies for Mexico",
    "published_by": "the Families’ Circle",
    "signed_on": date(2026, 9, 23),
    "expires_on": date(2026, 9, 30),
    "confirm_url": "https://sign.example.org/en/signatures/confirm/7f3k.92mqx0QmVhZGVyZ2Ri",
    "confirm_code": "K7M2-9QXW",
    "spelled_code": "K 7 M 2 9 Q X W",
    "code_url": "https://sign.example.org/en/c",
    "code_address": "sign.example.org/c",
    "mine_until": date(2026, 10, 23),
    "link_request_url": "https://sign.example.org/en/mine",
    "is_neutral": False,
    "mine_url": "https://sign.example.org/en/signatures/mine/7f3k.Kx0QmVhZGVyZ2RiAAA",
    "petition_url": "https://sign.example.org/en/petitions/find-them",
    "identity": IDENTITY,
    "erase_days": 14,
    "confirm_days": 7,
    "wording": STANDARD,
    "opening": "",
    "count": 1234,
    "number": "1,234",
    "number_url": "https://sign.example.org/en/causes/butterflies/montage?n=1234",
    "share_title": "Tell someone you know",
    "share_url": "https://sign.example.org/en/petitions/find-them?by=7f3k92mqx0QmVhZGVyZ2Ri",
    "next": NextStep(EVENT, "", "See the event", "An evening of questions", "en", "Ottawa"),
    "next_url": "https://sign.example.org/en/events/evening",
}


def flat(text):
    return " ".join(text.split())


def part(wording, name):
    """Return the text of one part of an email. The plain text must say the same."""
    text = flat(html.fromstring(wording.html).xpath(f"string(//*[@class='{name}'])"))
    assert text and text in flat(wording.text)
    return text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_every_email_has_its_text_in_every_language(app, name, lang):
    wording = render(name, lang, **CONTEXT)
    assert "Amalia" in wording.subject
    assert "\n" not in wording.subject
    assert CONTEXT["petition_title"] in flat(wording.text)
    assert CONTEXT["petition_title"] in wording.html
    assert f'<html lang="{lang}"' in wording.html


@pytest.mark.parametrize("name", [*UNASKED, "signature_pressed_thanks"])
def test_every_email_says_why_it_came_and_what_to_do_if_it_was_a_mistake(app, name):
    wording = render(name, "en", **CONTEXT)
    assert len({part(wording, name) for name in ("why", "not-me")}) == 2


@pytest.mark.parametrize("name", ASKING)
def test_confirmation_has_its_link_in_the_button_and_in_plain_text(app, name):
    wording = render(name, "en", **CONTEXT)
    assert CONTEXT["confirm_url"] in wording.text.splitlines()
    assert f'href="{CONTEXT["confirm_url"]}"' in wording.html
    assert f">{with_breaks(CONTEXT['confirm_url'])}</a>" in wording.html
    assert re.search(r"\b14\b", wording.text)


def test_reminders_say_how_many_more_there_will_be(app):
    texts = [part(render(name, "en", **CONTEXT), "reminders") for name in ASKING]
    assert len(set(texts)) == len(ASKING)


def test_repeat_email_links_to_what_was_signed_and_asks_for_nothing(app):
    wording = render("signature_repeat", "en", **CONTEXT)
    assert CONTEXT["mine_url"] in wording.text.splitlines()
    assert CONTEXT["confirm_url"] not in wording.text + wording.html


@pytest.mark.parametrize("name", ALL)
def test_no_email_loads_remote_content(app, name):
    body = render(name, "en", **CONTEXT).html
    assert not re.search(r"<img|<link|<script|src=|url\(|@import|background=", body)
    assert len(body) < 40_000


@pytest.mark.parametrize("name", ALL)
def test_typed_markup_stays_text(app, name):
    odd = {
        "given_name": '<b>Ana</b> & "x"',
        "petition_title": "<script>x</script> & y",
        "shown_name": "<i>A</i>",
    }
    wording = render(name, "en", **{**CONTEXT, **odd})
    assert "<b>" not in wording.html
    assert "<script>" not in wording.html
    assert "<i>" not in wording.html
    assert "<script>x</script> & y" in flat(wording.text)
    assert '<b>Ana</b> & "x"' in wording.subject


@pytest.mark.parametrize("name", AFTER_A_PRESS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_thanks_have_all_links_in_both_versions(app, name, lang):
    wording = render(name, lang, **CONTEXT)
    for link in ("number_url", "share_url", "next_url", "mine_url", "link_request_url"):
        assert CONTEXT[link] in wording.text.splitlines()
        assert f'href="{CONTEXT[link]}"' in wording.html
    assert "An evening of questions" in wording.text
    assert part(wording, "why")


@pytest.mark.parametrize("name", AFTER_A_PRESS)
def test_thanks_without_number_link_and_next_step_are_complete(app, name):
    left_out = {"number_url": "", "share_url": "", "next": NextStep("", "", ""), "next_url": ""}
    wording = render(name, "en", **{**CONTEXT, **left_out})
    assert "1,234" in wording.text
    assert "by=" not in wording.html
    assert CONTEXT["mine_url"] in wording.text.splitlines()


def test_supporter_who_is_only_counted_is_told_so(app):
    name = CONTEXT["shown_name"]
    named, counted = (
        part(render("signature_confirmation", "en", **{**CONTEXT, "shown_name": shown}), "shown-as")
        for shown in (name, "")
    )
    assert name in named
    assert counted != named.replace(name, "")


@pytest.mark.parametrize("name", ALL)
def test_email_reads_well_without_a_name_of_the_reader(app, name):
    assert render(name, "en", **{**CONTEXT, "given_name": ""}).subject[0].isupper()


@pytest.mark.parametrize("name", ALL)
def test_email_says_whose_it_is_and_for_whom(app, name):
    publisher = CONTEXT["published_by"]
    sent_by = part(render(name, "en", **CONTEXT), "sender")
    assert publisher in sent_by and IDENTITY.name in sent_by
    for published_by in ("", IDENTITY.name):
        wording = render(name, "en", **{**CONTEXT, "published_by": published_by})
        # The sentence is rephrased, not the same one with a gap.
        assert part(wording, "sender") != flat(sent_by.replace(publisher, published_by))
        assert part(wording, "sender").count(IDENTITY.name) == 1
        # A name may be written from right to left.
        assert f"<bdi>{IDENTITY.name}</bdi>" in wording.html
        for detail in (*IDENTITY.details, IDENTITY.website, IDENTITY.imprint_url):
            assert detail in wording.text.splitlines() and detail in wording.html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("published_by", ["", "Families’ Circle Ltd."])
def test_name_that_ends_in_a_period_is_followed_by_no_other(app, lang, published_by):
    identity = replace(IDENTITY, name="River Keepers, Inc.")
    changed = {"identity": identity, "published_by": published_by}
    wording = render("signature_confirmation", lang, **{**CONTEXT, **changed})
    sent_by = part(wording, "sender")
    assert "River Keepers, Inc" in sent_by
    assert sent_by.endswith(".") and ".." not in sent_by


@pytest.mark.parametrize(
    "name", ["letter_confirmation", "letter_reminder", "letter_last_reminder", "letter_thanks"]
)
def test_emails_about_letters_do_not_say_that_something_was_signed(app, name):
    wording = render(name, "en", **CONTEXT)
    for body in (wording.text, wording.html):
        assert not re.search(r"\bwhat you signed\b", body, re.IGNORECASE)
        assert "your letter" in body.lower()


@pytest.mark.parametrize(
    ("lang", "signature"), [("en", "your signature"), ("es", "tu firma"), ("fr", "votre signature")]
)
@pytest.mark.parametrize("name", ["letter_thanks", "letter_repeat"])
def test_email_about_a_counted_letter_names_no_signature(app, name, lang, signature):
    wording = render(name, lang, **CONTEXT)
    assert signature not in (wording.text + wording.html).lower()


def test_email_of_a_site_without_a_name_names_nobody(app):
    unnamed = replace(
        IDENTITY, name="Volante", is_named=False, details=(), website="", imprint_url=""
    )
    wording = render(
        "signature_confirmation", "en", **{**CONTEXT, "identity": unnamed, "published_by": ""}
    )
    assert "Volante" not in wording.text + wording.html


def test_margin_and_button_have_the_look_of_the_organisation(app):
    look = {"day": day_accent("#7a1f5c"), "night": night_accent("#7a1f5c")}
    plain, spotted = (
        render(
            "signature_confirmation",
            "en",
            **{**CONTEXT, "identity": replace(IDENTITY, has_spots=has_spots, **look)},
        ).html
        for has_spots in (False, True)
    )
    for body in (plain, spotted):
        assert 'bgcolor="#7a1f5c"' in body
        assert look["night"].fill in body
    assert plain.count("border-radius:4px") == 0
    assert spotted.count("border-radius:4px") == 44


def test_plain_text_is_wrapped_and_its_urls_are_whole(app):
    long_address = "https://sign.example.org/en/signatures/confirm/" + "a" * 100
    text = render("signature_confirmation", "en", **{**CONTEXT, "confirm_url": long_address}).text
    assert long_address in text.splitlines()
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line)
    assert "\n\n\n" not in text


@pytest.mark.parametrize("name", ALL)
def test_title_in_another_language_than_the_email_is_marked(app, name):
    title = CONTEXT["petition_title"]
    assert (
        f'lang="en" style="{LINK};font-weight:bold">{title}</a>'
        in render(name, "fr", **CONTEXT).html
    )

"""Fetch every page that a supporter can reach, without a browser."""

import re
from html import unescape

from tests.browser.http_supporter import (
    ask,
    email_to,
    hatched_address,
    link_in,
    own_link,
    sign,
    until,
)

LANGS = ("en", "fr", "es")
CAUSE, PETITION = "/causes/butterflies-for-mexico", "/petitions/find-the-43"
PLAIN = {
    "home": "/",
    "cause": CAUSE,
    "montage": f"{CAUSE}/montage",
    "montage-list": f"{CAUSE}/montage?list=1",
    "montage-one": f"{CAUSE}/montage?n=5",
    "montage-screen": f"{CAUSE}/montage?screen=1",
    "petition": PETITION,
    "petition-answered": "/petitions/victims-law",
    "petition-waiting": "/petitions/human-rights-first",
    "events": "/events/",
    "events-past": "/events/?when=past&place=Toronto",
    "events-none": "/events/?place=nowhere",
    "event": "/events/talk",
    "event-vigil": "/events/vigil",
    "event-past": "/events/evening-talk-2016",
    "event-thanks": "/events/talk/thanks",
    "share": f"{PETITION}/share",
    "share-event": "/events/talk/share",
    "share-mastodon": f"{CAUSE}/share?instance=mastodon.social",
    "share-422": f"{PETITION}/share?instance=x",
    "updates": "/updates/",
    "updates-year": f"{CAUSE}/updates?year=2013",
    "updates-none": "/updates/?year=1999",
    "update": "/updates/six-years-on",
    "subscribe": f"{CAUSE}/subscriptions",
    "subscribe-all": "/subscriptions",
    "subscribe-thanks": f"{CAUSE}/subscriptions/thanks",
    "subscribed": "/subscriptions/confirmed",
    "subscription-stopped": "/subscriptions/stopped",
    "subscription-new-link": "/subscriptions/x",
    "own-link": "/mine",
    "enter-code": "/c",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "search": "/search",
    "search-found": "/search?q=mex",
    "search-kind": "/search?q=mex&kind=event",
    "answers-stopped": "/signatures/answers/stopped",
    "search-letter": "/search?q=v",
    "search-none": "/search?q=%3Cnothing%3E%22",
    "404": "/nowhere",
    "404-near": "/petitions/find-the-34",
}


def pages_of(url, folder):
    """Write each page into `folder` and return the files.

    The tablet's app has all languages in one page.
    """
    (folder / "kiosk.html").write_text(ask(f"{url}/kiosk/"))
    for lang in LANGS:
        for name, page in _pages(url, lang):
            (folder / f"{lang}-{name}.html").write_text(page)
    return sorted(folder.iterdir())


def _pages(url, lang):
    yield from ((name, ask(f"{url}/{lang}{path}")) for name, path in PLAIN.items())
    yield "422", sign(url, "amalia@correo", lang, comment='<&>"')
    address = link_owner(lang)
    yield "thanks", sign(url, address, lang)
    yield "letter", email_to(url, address, lang)
    yield "letters", ask(f"{url}/dev/mail", lang)
    yield from _confirming(url, lang, link_in(email_to(url, address, lang), "confirm"))
    yield from _entering_codes(url, lang)
    yield from _asking_for_a_link(url, lang)
    own = own_link(url, address, lang)
    yield from _changing_address(url, own, lang)
    yield from _owning(url, own)
    yield from _coming(url, lang)
    yield from _framed(url, lang)
    yield from _subscribing(url, lang)


def _coming(url, lang):
    post = f"{url}/{lang}/events/talk/registrations"
    yield "event-422", ask(post, lang, name="", email="amalia@correo", seats="x")
    address = f"odile.{lang}@kwan.example"
    ask(post, lang, name="Odile <Kwan>", email=address, seats="2")
    link = unescape(
        re.search(r'http[^"<\s]+/registrations/[^"<\s]+', email_to(url, address, lang)).group()
    )
    yield "registration", ask(link, lang)
    mark = re.search(r'name="mark" value="([^"]+)"', ask(link, lang)).group(1)
    yield "registration-confirmed", ask(f"{link}/confirm", lang, mark=mark)
    yield "registration-422", ask(link, lang, name="", seats="1")
    ask(f"{link}/cancel", lang, yes="")
    yield "registration-cancelled", ask(link, lang)


def _framed(url, lang):
    frame = f"{url}/embed{PETITION}"
    for show in ("form", "thermometer", "counter", "montage"):
        yield f"frame-{show}", ask(f"{frame}?lang={lang}&show={show}")
    yield "frame-422", ask(f"{frame}/signatures?lang={lang}", email="x")
    yield "frame-thanks", ask(f"{frame}/thanks?lang={lang}&theme=dark")
    yield "frame-404", ask(f"{url}/embed/petitions/nothing?lang={lang}")


def _subscribing(url, lang):
    post = f"{url}/{lang}{CAUSE}/subscriptions"
    yield "subscribe-422", ask(post, lang, email="amalia@correo")
    address = f"teo.{lang}@correo.mx"
    ask(post, lang, email=address)
    email = email_to(url, address, lang)
    link = unescape(re.search(r'http[^"<\s]+/subscriptions/confirm/[^"<\s]+', email).group())
    yield "subscription-confirm", ask(link)
    ask(link, lang, yes="")


def _confirming(url, lang, link):
    yield "unknown", ask(link[:-2])
    yield "confirm", ask(link)
    hatching = ask(link, yes="")
    yield "hatching", hatching
    yield "hatched", until(lambda: ask(url + hatched_address(hatching, lang)), "hatched-number")


def _entering_codes(url, lang):
    post = f"{url}/{lang}/c"
    yield "enter-code-422", ask(post, lang, email="amalia@correo", code='<&>"')
    yield "enter-code-wrong", ask(post, lang, email="nobody@kwan.example", code="K7M2-9QXW")


def _asking_for_a_link(url, lang):
    post = f"{url}/{lang}/mine"
    yield "own-link-422", ask(post, lang, email="amalia@correo")
    yield "own-link-sent", ask(post, lang, email="nobody@kwan.example")
    yield "own-link-unknown", ask(f"{url}/{lang}/signatures/mine/x", lang)


def _changing_address(url, link, lang):
    form = f"{link}/address"
    yield "new-address", ask(form)
    yield "new-address-422", ask(form, email="amalia@correo")
    new = f"amalia.{lang}@nueva.example"
    yield "new-address-sent", ask(form, email=new)
    change = address_change_link(email_to(url, new, lang))
    yield "address-change", ask(change)
    yield "address-change-confirmed", ask(f"{change}/confirm", yes="")
    yield "new-address-waiting", ask(form)
    old = address_change_link(email_to(url, link_owner(lang), lang, "/address-changes/"))
    yield "address-change-old", ask(old)
    yield "address-change-stopped", ask(f"{old}/stop", yes="")
    yield "address-change-ended", ask(change)
    yield "address-change-unknown", ask(f"{url}/{lang}/address-changes/x")


def link_owner(lang):
    """Return the address that signed in this language."""
    return f"amalia.{lang}@correo.mx"


def address_change_link(email):
    """Return the link of a change in an email."""
    return unescape(re.search(r'http[^"<\s]+/address-changes/[^"<\s]+', email).group())


def _owning(url, link):
    mine = ask(link)
    yield "mine", mine
    yield "notice", ask(url + re.search(r'href="([^"]+/notices/[^"]+)"', mine).group(1))
    one_press = url + unescape(re.search(r'href="([^"]+/signatures/next/[^"]+)"', mine).group(1))
    yield "one-press", ask(one_press)
    yield "one-press-changed", ask(one_press, version=0)
    yield "one-press-unknown", ask(f"{one_press.partition('/next/')[0]}/next/x")
    correct = url + re.search(r'action="([^"]+/correct)"', mine).group(1)
    yield "mine-422", ask(correct, given_name="")
    ask(correct.replace("/correct", "/withdraw"), yes="")
    yield "mine-withdrawn", ask(link)

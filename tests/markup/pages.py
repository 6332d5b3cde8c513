"""Fetches every page that a supporter can come to, without a browser."""

import re
import time
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

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
    "privacy": "/privacy",
    "404": "/nowhere",
}
AMALIA = {"given_name": "Amalia", "family_name": "Rosales", "country": "MX", "postal_code": "50000", "name_display": "full"}
WAIT_SECONDS = 30


def pages_of(url, folder):
    """Write each page into `folder`, and return the files."""
    for lang in LANGS:
        for name, page in _pages(url, lang):
            (folder / f"{lang}-{name}.html").write_text(page)
    return sorted(folder.iterdir())


def _pages(url, lang):
    here = f"{url}/{lang}"
    yield from ((name, _ask(here + path)) for name, path in PLAIN.items())
    sign, address = f"{here}{PETITION}/signatures", f"amalia.{lang}@correo.mx"
    yield "422", _ask(sign, email="amalia@correo", answer="<&>")
    yield "thanks", _ask(sign, email=address, **AMALIA)
    letter, way = _letter(url, lang, address)
    yield "letters", _ask(f"{url}/dev/mail", lang)
    yield "letter", letter
    yield "unknown", _ask(way("confirm")[:-2])
    yield "confirm", _ask(way("confirm"))
    hatching = _ask(way("confirm"), confirm="")
    yield "hatching", hatching
    yield "hatched", _until(lambda: _ask(_twin(hatching, url, lang)), "hatched-number")
    correct = re.search(r'action="([^"]+/correct)"', _ask(way("mine"))).group(1)
    yield "mine", _ask(way("mine"))
    yield "mine-422", _ask(url + correct, given_name="")
    _ask(url + correct.replace("/correct", "/withdraw"), now="")
    yield "mine-withdrawn", _ask(way("mine"))


def _letter(url, lang, address):
    """Return the page of the letter to `address`, and a function that finds a link in it."""
    row = re.compile(rf'href="(/dev/mail/[^"]+)">(?:(?!</li>).)*{re.escape(address)}', re.DOTALL)
    box = _until(lambda: _ask(f"{url}/dev/mail", lang), row)
    letter = _ask(url + row.search(box).group(1), lang)
    return letter, lambda way: unescape(re.search(rf'http[^"<\s]+/signatures/{way}/[^"<\s]+', letter).group())


def _twin(page, url, lang):
    """Return the address of `page`, which its own link to its language says."""
    return url + re.search(rf'href="(/{lang}/signatures/hatched/[^"]+)"', page).group(1)


def _ask(url, lang="en", **form):
    request = Request(url, urlencode(form).encode() if form else None, {"Accept": "text/html", "Accept-Language": lang})
    try:
        with urlopen(request) as answer:
            return answer.read().decode()
    except HTTPError as refusal:
        return refusal.read().decode()


def _until(page, sign):
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if re.search(sign, found := page()):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{sign} did not come about")

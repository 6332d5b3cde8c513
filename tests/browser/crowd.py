"""Two hundred supporters without a browser, of a dozen scripts: they sign as the page's form or its script does, and answer their letters."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.browser.by_post import ask, link_in

# Dawn and river in many languages: names that nobody has to have.
GIVEN = ("Zora", "Ñuu", "Łuna", "Αυγή", "Заря", "فجر", "שחר", "उषा", "曙", "새벽", "ንጋት", "รุ่งอรุณ")
FAMILY = (
    "Quetzalli",
    "Río-Torres",
    "Rzeka",
    "Ποταμού",
    "Река",
    "نهر",
    "נהר",
    "नदी",
    "川",
    "강",
    "ወንዝ",
    "แม่น้ำ",
)
DOMAINS = ("correo.mx", "example.org", "bücher.example", "почта.example")
PLACES = (("MX", "50000"), ("CA", "H2X 1Y4"), ("FR", "75011"), ("GR", ""), ("IN", "110001"))
DISPLAYS = ("full", "initials", "counted")
LANGUAGES = ("en", "es", "fr")
AT_ONCE = 6
# Each time that something moves, it may take as long again: a slow machine is not a fault.
PATIENCE_SECONDS = 60


class Supporter(NamedTuple):
    """Who signs, and whether by the page's script, which speaks JSON."""

    lang: str
    by_script: bool
    words: dict


def supporters(count, **answers):
    """Return so many supporters, each with an address of their own and these answers to the petition's questions."""
    return [_supporter(number, answers) for number in range(count)]


def _supporter(number, answers):
    name, (country, postal_code) = number % len(GIVEN), PLACES[number % len(PLACES)]
    words = {
        "given_name": GIVEN[name],
        "family_name": FAMILY[name],
        "email": f"supporter.{number}@{DOMAINS[number % len(DOMAINS)]}",
        "country": country,
        "postal_code": postal_code,
        "name_display": DISPLAYS[number % len(DISPLAYS)],
    }
    return Supporter(LANGUAGES[number % len(LANGUAGES)], number % 2 == 1, words | answers)


def sign_all(url, slug, people):
    """Let all of them sign, some at once; each must have been thanked."""
    _at_once(lambda who: _sign(url, slug, who), people)


def confirm_all(letters, people):
    """Press the button in the letter of each; return the letters of the others."""
    addresses = {who.words["email"] for who in people}
    _at_once(
        lambda letter: ask(link_in(letter, "confirm"), yes=""),
        [letters[address] for address in addresses],
    )
    return {address: letter for address, letter in letters.items() if address not in addresses}


def letters_in(folder, count):
    """Wait for so many letters that ask whether it was you; return their words by address, as typed."""
    read = {}

    def come():
        for path in set(folder.glob("*.eml")) - read.keys():
            read[path] = message_from_bytes(path.read_bytes(), policy=policy.default)
        return sum(map(_asks, read.values()))

    _wait_until(come, count)
    letters = filter(_asks, read.values())
    return {_address(letter): letter.get_body(["plain"]).get_content() for letter in letters}


def wait_for_count(url, cause, count):
    """Wait until the pulse of a cause tells this count."""

    def told():
        with urlopen(f"{url}/causes/{cause}/pulse.json") as answer:
            return json.load(answer)["count"]

    _wait_until(told, count)


def _wait_until(ask_again, wanted):
    found, since = None, time.monotonic()
    while (now := ask_again()) != wanted:
        if now != found:
            found, since = now, time.monotonic()
        assert time.monotonic() - since < PATIENCE_SECONDS, f"It stays at {found}, not {wanted}"
        time.sleep(0.3)


def _at_once(do, things):
    with ThreadPoolExecutor(AT_ONCE) as hands:
        list(hands.map(do, things))


def _sign(url, slug, who):
    accept = "application/json" if who.by_script else "text/html"
    headers = {"Accept": accept, "Accept-Language": who.lang}
    address = f"{url}/{who.lang}/petitions/{slug}/signatures"
    with urlopen(Request(address, urlencode(who.words).encode(), headers)) as answer:
        if who.by_script:
            assert (answer.status, json.load(answer)) == (201, {"status": "pending"})
        else:
            assert answer.url.endswith(f"/{who.lang}/petitions/{slug}/thanks")


def _asks(letter):
    """Return whether a letter asks to confirm a signature."""
    return "/signatures/confirm/" in letter.get_body(["plain"]).get_content()


def _address(letter):
    to = letter["To"].addresses[0]
    return f"{to.username}@{to.domain.encode().decode('idna')}"

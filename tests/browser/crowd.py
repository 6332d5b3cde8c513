"""Two hundred supporters without a browser, with names in a dozen scripts.

They sign as the page's form or its script does, and confirm by email.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.browser.http_supporter import ask, link_in

# The names mean dawn and river in many languages, so that they are nobody's real name.
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
# The limit starts again with each sign of progress, so a slow machine is not a failure.
TIMEOUT_SECONDS = 60


class Supporter(NamedTuple):
    """A supporter, and whether they sign by the page's script, which sends JSON."""

    lang: str
    by_script: bool
    words: dict


def supporters(count, **answers):
    """Return this many supporters, each with an email address and these answers."""
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
    """Let all of them sign, some at once. Each must have been thanked."""
    _at_once(lambda who: _sign(url, slug, who), people)


def confirm_all(emails, people):
    """Press the button in each person's email. Return the emails of the others."""
    addresses = {who.words["email"] for who in people}
    _at_once(
        lambda email: ask(link_in(email, "confirm"), yes=""),
        [emails[address] for address in addresses],
    )
    return {address: email for address, email in emails.items() if address not in addresses}


def emails_in(folder, count):
    """Wait for this many confirmation emails. Return their text by email address, as typed."""
    read = {}

    def come():
        for path in set(folder.glob("*.eml")) - read.keys():
            read[path] = message_from_bytes(path.read_bytes(), policy=policy.default)
        return sum(map(_asks, read.values()))

    _wait_until(come, count)
    emails = filter(_asks, read.values())
    return {_address(email): email.get_body(["plain"]).get_content() for email in emails}


def wait_for_count(url, cause, count):
    """Wait until the pulse of a cause reports this count."""

    def told():
        with urlopen(f"{url}/causes/{cause}/pulse.json") as answer:
            return json.load(answer)["count"]

    _wait_until(told, count)


def _wait_until(ask_again, wanted):
    found, since = None, time.monotonic()
    while (now := ask_again()) != wanted:
        if now != found:
            found, since = now, time.monotonic()
        assert time.monotonic() - since < TIMEOUT_SECONDS, f"It stays at {found}, not {wanted}"
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


def _asks(email):
    """Return whether an email asks to confirm a signature."""
    return "/signatures/confirm/" in email.get_body(["plain"]).get_content()


def _address(email):
    to = email["To"].addresses[0]
    return f"{to.username}@{to.domain.encode().decode('idna')}"

"""A supporter without a browser, to prepare what a test needs."""

import re
import time
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

AMALIA = {
    "given_name": "Amalia",
    "family_name": "Rosales",
    "country": "MX",
    "postal_code": "50000",
    "name_display": "full",
}
WAIT_SECONDS = 60


def ask(url, lang="en", **form):
    """Return the page at `url`, whatever its status. A form is posted there."""
    request = Request(
        url,
        urlencode(form).encode() if form else None,
        {"Accept": "text/html", "Accept-Language": lang},
    )
    try:
        with urlopen(request) as answer:
            return answer.read().decode()
    except HTTPError as refusal:
        return refusal.read().decode()


def sign(url, address, lang="en", slug="find-the-43", **words):
    """Sign as Amalia, and return the thanks page."""
    return ask(
        f"{url}/{lang}/petitions/{slug}/signatures", lang, email=address, **{**AMALIA, **words}
    )


def email_to(url, address, lang="en", sign=""):
    """Wait for an email to `address` that contains `sign`, and return the newest one's page.

    Emails with other signs may be sent after it.
    """
    row = re.compile(rf'href="(/dev/mail/[^"]+)">(?:(?!</li>).)*{re.escape(address)}', re.DOTALL)

    def newest():
        paths = row.findall(ask(f"{url}/dev/mail", lang))
        emails = (ask(url + path, lang) for path in paths)
        return next((email for email in emails if sign in email), "")

    return until(newest, re.escape(sign) or ".")


def link_in(email, way):
    """Return the link in an email to the confirmation page or to the supporter's page."""
    return unescape(re.search(rf'http[^"<\s]+/signatures/{way}/[^"<\s]+', email).group())


def confirm(url, address, lang="en", **words):
    """Sign and confirm. Return the butterfly number and the link to the supporter's page."""
    sign(url, address, lang, **words)
    email = email_to(url, address, lang)
    receipt = hatched_address(ask(link_in(email, "confirm"), lang, yes=""), lang)
    page = until(lambda: ask(url + receipt, lang), "hatched-number")
    number = re.search(r'hatched-number">([^<]+)<', page).group(1)
    return int(re.sub(r"\D", "", number)), own_link(url, address, lang)


def own_link(url, address, lang="en"):
    """Request the link to the supporter's page, and return it from the email."""
    ask(f"{url}/{lang}/mine", lang, email=address)
    return link_in(email_to(url, address, lang, "/signatures/mine/"), "mine")


def hatched_address(page, lang):
    """Return the URL of the page after a confirmation, from its language link."""
    return re.search(rf'href="(/{lang}/signatures/hatched/[^"]+)"', page).group(1)


def until(page, sign):
    """Request a page again and again until it contains `sign`. Return it."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if re.search(sign, found := page()):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{sign} did not come about")

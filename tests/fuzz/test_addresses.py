"""Tests of every URL with hostile parts and queries: no failure, and GET changes nothing."""

import re

import pytest
from flask import current_app

from campaign.accounts.permissions import ADMIN, ROLES
from tests.fuzz.site import Reach
from tests.fuzz.values import escaped

STARTS = [
    "/",
    "/en/",
    "/organize/",
    "/organize/account",
    "/events.ics",
    "/sitemap.xml",
    "/api/v1/petitions",
    "/kiosk/",
]
ARGUMENT = re.compile(r"<(?:[^<>]*:)?(\w+)>")
QUERY = [
    *(
        "lang",
        "q",
        "page",
        "after",
        "before",
        "limit",
        "cursor",
        "cause",
        "petition",
        "event",
        "state",
        "kind",
        "by",
        "source",
    ),
    *(
        "url",
        "format",
        "n",
        "at",
        "from",
        "to",
        "since",
        "until",
        "about",
        "next",
        "range",
        "size",
        "maxwidth",
        "words",
        "tab",
    ),
    *(
        "fate",
        "mailing",
        "names",
        "on",
        "sheet",
        "saved",
        "held_for",
        "aim",
        "archived",
        "screen",
        "night",
        "usual",
        "code",
        "country",
    ),
]
# These roles see no supporter's email address.
BLIND = (None, "editor")


def hostile(rule, dice, known):
    """Return a URL of the rule with one or all arguments hostile, the others from a known URL."""
    good = (
        dict(zip(ARGUMENT.findall(rule.rule), _parts(rule, known), strict=False)) if known else {}
    )
    names = ARGUMENT.findall(rule.rule)
    spoiled = (
        names
        if not good or dice.chance(0.2)
        else [dice.choice(names)]
        if names and dice.chance(0.7)
        else []
    )
    return ARGUMENT.sub(
        lambda found: escaped(dice.value()) if found[1] in spoiled else good[found[1]], rule.rule
    )


def _parts(rule, known):
    pattern = "".join(
        "(.+)" if place % 2 else re.escape(part)
        for place, part in enumerate(ARGUMENT.split(rule.rule))
    )
    found = re.fullmatch(pattern, known.partition("?")[0])
    return found.groups() if found else ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "role", [None, *(pytest.param(role, marks=pytest.mark.slow) for role in (ADMIN, *ROLES))]
)
def test_no_url_fails_or_changes_anything(
    client, site, dice, watcher, unlimited, organizer_with, role
):
    if role:
        client, _ = organizer_with(role)
    people = role not in BLIND
    reach = Reach().crawl(
        lambda address: watcher.send(client, "GET", address, shows_people=people), STARTS
    )
    rules = [rule for rule in current_app.url_map.iter_rules() if "GET" in rule.methods]
    for turn in range(dice.count):
        rule = dice.choice(rules)
        address = hostile(rule, dice, (reach.addresses.get(rule.rule) or [None])[0])
        query = f"?{dice.query(QUERY)}" if dice.chance(0.6) else ""
        method = "HEAD" if dice.chance(0.05) else "GET"
        watcher.send(client, method, address + query, headers=dice.headers(), shows_people=people)
        if turn % 50 == 0:
            unlimited()

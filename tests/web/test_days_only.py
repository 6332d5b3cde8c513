"""Tests that public responses never give more than the day of a signature."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.factories.signatures import AMALIA, confirm, hatch_now, row, sign

CONFIRMED = datetime(2026, 9, 23, 10, 41, 27, tzinfo=UTC)
SLUGS = {"petitions": "home", "causes": "valley"}
MUST_BE_SEEN = {
    "petitions.show",
    "causes.show",
    "api.signatures",
    "api.tally",
    "embeds.show",
    "live.ledger",
    "montage.show",
}


def test_no_public_response_reveals_the_time_of_a_signature(app, client, petition):
    signature_id = sign(
        petition,
        {**AMALIA, "name_display": "full", "comment": "Libertad"},
        now=CONFIRMED - timedelta(minutes=2),
    )
    confirm(signature_id, now=CONFIRMED)
    hatch_now(now=CONFIRMED + timedelta(seconds=1))
    assert row(signature_id).state == "counted"
    seen = {}
    for rule in app.url_map.iter_rules():
        answer = client.get(_address(rule)) if "GET" in rule.methods else None
        if (
            answer is not None
            and answer.status_code == 200
            and "public" in answer.headers.get("Cache-Control", "")
        ):
            seen[rule.endpoint] = answer.get_data()
    for told in _instants():
        assert [endpoint for endpoint, body in seen.items() if re.search(told, body)] == []
    assert set(seen) >= MUST_BE_SEEN


def _address(rule):
    room = next((name for name in SLUGS if f"/{name}/" in rule.rule), "")
    given = {"lang": "en", "slug": SLUGS.get(room, "x"), "cause": "valley", "petition": "home"}
    address = re.sub(
        r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>\w+)>",
        lambda match: given.get(match["name"], "0"),
        rule.rule,
    )
    return f"{address}?url=http://localhost/en/petitions/home"


def _instants():
    """Return patterns of the hour and minute of signing or confirming, in site and server time."""
    yield f"{CONFIRMED:%Y-%m-%dT%H}".encode()
    for minutes in (0, 2):
        moment = CONFIRMED - timedelta(minutes=minutes)
        for zone in (UTC, ZoneInfo("America/Toronto")):
            local = moment.astimezone(zone)
            yield rb"\b0?%d:%02d\b" % (local.hour, local.minute)
        yield rb"%d" % moment.timestamp()

"""Ten thousand watch while others sign and confirm: how soon a hatched butterfly is seen."""

from urllib.parse import parse_qs

import numpy
from sqlalchemy import create_engine, text

from bench import load, sites
from bench.report import Row
from bench.requests import form_request
from bench.rows.signing import Signing
from campaign.lib.digests import keyed_digest
from campaign.lib.mail_addresses import canonical
from campaign.lib.tokens import make_token
from campaign.signatures.keys import CONFIRM, seal

WATCHERS = 10_000
SIGNATURES_PER_SECOND = 100
CONFIRM_AFTER = 1.0
MOST_P99 = 0.5
MOST_UNSEEN = 2.5
ARRIVAL = 20
SECONDS = "(julianday(%s) - 2440587.5) * 86400"  # of the Unix epoch


def measure(scale, folder):
    """Yield the rows of one minute in the life of a petition that is in the news, cut short."""
    place = folder / "var-watching"
    place.mkdir()
    url = sites.database_url("sqlite", folder, "watching")
    seconds = 4 * scale.seconds
    with sites.volante(url, place, MAIL_URL="") as site:
        site.answers(f"/causes/{sites.CAUSE}/pulse.json")
        last = _ask(url, "select max(id) from signature")[0][0]
        petition_id = _ask(url, f"select id from petition where slug = '{sites.SLUG}'")[0][0]
        watching = load.start_client(
            "bench.watchers", load.Watch(site.port, f"/causes/{sites.CAUSE}/pulse.json", WATCHERS, seconds)
        )
        signing = load.start_client("bench.visits", load.Visits(site.port, _visits(site.port, petition_id, last + 1, seconds), 16))
        signed = load.end_client(signing, seconds + ARRIVAL + load.PATIENCE)
        seen = load.end_client(watching, seconds + ARRIVAL + load.PATIENCE)
    hatched = _ask(url, f"select number, {SECONDS % 'hatched_at'}, {SECONDS % 'confirmed_at'} "
                        f"from signature where id > {last} and number is not null order by number")
    yield _answers_row(seen, signed)
    yield _seen_row(seen, hatched)
    yield _hatching_row(hatched)


def _visits(port, petition_id, first_id, seconds):
    """Return signings, and each one's confirmation a second later; rows are numbered in the order they come."""
    path = f"/en/petitions/{sites.SLUG}/signatures"
    many = int(SIGNATURES_PER_SECOND * (seconds + ARRIVAL / 2))
    requests = []
    for place, (_, form) in enumerate(Signing(seed=100).forms(many)):
        moment = place / SIGNATURES_PER_SECOND
        token = _token(petition_id, first_id + place, parse_qs(form.decode())["email"][0])
        requests.append((moment, form_request(path, port, form)))
        requests.append((moment + CONFIRM_AFTER, form_request(f"/en/signatures/confirm/{token}", port, b"")))
    return sorted(requests)


def _token(petition_id, signature_id, address):
    """Return what the letter to `address` would lead to."""
    key = sites.SECRET.encode()
    digest = keyed_digest(key, "email", canonical(address))
    return make_token(key, CONFIRM, signature_id, seal(petition_id, digest))


def _answers_row(seen, signed):
    p99 = seen.delays[int(0.99 * len(seen.delays))]
    rate = len(seen.delays) / seen.seconds
    failed = sum(many for status, many in seen.statuses.items() if status not in (200, 304)) + signed.failed()
    return Row(
        f"{WATCHERS:,} watchers ask each second, {SIGNATURES_PER_SECOND} sign and confirm",
        f"p99 {p99 * 1000:.0f} ms at {rate:,.0f}/s",
        f"signing p99 {signed.delay(0.99) * 1000:.0f} ms; asked to slow down to {seen.slowest_pace / 1000:.1f} s",
        f"p99 < {MOST_P99 * 1000:.0f} ms, no failure",
        p99 < MOST_P99 and not failed,
        f"{failed} failed",
    )


def _seen_row(seen, hatched):
    at = {number: moment for number, moment, _ in hatched}
    waits = [
        moment - at[number]
        for moment, before, count in seen.sightings
        for number in range(before + 1, count + 1)
        if number in at
    ]
    p99 = float(numpy.quantile(waits, 0.99)) if waits else float("inf")
    return Row(
        "from hatching to being seen by a watcher",
        f"p99 {p99:.2f} s, median {numpy.median(waits):.2f} s",
        f"{len(waits):,} sightings of {len(at):,} butterflies",
        f"p99 < {MOST_UNSEEN} s",
        p99 < MOST_UNSEEN,
    )


def _hatching_row(hatched):
    waits = [moment - confirmed for _, moment, confirmed in hatched]
    return Row(
        "from confirming to hatching, meanwhile",
        f"p99 {float(numpy.quantile(waits, 0.99)):.2f} s",
        f"{len(waits):,} signatures",
        "< 1 s",
        float(numpy.quantile(waits, 0.99)) < 1,
    )


def _ask(url, question):
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(question)).all()
    engine.dispose()
    return rows

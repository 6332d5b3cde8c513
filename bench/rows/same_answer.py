"""Never reveal who signed: response times of first, repeated and confirmed signatures."""

import random
from bisect import bisect_left
from http.client import HTTPConnection
from statistics import median, quantiles
from time import perf_counter, sleep
from urllib.parse import parse_qs

from sqlalchemy import bindparam, create_engine, text

from bench import sites
from bench.report import Row
from bench.rows.signing import Signing

EACH = 300
SEED = 43
# The share guessed right by the time alone. Tossing a coin gets half right.
MAX_GUESSED = 0.6
KINDS = ("first", "again", "again after confirming")
CONFIRM = text(
    "update signature set state = 'confirmed', confirmed_at = created_at where email in :emails"
).bindparams(bindparam("emails", expanding=True))
UNHATCHED = text("select count(*) from signature where state = 'confirmed' and number is null")


def measure(scale, folder):
    """Yield the row of SQLite, where a single process serves and writes.

    One person signs at a time, in random order of kinds.
    """
    url = sites.database_url("sqlite", folder, "same_answer")
    site_folder = folder / "var"
    site_folder.mkdir()
    forms = [form for _, form in Signing(seed=SEED).forms(len(KINDS) * EACH)]
    people = [
        (kind, form)
        for number, kind in enumerate(KINDS)
        for form in forms[number * EACH : (number + 1) * EACH]
    ]
    times = {kind: [] for kind in KINDS}
    with sites.volante(url, site_folder) as site:
        site.answers(f"/en/petitions/{sites.SLUG}")
        connection = HTTPConnection("127.0.0.1", site.port)
        for kind, form in people:
            if kind != "first":
                _sign(connection, form)
        _confirm(
            url, [parse_qs(form.decode())["email"][0] for kind, form in people if kind == KINDS[-1]]
        )
        random.Random(SEED).shuffle(people)
        for kind, form in people:
            times[kind].append(_sign(connection, form))
        connection.close()
    yield _row(times)


def _sign(connection, form):
    """Sign and return how many seconds the response took."""
    head = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{connection.port}",
        "Sec-Fetch-Site": "same-origin",
    }
    began = perf_counter()
    connection.request("POST", f"/en/petitions/{sites.SLUG}/signatures", form, head)
    response = connection.getresponse()
    response.read()
    took = perf_counter() - began
    if response.status != 303:
        raise RuntimeError(f"a signature was answered with {response.status}")
    return took


def _confirm(url, emails):
    """Confirm these people's signatures, and wait until their butterflies have hatched."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(CONFIRM, {"emails": emails})
    with engine.connect() as connection:
        while connection.scalar(UNHATCHED):
            connection.rollback()
            sleep(0.2)
    engine.dispose()


def _row(times):
    first, *others = (sorted(times[kind]) for kind in KINDS)
    guessed = max(_guessed(first, other) for other in others)
    figures = [
        ", ".join(f"{statistic(kind_times) * 1000:.2f}" for kind_times in (first, *others))
        for statistic in (median, _late)
    ]
    return Row(
        f"time to respond to a first signature, a repeat, and a repeat after confirming, {EACH} each",
        f"medians {figures[0]} ms, 90 % within {figures[1]} ms",
        "",
        f"≤ {MAX_GUESSED:.0%} guessed from the time",
        guessed <= MAX_GUESSED,
        f"{guessed:.0%}",
    )


def _late(times):
    return quantiles(times, n=10)[-1]


def _guessed(first, other):
    """Return how often the slower of two responses, one of each kind, is of the same kind.

    An address signs first only once, so no one can measure that response again and average.
    """
    slower = sum(bisect_left(other, took) for took in first) / (len(first) * len(other))
    return max(slower, 1 - slower)

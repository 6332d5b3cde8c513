"""Many watch while others sign and confirm: how soon a hatched butterfly is seen."""

import math
import time
from dataclasses import dataclass
from urllib.request import Request, urlopen

import numpy as np
from sqlalchemy import create_engine, text

from bench import load, sites
from bench.filling import confirm_paths
from bench.report import Row
from bench.requests import form_request
from bench.rows.signing import Signing

SIGNATURES_PER_SECOND = 100
MAX_P99_SECONDS = 0.5
# Each needs an open file, and many systems allow a process twenty thousand.
MAX_PER_CLIENT = 10_000
# How much longer than their pace watchers may wait for a butterfly.
MAX_UNSEEN_SECONDS = 1.5
MAX_ARRIVAL_SECONDS = 60
SECONDS = "(julianday(%s) - 2440587.5) * 86400"  # Of the Unix epoch.


@dataclass(frozen=True)
class Crowd:
    """So many watchers, who each ask every `pace` seconds, for a minute or for `paces` of them."""

    watchers: int
    pace: float = 1.0
    paces: int = 0

    def seconds(self, scale):
        return max(4 * scale.seconds, self.pace * self.paces)

    def shares(self):
        """Return how many of them each client process watches for."""
        clients = math.ceil(self.watchers / MAX_PER_CLIENT)
        return [self.watchers // clients] * clients


IN_THE_NEWS = Crowd(10_000)


def measure(scale, folder, crowd=IN_THE_NEWS):
    """Yield the rows of one minute of a petition that is in the news, or less."""
    site_folder = folder / f"var-watching-{crowd.watchers}"
    site_folder.mkdir()
    url = sites.database_url("sqlite", site_folder, "watching")
    seconds = crowd.seconds(scale)
    first, *to_confirm = confirm_paths(url, site_folder, 1 + int(SIGNATURES_PER_SECOND * seconds))
    with sites.volante(url, site_folder, MAIL_URL="") as site:
        pulse = f"/causes/{sites.CAUSE}/pulse.json"
        site.answers(pulse)
        _await_runner(site.port, first, url)
        watches = [
            load.Watch(
                *(site.port, pulse, count, seconds, site_folder / f"arrived-{n}", crowd.pace),
                address=n + 1,
            )
            for n, count in enumerate(crowd.shares())
        ]
        watching = [load.start_client("bench.watchers", watch) for watch in watches]
        for watch in watches:
            _await(watch.arrived)
        signing = load.start_client(
            "bench.visits", load.Visits(site.port, _visits(site.port, to_confirm), 16)
        )
        signed = load.end_client(signing, seconds + load.TIMEOUT_SECONDS)
        seen = load.all_seen(
            [load.end_client(client, seconds + load.TIMEOUT_SECONDS) for client in watching]
        )
    _, *hatched = _rows(
        url,
        f"select number, {SECONDS % 'hatched_at'}, {SECONDS % 'confirmed_at'} from signature "
        f"where hatched_at >= (select max(created_at) from signature where state = 'counted') order by number",
    )
    yield _responses_row(crowd, seen, signed)
    yield _seen_row(crowd, seen, hatched)
    yield _hatching_row(hatched)


def _await_runner(port, confirm_path, url):
    """Hatch one butterfly before all others.

    We measure a running site, not how its worker starts.
    """
    head = {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}
    urlopen(
        Request(f"http://127.0.0.1:{port}{confirm_path}", b"", head), timeout=load.TIMEOUT_SECONDS
    ).close()
    end = time.monotonic() + MAX_ARRIVAL_SECONDS
    while _rows(url, "select 1 from signature where state = 'confirmed'"):
        if time.monotonic() > end:
            raise TimeoutError(f"nothing hatched within {MAX_ARRIVAL_SECONDS} s")
        time.sleep(0.05)


def _await(file):
    """Wait until the file exists. Raises TimeoutError."""
    end = time.monotonic() + MAX_ARRIVAL_SECONDS
    while not file.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"not all arrived within {MAX_ARRIVAL_SECONDS} s")
        time.sleep(0.05)


def _visits(port, to_confirm):
    """Return for each moment one new signing, and one confirmation of an earlier one."""
    path = f"/en/petitions/{sites.SLUG}/signatures"
    forms = Signing(seed=100).forms(len(to_confirm))
    requests = []
    for index, ((_, form), confirm_path) in enumerate(zip(forms, to_confirm, strict=True)):
        moment = index / SIGNATURES_PER_SECOND
        requests.append((moment, form_request(path, port, form)))
        requests.append((moment, form_request(confirm_path, port, b"")))
    return requests


def _responses_row(crowd, seen, signed):
    p99 = seen.delays[int(0.99 * len(seen.delays))]
    rate = len(seen.delays) / seen.seconds
    failed = (
        sum(count for status, count in seen.statuses.items() if status not in (200, 304))
        + signed.failed()
    )
    return Row(
        f"{crowd.watchers:,} watchers ask {_every(crowd.pace)}, {SIGNATURES_PER_SECOND} sign and confirm",
        f"counts p99 {p99 * 1000:.0f} ms at {rate:,.0f}/s, signing p99 {signed.delay(0.99) * 1000:.0f} ms, "
        f"asked to slow down to {seen.slowest_pace / 1000:.1f} s",
        "",
        f"p99 < {MAX_P99_SECONDS * 1000:.0f} ms, no failure",
        p99 < MAX_P99_SECONDS and not failed,
        f"{failed} failed",
    )


def _seen_row(crowd, seen, hatched):
    at = {number: moment for number, moment, _ in hatched}
    waits = [
        moment - at[number]
        for moment, before, count in seen.sightings
        for number in range(before + 1, count + 1)
        if number in at
    ]
    p99 = float(np.quantile(waits, 0.99)) if waits else float("inf")
    return Row(
        "from hatching to being seen by a watcher",
        f"p99 {p99:.2f} s, median {np.median(waits):.2f} s, {len(at):,} butterflies seen {len(waits):,} times",
        "",
        f"p99 < {crowd.pace + MAX_UNSEEN_SECONDS} s",
        p99 < crowd.pace + MAX_UNSEEN_SECONDS,
    )


def _every(pace):
    return "each second" if pace == 1 else f"every {pace:.0f} seconds"


def _hatching_row(hatched):
    waits = [moment - confirmed for _, moment, confirmed in hatched]
    return Row(
        "from confirming to hatching at the same time",
        f"p99 {float(np.quantile(waits, 0.99)):.2f} s, {len(waits):,} signatures",
        "",
        "< 1 s",
        float(np.quantile(waits, 0.99)) < 1,
    )


def _rows(url, query):
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    engine.dispose()
    return rows

"""Page, pulse and signing with two hundred thousand signatures, compared with almost none."""

from statistics import median

from bench import load, sites
from bench.filling import catch_up, fill
from bench.report import Row
from bench.requests import page_request
from bench.rows.signing import Signing
from campaign.extensions import db

SIGNATURES = 200_000
CLOSE = 0.9
CONNECTIONS = 16


def measure(scale, folder):
    """Yield one row each for signing, and for page and pulse, rendered again for each request."""
    urls = {}
    for name, count in (("empty", 0), ("full", SIGNATURES)):
        (folder / name).mkdir()
        urls[name] = sites.database_url("sqlite", folder, name)
        with fill(urls[name], folder / name, count).app_context():
            # Otherwise the worker indexes old signatures during the measurement.
            catch_up()
            db.engine.dispose()
    jobs = _jobs(scale)
    results_by_row = {label: {name: [] for name in urls} for label in jobs}
    for _ in range(scale.rounds):
        for name, url in urls.items():
            # One at a time, as each needs all processors.
            with sites.volante(url, folder / name) as site:
                site.answers(f"/en/petitions/{sites.SLUG}")
                for label, job in jobs.items():
                    results_by_row[label][name].append(load.run(job(site.port)))
    for label, results in results_by_row.items():
        yield _row(label, results["empty"], results["full"])


def _jobs(scale):
    """Return for each row a function from a port to its Load."""
    signing = Signing(seed=200)
    return {
        "petition page, rendered again": lambda port: _uncached(
            f"/en/petitions/{sites.SLUG}", port, scale
        ),
        "pulse.json, rendered again": lambda port: _uncached(
            f"/causes/{sites.CAUSE}/pulse.json", port, scale
        ),
        "signing": lambda port: signing.full(port, CONNECTIONS, scale.seconds),
    }


def _uncached(path, port, scale):
    # The edge caches responses by their whole URL, so each request renders a new one.
    requests = [
        page_request(f"{path}?{number}", port) for number in range(int(4000 * scale.seconds))
    ]
    return load.Load(port, requests, CONNECTIONS, scale.seconds)


def _row(label, empty, full):
    beside, rate = (median(result.per_second() for result in results) for results in (empty, full))
    failed = sum(result.failed() for result in (*empty, *full))
    return Row(
        f"{label}, with {SIGNATURES:,} signatures",
        f"{rate:,.0f}/s",
        f"{beside:,.0f}/s without",
        f"≥ {CLOSE} ×",
        rate >= CLOSE * beside and not failed,
        f"{rate / beside:.2f} ×" + (f", {failed} failed" if failed else ""),
    )

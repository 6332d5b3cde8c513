"""Acknowledged signatures, durable and with their queued email, compared with a bare form.

The bare form makes one commit each.
"""

import re
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from bench import load, sites
from bench.report import Row
from bench.requests import form_request
from campaign.demo.signers import invent

FASTER = 1.5
MAX_P99_SECONDS = 0.250
MAX_DELAY = 1.0
LANGUAGES = ("en", "es", "fr")
NOTICE = re.compile(r'name="?notice"? value="?([0-9a-f]{64})')
PER_SECOND = 4000  # Requests prepared for each second.


def measure(scale, folder):
    """Yield the rows of both databases, with rounds of the two servers alternating."""
    for kind in ("sqlite", "postgresql"):
        yield from _measure(kind, scale, folder)


def _measure(kind, scale, folder):
    url = sites.database_url(kind, folder, f"signing_{kind}")
    plain_url = sites.database_url(kind, folder, f"plain_{kind}")
    ours, bare, crowds = [], [], []
    site_folder = _site_folder(folder, kind)
    with sites.volante(url, site_folder) as site, sites.plain_form(plain_url, folder) as plain:
        signing = Signing(seed=1, notices=shown_notices(site))
        plain.answers()
        before = _signatures(url)
        for _ in range(scale.rounds):
            site.halt()
            bare.append(load.run(signing.bare(plain.port, 32, scale.seconds)))
            site.resume()
            ours.append(load.run(signing.full(site.port, 32, scale.seconds)))
        crowds.append(load.run(signing.full(site.port, 64, scale.seconds)))
    acknowledged = sum(result.done() for result in ours + crowds)
    yield _rate_row(kind, ours, bare)
    yield _delay_row(kind, crowds)
    yield _stored_row(
        kind,
        acknowledged,
        *(after - was for after, was in zip(_signatures(url), before, strict=True)),
    )


def _rate_row(kind, ours, bare):
    rate = median(result.per_second() for result in ours)
    beside = median(result.per_second() for result in bare)
    failed = sum(result.failed() for result in ours + bare)
    return Row(
        f"signatures acknowledged, {sites.DATABASES[kind]}, 32 clients",
        f"{rate:,.0f}/s",
        f"{beside:,.0f}/s (bare form, gunicorn 2 × 4)",
        f"≥ {FASTER} ×",
        rate >= FASTER * beside and not failed,
        f"{rate / beside:.2f} ×" + (f", {failed} failed" if failed else ""),
    )


def _delay_row(kind, crowds):
    p99 = max(result.delay(0.99) for result in crowds)
    worst = max(result.delay(1) for result in crowds)
    rate = median(result.per_second() for result in crowds)
    failed = sum(result.failed() for result in crowds)
    return Row(
        f"delay of signing, {sites.DATABASES[kind]}, 64 clients",
        f"p99 {p99 * 1000:.0f} ms, worst {worst * 1000:.0f} ms, at {rate:,.0f}/s",
        "",
        f"p99 < {MAX_P99_SECONDS * 1000:.0f} ms, worst < {MAX_DELAY:.0f} s",
        p99 < MAX_P99_SECONDS and worst < MAX_DELAY and not failed,
        f"{failed} failed" if failed else "",
    )


def _stored_row(kind, acknowledged, signatures, emails):
    """Check that each acknowledged signature is there with its email.

    Responses after the end make it a few more.
    """
    return Row(
        f"acknowledged signatures kept, {sites.DATABASES[kind]}",
        f"{signatures:,} signatures, {emails:,} emails",
        f"{acknowledged:,} acknowledged",
        "all",
        acknowledged <= signatures == emails,
    )


class Signing:
    """Loads of signings by invented people, each only once.

    `notices` are the digests of privacy notices by language, which the form of a page sends.
    """

    def __init__(self, seed, notices=None):
        self._seed = seed
        self._notices = notices or {}

    def bare(self, port, connections, seconds):
        forms = self.forms(int(PER_SECOND * seconds))
        requests = [form_request("/signatures", port, form) for _, form in forms]
        return load.Load(port, requests, connections, seconds)

    def full(self, port, connections, seconds):
        path = f"/%s/petitions/{sites.SLUG}/signatures"
        forms = self.forms(int(PER_SECOND * seconds))
        requests = [form_request(path % lang, port, form) for lang, form in forms]
        return load.Load(port, requests, connections, seconds)

    def forms(self, count):
        """Yield this many pairs of a language and an urlencoded form."""
        self._seed += 1
        for person in invent(
            count, seed=self._seed, petition_required=("country", "postal_code", "family_name")
        ):
            values = person._asdict() | {
                "subscribe": "y" if person.subscribe else "",
                "version": "1",
                "website": "",
                "altcha": "",
            }
            del values["age_seconds"]
            lang = values.pop("lang")
            values["notice"] = self._notices.get(lang, "")
            yield lang, urlencode(values).encode()


def shown_notices(site):
    """Return {language: digest of the privacy notice that the petition's page shows}."""
    pages = {lang: site.answers(f"/{lang}/petitions/{sites.SLUG}").decode() for lang in LANGUAGES}
    return {lang: NOTICE.search(page)[1] for lang, page in pages.items()}


def _site_folder(folder, kind):
    site_folder = folder / f"var-{kind}"
    site_folder.mkdir()
    return site_folder


def _signatures(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        counts = [
            connection.scalar(text(f"select count(*) from {table}"))
            for table in ("signature", "outbox_message")
        ]
    engine.dispose()
    return counts

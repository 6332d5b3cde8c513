"""Hatching with every rule on, as the worker runs it: signatures per second, and lag."""

import threading
import time
from itertools import count

from sqlalchemy import func, select

from bench import sites
from bench.filling import application, confirmed_rows
from bench.report import Row
from campaign.causes.models import Cause
from campaign.demo.signers import add_rows
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.models import TO_HATCH, Signature
from campaign.signatures.moderation.models import Rule

WANTED = 5000
CHUNK = 500
KEPT_UP = 0.95
MAX_LAG_SECONDS = 1.0
MAX_PER_NETWORK = 500
FLOW_SECONDS = 6
_networks = (number.to_bytes(16) for number in count(1))


def measure(scale, folder):
    """Yield for both databases how fast a backlog hatches, and the lag of a steady flow."""
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / kind
        site_folder.mkdir()
        app = application(sites.database_url(kind, site_folder, f"hatching_{kind}"), site_folder)
        with app.app_context():
            write(_limit_rate)
            yield _backlog(kind, int(10_000 * scale.seconds))
            yield _flow(kind, app)
            db.engine.dispose()


def _limit_rate():
    """Add a rate rule per network, beside the limit that applies to all causes."""
    cause_id = db.session.scalar(select(Cause.id).limit(1))
    db.session.add(
        Rule(cause_id=cause_id, kind="rate", pattern=str(MAX_PER_NETWORK), on_since=utcnow())
    )


def _hatch():
    return write(hatch, holder="bench", now=utcnow(), max_per_address=MAX_PER_NETWORK)


def _from_networks(rows, now):
    """Return the rows as signed at `now`, each from its own network: the rules' worst case."""
    times = {"created_at": now, "confirmed_at": now}
    return [row | times | {"address_digest": next(_networks)} for row in rows]


def _backlog(kind, count):
    for rows in confirmed_rows(count):
        write(add_rows, _from_networks(rows, utcnow()))
    waiting = _waiting()
    begun = time.monotonic()
    while _hatch():
        pass
    rate = waiting / (time.monotonic() - begun)
    return Row(
        f"hatching a backlog of {waiting:,}, {sites.DATABASES[kind]}",
        f"{rate:,.0f}/s",
        "",
        f"≥ {WANTED:,}/s",
        rate >= WANTED,
    )


def _flow(kind, app):
    """Confirm up to WANTED signatures each second, and measure how long the oldest one waits."""
    chunks = _chunks()
    fed = []
    feeder = threading.Thread(target=lambda: fed.append(_feed(app, chunks)))
    lags = [0.0] * FLOW_SECONDS
    begun = time.monotonic()
    feeder.start()
    while feeder.is_alive() or _waiting():
        _hatch()
        second = min(int(time.monotonic() - begun), FLOW_SECONDS - 1)
        lags[second] = max(lags[second], _lag())
    feeder.join()
    rate = sum(map(len, chunks)) / (time.monotonic() - begun)
    return Row(
        f"hatching while up to {WANTED:,} are confirmed each second, {sites.DATABASES[kind]}",
        f"{rate:,.0f}/s, longest wait {max(lags):.2f} s",
        f"{fed[0]:,.0f}/s confirmed",
        f"≥ {KEPT_UP} × confirmed, wait < {MAX_LAG_SECONDS:.0f} s",
        rate >= KEPT_UP * fed[0] and max(lags) < MAX_LAG_SECONDS,
    )


def _chunks():
    rows = [row for batch in confirmed_rows(WANTED * FLOW_SECONDS, seed=8) for row in batch]
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]


def _feed(app, chunks):
    """Confirm the chunks on time, as far as the database keeps up. Return how many per second."""
    begun = time.monotonic()
    with app.app_context():
        for index, rows in enumerate(chunks):
            time.sleep(max(0, begun + index * CHUNK / WANTED - time.monotonic()))
            write(add_rows, _from_networks(rows, utcnow()))
    return sum(map(len, chunks)) / (time.monotonic() - begun)


def _waiting():
    waiting = db.session.scalar(select(func.count()).select_from(Signature).where(TO_HATCH))
    db.session.rollback()
    return waiting


def _lag():
    """Return how many seconds the earliest confirmed signature has waited."""
    first = db.session.scalar(
        select(Signature.confirmed_at).where(TO_HATCH).order_by(Signature.id).limit(1)
    )
    db.session.rollback()
    return (utcnow() - first).total_seconds() if first else 0.0

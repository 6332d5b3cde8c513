"""Hatching: how many confirmed signatures one runner numbers each second, and how far it lags behind them."""

import threading
import time

from sqlalchemy import func, select

from bench import sites
from bench.filling import application, confirmed_rows
from bench.report import Row
from campaign.extensions import db, write
from campaign.lib.times import utcnow
from campaign.signatures.generation import add_rows
from campaign.signatures.hatching import hatch
from campaign.signatures.models import TO_HATCH, Signature

WANTED = 5000
PIECE = 500
MOST_LAG = 1.0
FLOW_SECONDS = 6


def measure(scale, folder):
    """Yield for both databases how fast a backlog hatches, and how a steady flow does."""
    for kind in ("sqlite", "postgresql"):
        place = folder / kind
        place.mkdir()
        app = application(sites.database_url(kind, place, f"hatching_{kind}"), place)
        with app.app_context():
            yield _backlog(kind, int(10_000 * scale.seconds))
            yield _flow(kind, app)
            db.engine.dispose()


def _backlog(kind, many):
    for rows in confirmed_rows(many):
        write(add_rows, rows)
    waiting = _waiting()
    begun = time.monotonic()
    while write(hatch, holder="bench", now=utcnow()):
        pass
    rate = waiting / (time.monotonic() - begun)
    return Row(f"hatching a backlog of {waiting:,}, {kind}", f"{rate:,.0f}/s", "", f"≥ {WANTED:,}/s", rate >= WANTED)


def _flow(kind, app):
    """Let WANTED signatures be confirmed each second, and look ten times a second how long the oldest waits."""
    pieces = _pieces()
    feeder = threading.Thread(target=_feed, args=(app, pieces))
    lags = [0.0] * FLOW_SECONDS
    begun = time.monotonic()
    feeder.start()
    while feeder.is_alive() or _waiting():
        write(hatch, holder="bench", now=utcnow())
        second = min(int(time.monotonic() - begun), FLOW_SECONDS - 1)
        lags[second] = max(lags[second], _lag())
    feeder.join()
    rate = sum(map(len, pieces)) / (time.monotonic() - begun)
    return Row(
        f"hatching while {WANTED:,} are confirmed each second, {kind}",
        f"{rate:,.0f}/s, longest wait {max(lags):.2f} s",
        "each second: " + " ".join(f"{lag:.2f}" for lag in lags),
        f"≥ {0.95 * WANTED:,.0f}/s, wait < {MOST_LAG:.0f} s",
        rate >= 0.95 * WANTED and max(lags) < MOST_LAG,
    )


def _pieces():
    rows = [row for batch in confirmed_rows(WANTED * FLOW_SECONDS, seed=8) for row in batch]
    return [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]


def _feed(app, pieces):
    begun = time.monotonic()
    with app.app_context():
        for place, rows in enumerate(pieces):
            time.sleep(max(0, begun + place * PIECE / WANTED - time.monotonic()))
            now = utcnow()
            write(add_rows, [row | {"confirmed_at": now} for row in rows])


def _waiting():
    waiting = db.session.scalar(select(func.count()).select_from(Signature).where(TO_HATCH))
    db.session.rollback()
    return waiting


def _lag():
    """Return how many seconds the signature has waited that was confirmed first."""
    first = db.session.scalar(select(Signature.confirmed_at).where(TO_HATCH).order_by(Signature.id).limit(1))
    db.session.rollback()
    return (utcnow() - first).total_seconds() if first else 0.0

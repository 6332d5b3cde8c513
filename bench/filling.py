"""Fill databases with many signatures before the measurement starts."""

import logging

from flask_migrate import upgrade
from sqlalchemy import func, select

from bench.sites import SECRET, SLUG
from campaign import create_app
from campaign.demo.operations import load_demonstration
from campaign.demo.signers import add_rows, invented_rows
from campaign.extensions import db, write
from campaign.mail.operations import enqueue_many
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.counting import aggregates
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.models import Signature
from campaign.signatures.search.index import SearchIndexer
from campaign.signatures.signing.repeats import CONFIRMATION

SEED = 7


def application(url, folder):
    """Return an application on this database, migrated and with the demonstration."""
    app = create_app({"SECRET_KEY": SECRET, "VAR_DIR": str(folder), "SQLALCHEMY_DATABASE_URI": url})
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        upgrade()
        load_demonstration()
        db.session.remove()
    return app


def fill(url, folder, count):
    """Make the database, add `count` hatched signatures, and return the application."""
    app = application(url, folder)
    with app.app_context():
        for rows in confirmed_rows(count):
            write(add_rows, rows)
            write(hatch, holder="bench", now=utcnow())
        db.engine.dispose()
    return app


def catch_up():
    """Index and sum up all signatures, as the worker has long done on a site that grew slowly."""
    indexer = SearchIndexer(write, holder="bench", settle=0)
    while indexer.extend():
        db.session.rollback()
    aggregates.AggregateRefresher(write, holder="bench").refresh()
    db.session.rollback()


def confirm_paths(url, folder, count):
    """Make the database with `count` unconfirmed signatures.

    Return their confirmation addresses.
    """
    with application(url, folder).app_context():
        paths = [
            f"/en/signatures/confirm/{tokens.token_for(tokens.CONFIRM, signature)}"
            for signatures in _add_pending(count)
            for signature in signatures
        ]
        db.engine.dispose()
    return paths


def _add_pending(count):
    """Add `count` unconfirmed signatures and yield them in lists."""
    for rows in confirmed_rows(count):
        now = utcnow()
        pending = {"state": "pending", "confirmed_at": None, "created_at": now, "mailed_at": now}
        last = db.session.scalar(select(func.max(Signature.id)))
        write(add_rows, [row | pending for row in rows])
        added = select(Signature).where(Signature.id > last).order_by(Signature.id)
        yield db.session.scalars(added).all()


def queue_confirmations(url, folder, count):
    """Make the database with `count` unconfirmed signatures, whose emails wait in the outbox."""
    with application(url, folder).app_context():
        for signatures in _add_pending(count):
            emails = [
                {"kind": CONFIRMATION, "subject_id": signature.id, "lang": signature.lang}
                for signature in signatures
            ]
            write(enqueue_many, emails)
        db.engine.dispose()


def confirmed_rows(count, seed=SEED):
    """Yield lists of rows for `add_rows`: invented people with confirmed signatures."""
    petition = petition_by_slug(SLUG)
    yield from invented_rows(petition, petition.current_version.id, count, seed=seed, now=utcnow())

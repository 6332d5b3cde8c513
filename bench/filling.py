"""Fill databases with many signatures before the measurement starts."""

import logging

from flask_migrate import upgrade
from sqlalchemy import func, select

from bench.sites import SECRET, SLUG
from campaign import create_app
from campaign.demo.operations import load_demonstration
from campaign.demo.signers import add_rows, invented_rows
from campaign.extensions import db, write
from campaign.petitions.queries import petition_by_slug
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.models import Signature

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
    """Make the database and add `count` hatched signatures."""
    with application(url, folder).app_context():
        for rows in confirmed_rows(count):
            write(add_rows, rows)
            write(hatch, holder="bench", now=utcnow())
        db.engine.dispose()


def confirm_paths(url, folder, count):
    """Make the database with `count` unconfirmed signatures; return their confirmation addresses."""
    with application(url, folder).app_context():
        pending = {
            "state": "pending",
            "confirmed_at": None,
            "created_at": utcnow(),
            "mailed_at": utcnow(),
        }
        first = db.session.scalar(select(func.max(Signature.id)))
        for rows in confirmed_rows(count):
            write(add_rows, [row | pending for row in rows])
        waiting = db.session.scalars(
            select(Signature).where(Signature.id > first).order_by(Signature.id)
        )
        paths = [
            f"/en/signatures/confirm/{tokens.token_for(tokens.CONFIRM, signature)}"
            for signature in waiting
        ]
        db.engine.dispose()
    return paths


def confirmed_rows(count, seed=SEED):
    """Yield lists of rows for `add_rows`: invented people with confirmed signatures."""
    petition = petition_by_slug(SLUG)
    yield from invented_rows(petition, petition.current_version.id, count, seed=seed, now=utcnow())

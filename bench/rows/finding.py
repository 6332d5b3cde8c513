"""Search and figures among many signatures on both databases, compared with the newest page."""

import time
from statistics import median

from sqlalchemy import select

from bench import sites
from bench.filling import catch_up
from bench.report import Row
from bench.settled import fill_settled
from campaign import create_app
from campaign.extensions import db
from campaign.organize.statistics.figures import make_figures
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.signatures.counting import statistics
from campaign.signatures.moderation import bulk_decisions
from campaign.signatures.search import queries as search_queries
from campaign.signatures.search.queries import Search, find

# `--rows 5000000` sets more.
SIGNATURES = 200_000
MAX_SECONDS = 0.5
ROUNDS = 5


def measure(scale, folder, signatures=SIGNATURES):
    """Yield organizers' queries on both databases. Each must be answered within half a second."""
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / f"find-{kind}"
        site_folder.mkdir()
        url = sites.database_url(kind, site_folder, f"find_{kind}")
        fill_settled(url, site_folder, signatures)
        app = create_app(
            {
                "SECRET_KEY": sites.SECRET,
                "VAR_DIR": str(site_folder),
                "SQLALCHEMY_DATABASE_URI": url,
            }
        )
        with app.app_context():
            catch_up()
            yield from _rows(kind, signatures)
            db.session.remove()
            db.engine.dispose()


def _rows(kind, signatures):
    ids = tuple(db.session.scalars(select(Petition.id).order_by(Petition.id)))
    newest = _seconds(lambda: find(Search(ids)))
    for label, query in _queries(ids).items():
        seconds = _seconds(query)
        name = f"{label}, among {signatures:,}, {sites.DATABASES[kind]}"
        yield Row(
            name,
            f"{1000 * seconds:,.0f} ms",
            f"{1000 * newest:,.0f} ms for the newest page",
            f"< {1000 * MAX_SECONDS:.0f} ms",
            seconds < MAX_SECONDS,
        )


def _queries(ids):
    def searching(**criteria):
        return lambda: find(Search(ids, **criteria))

    return {
        "finding a name that is there": searching(text="amalia"),
        "finding a name that nobody has": searching(text="zzyzx"),
        "finding part of an email address": searching(text="0071f4"),
        "signatures of a rare country": searching(country="ZW"),
        **{
            f"signatures by state, {state}": searching(state=state)
            for state in ("pending", "rejected", "withdrawn", "erased")
        },
        "the list of held signatures": lambda: (
            search_queries.held_for_review(ids),
            search_queries.held_by_reason(ids),
        ),
        "a preview of all that are held": lambda: bulk_decisions.preview(
            Search(ids, state="held"), bulk_decisions.take_snapshot(utcnow())
        ),
        "the counts of the overview": lambda: (
            statistics.states(ids),
            search_queries.count_unread_comments(ids),
        ),
        "the first view of the figures": lambda: make_figures(ids),
    }


def _seconds(query):
    times = []
    for _ in range(ROUNDS):
        db.session.rollback()
        db.session.expunge_all()
        begun = time.perf_counter()
        query()
        times.append(time.perf_counter() - begun)
    return median(times)

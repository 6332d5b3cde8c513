"""How long a search takes among ten thousand items in three languages, on both databases."""

import random
import time
from statistics import median

from bench import sites
from bench.filling import application
from bench.report import Row
from campaign.causes.queries import cause_by_slug
from campaign.extensions import db, write
from campaign.i18n.locales import INTERFACE_LANGUAGES
from campaign.process.clock import utcnow
from campaign.search.indexing import replace_documents
from campaign.search.queries import search
from campaign.search.sources import Document

THINGS = 10_000
MAX_MS = 50
SEED = 43
BATCH = 500
WORDS_PER_TEXT = 180  # Words of one text.
SYLLABLES = (
    "ma",
    "ri",
    "po",
    "sa",
    "lu",
    "na",
    "tor",
    "ven",
    "sil",
    "que",
    "dor",
    "can",
    "ti",
    "es",
    "pa",
    "gru",
)
# A word in one of three hundred items, one in every item, a common prefix, several words, and a
# word in none.
QUERIES = ("desaparición", "familia", "ma", "familia mar por", "zzz")


def measure(scale, folder):
    """Yield a row for each database: the slowest of the queries, each the median of its rounds."""
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / f"var-search-{kind}"
        site_folder.mkdir()
        with application(
            sites.database_url(kind, site_folder, "search"), site_folder
        ).app_context():
            _fill(cause_by_slug(sites.CAUSE).id)
            times = {query: _milliseconds(query, 5 * scale.rounds) for query in QUERIES}
            db.session.remove()
            db.engine.dispose()
        query, slowest = max(times.items(), key=lambda row: row[1])
        label = f"search among {THINGS:,} entries in {len(INTERFACE_LANGUAGES)} languages, {sites.DATABASES[kind]}, the slowest of {len(QUERIES)} questions"
        yield Row(label, f"{slowest:.1f} ms (“{query}”)", "", f"< {MAX_MS} ms", slowest < MAX_MS)


def _milliseconds(query, rounds):
    """Return how long a query takes in real time, including the text of its page of results."""
    times = []
    for _ in range(rounds + 1):
        db.session.rollback()
        begun = time.perf_counter()
        search(query, "es")
        times.append(1000 * (time.perf_counter() - begun))
    # The first query finds nothing in memory.
    return median(times[1:])


def _fill(cause_id):
    rng = random.Random(SEED)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(5000)]
    for start in range(0, THINGS, BATCH):
        ids = range(1_000_000 + start, 1_000_000 + start + BATCH)
        documents = [
            _document(rng, words, id_, lang, cause_id)
            for id_ in ids
            for lang in INTERFACE_LANGUAGES
        ]
        write(replace_documents, "update", list(ids), documents)


def _document(rng, words, id_, lang, cause_id):
    text = rng.choices(words, k=WORDS_PER_TEXT)
    text.append("desaparición" if id_ % 300 == 0 else "familia")
    return Document(
        subject_id=id_,
        lang=lang,
        text_lang=lang,
        cause_id=cause_id,
        slug=f"thing-{id_}",
        title=" ".join(text[:6]),
        summary=" ".join(text[6:30]),
        body=" ".join([*text[30:], "familia"]),
        day=utcnow().date(),
    )

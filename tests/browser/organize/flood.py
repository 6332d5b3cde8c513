"""Add many signatures to the database of a served site, and remove them again."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime

SECONDS = 30
INSERT = """
    insert into signature
        (petition_id, cause_id, version_id, state, evidence, position_at_address, lang, given_name, family_name, email, email_digest, country,
         postal_code, comment, comment_shown, answers, name_display, subscribe, held_reason, mail_count, reminders, created_at)
    with recursive place(n) as (select 1 union all select n + 1 from place where n < :many)
    select petition.id, petition.cause_id, (select max(id) from petition_version where petition_id = petition.id), 'held', 'email', 1,
           'en', 'Flood', 'Number ' || n, 'flood.' || n || '@example.org', randomblob(32), '', '', '', 0, '{}', 'counted', 0,
           'no_proof', 1, 0, :at
    from petition, place where petition.slug = :slug
"""


@contextmanager
def flood(served, slug, many):
    """Hold `many` signatures. Yield a function that counts those matching a condition."""
    with closing(
        sqlite3.connect(served.var / "volante.sqlite3", timeout=SECONDS, isolation_level=None)
    ) as database:
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        database.execute(INSERT, {"many": many, "slug": slug, "at": at})

        def count(condition):
            return database.execute(
                f"select count(*) from signature where given_name = 'Flood' and {condition}"
            ).fetchone()[0]

        try:
            yield count
        finally:
            database.execute("delete from signature where given_name = 'Flood'")

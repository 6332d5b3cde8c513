"""Read what a site has stored after faults, without going through the site."""

import email
from email.policy import default
from functools import cache

from sqlalchemy import NullPool, create_engine, text


def query_rows(site, sentence):
    """Return the rows of a query, as text or of SQLAlchemy, on the site's database."""
    url = site.environment.get("DATABASE_URL", f"sqlite:///{site.var / 'volante.sqlite3'}")
    with _engine(url.replace("postgresql://", "postgresql+psycopg://", 1)).begin() as connection:
        query = text(sentence) if isinstance(sentence, str) else sentence
        result = connection.execute(query)
        return result.all() if result.returns_rows else []


@cache
def _engine(url):
    """Return an engine that keeps no connection open: the database may be moved or stopped."""
    return create_engine(url, poolclass=NullPool)


def release_claimed_emails(site):
    """Release emails that a dead worker had claimed, as fifteen seconds would."""
    query_rows(site, "update outbox_message set locked_until = null where state = 'owed'")


def has_sent_all_emails(site):
    return query_rows(site, "select count(*) from outbox_message where state = 'owed'")[0][0] == 0


def addresses_in(site):
    """Return the email addresses that have signed."""
    return {row.email for row in query_rows(site, "select email from signature")}


def recipients_of_queued(site):
    """Return the email addresses with queued emails."""
    queued = "select subject_id from outbox_message where state = 'owed'"
    return {
        row.email for row in query_rows(site, f"select email from signature where id in ({queued})")
    }


def recipients_of_sent(site):
    """Return the recipients of the emails in the folder."""
    files = (site.var / "mail").glob("*.eml")
    return {
        email.message_from_bytes(file.read_bytes(), policy=default)["To"].addresses[0].addr_spec
        for file in files
    }

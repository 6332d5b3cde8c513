"""Read what a site has stored after faults, without going through the site."""

import email
from email.policy import default

from sqlalchemy import create_engine, text


def asked(site, sentence):
    """Return the rows of an SQL query on the site's database."""
    url = site.environment.get("DATABASE_URL", f"sqlite:///{site.var / 'volante.sqlite3'}")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        result = connection.execute(text(sentence))
        rows = result.all() if result.returns_rows else []
    engine.dispose()
    return rows


def free_letters(site):
    """Do what two minutes do: release emails that a dead worker had claimed."""
    asked(site, "update outbox_message set locked_until = null where state = 'owed'")


def has_written_all(site):
    return asked(site, "select count(*) from outbox_message where state = 'owed'")[0][0] == 0


def addresses_in(site):
    """Return the email addresses that have signed."""
    return {row.email for row in asked(site, "select email from signature")}


def owed_to(site):
    """Return the email addresses with queued emails."""
    owed = "select subject_id from outbox_message where state = 'owed'"
    return {row.email for row in asked(site, f"select email from signature where id in ({owed})")}


def written_to(site):
    """Return the recipients of the emails in the folder."""
    files = (site.var / "mail").glob("*.eml")
    return {
        email.message_from_bytes(file.read_bytes(), policy=default)["To"].addresses[0].addr_spec
        for file in files
    }

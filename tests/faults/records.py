"""What a site that was maltreated has kept, read past it."""

import email
from email.policy import default

from sqlalchemy import create_engine, text


def asked(site, sentence):
    """Return the rows that the site's database gives for a sentence of SQL."""
    url = site.environment.get("DATABASE_URL", f"sqlite:///{site.var / 'volante.sqlite3'}")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        result = connection.execute(text(sentence))
        rows = result.all() if result.returns_rows else []
    engine.dispose()
    return rows


def free_letters(site):
    """Do what two minutes do: letters that a dead worker had claimed are anybody's again."""
    asked(site, "update owed_message set locked_until = null where state = 'owed'")


def has_written_all(site):
    return asked(site, "select count(*) from owed_message where state = 'owed'")[0][0] == 0


def addresses_in(site):
    """Return the addresses that have signed."""
    return {row.email for row in asked(site, "select email from signature")}


def owed_to(site):
    """Return the addresses that letters are owed to."""
    owed = "select subject_id from owed_message where state = 'owed'"
    return {row.email for row in asked(site, f"select email from signature where id in ({owed})")}


def written_to(site):
    """Return the addresses that the letters in the folder go to."""
    files = (site.var / "mail").glob("*.eml")
    return {
        email.message_from_bytes(file.read_bytes(), policy=default)["To"].addresses[0].addr_spec
        for file in files
    }

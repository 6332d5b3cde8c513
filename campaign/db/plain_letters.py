"""Search names regardless of case, accents and hyphens, alike on both databases."""

import sqlite3
from unicodedata import normalize

from sqlalchemy import String, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

# Letters that Unicode does not decompose. Characters that become spaces, and those to drop.
_LETTERS, _PLAIN = "øłđıħ", "oldih"
_SPACED, _DROPPED = "-.,", "’'"
_MARKS = range(0x300, 0x370)
_TABLE = (
    str.maketrans(_LETTERS + _SPACED, _PLAIN + " " * len(_SPACED))
    | dict.fromkeys(map(ord, _DROPPED))
    | dict.fromkeys(_MARKS)
)


class plain_letters(GenericFunction):
    """SQL: the same as `plain` of a name."""

    type = String()
    inherit_cache = True


def plain(name: str) -> str:
    """Return a name in lower case, without accents and apostrophes.

    Hyphens, periods and commas become spaces.
    """
    small = name.lower()
    return (small if small.isascii() else normalize("NFKD", small).replace("ß", "ss")).translate(
        _TABLE
    )


@compiles(plain_letters, "postgresql")
def _on_postgresql(element, compiler, **options):
    name = compiler.process(element.clauses, **options)
    # Not every server has the extension for unaccent(), and translate() of all accented letters
    # takes ten times as long.
    bare = rf"regexp_replace(normalize(lower({name}), NFKD), '[\u0300-\u036f]', '', 'g')"
    small = f"case when octet_length({name}) > length({name}) then replace({bare}, 'ß', 'ss') else lower({name}) end"
    dropped = _DROPPED.replace("'", "''")
    return f"translate({small}, '{_LETTERS}{_SPACED}{dropped}', '{_PLAIN}{' ' * len(_SPACED)}')"


@compiles(plain_letters, "sqlite")
def _on_sqlite(element, compiler, **options):
    name = compiler.process(element.clauses, **options)
    # Half of all names have only plain letters. Lowering them in SQLite saves a call into Python,
    # which takes ten times as long.
    return f"case when {name} glob '*[^a-zA-Z ]*' then volante_plain({name}) else lower({name}) end"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection, _record):
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("volante_plain", 1, plain, deterministic=True)

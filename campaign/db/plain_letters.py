"""Names searched without regard to case, accents and hyphens, alike on both databases."""

import sqlite3
from unicodedata import normalize

from sqlalchemy import String, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

# What Unicode does not take apart, and what stands between the parts of a name or for nothing.
_LETTERS, _PLAIN = "øłđıħ", "oldih"
_SPACED, _DROPPED = "-.,", "’'"
_MARKS = range(0x300, 0x370)
_TABLE = (
    str.maketrans(_LETTERS + _SPACED, _PLAIN + " " * len(_SPACED))
    | dict.fromkeys(map(ord, _DROPPED))
    | dict.fromkeys(_MARKS)
)


class plain_letters(GenericFunction):
    """SQL: what `plain` makes of a name."""

    type = String()
    inherit_cache = True


def plain(name):
    """Return a name in small letters without accents and apostrophes, its hyphens and points as spaces."""
    small = name.lower()
    return (small if small.isascii() else normalize("NFKD", small).replace("ß", "ss")).translate(
        _TABLE
    )


@compiles(plain_letters, "postgresql")
def _on_postgresql(element, compiler, **options):
    name = compiler.process(element.clauses, **options)
    # unaccent() is an extension that not every server has, and translate() of every accented letter takes ten times as long.
    bare = rf"regexp_replace(normalize(lower({name}), NFKD), '[\u0300-\u036f]', '', 'g')"
    small = f"case when octet_length({name}) > length({name}) then replace({bare}, 'ß', 'ss') else lower({name}) end"
    dropped = _DROPPED.replace("'", "''")
    return f"translate({small}, '{_LETTERS}{_SPACED}{dropped}', '{_PLAIN}{' ' * len(_SPACED)}')"


@compiles(plain_letters, "sqlite")
def _on_sqlite(element, compiler, **options):
    name = compiler.process(element.clauses, **options)
    # Half of all names are of plain letters already: SQLite then needs not ask Python, which takes ten times as long.
    return f"case when {name} glob '*[^a-zA-Z ]*' then volante_plain({name}) else lower({name}) end"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection, _record):
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("volante_plain", 1, plain, deterministic=True)

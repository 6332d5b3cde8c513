"""Names searched without regard to case, accents and hyphens, on both databases."""

import sqlite3
from unicodedata import normalize

from sqlalchemy import String, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from campaign.lib.names import name_key

# PostgreSQL takes accents off only by an extension that not every server has; translate() is everywhere.
_ACCENTED = "".join(
    letter
    for letter in map(chr, [*range(0xE0, 0x180), *range(0x1CE, 0x220), *range(0x1E00, 0x1F00)])
    if letter.islower() and normalize("NFD", letter)[0].isascii() and not letter.isascii()
)
_PLAIN = "".join(normalize("NFD", letter)[0] for letter in _ACCENTED)
_SPACED = "-.,"
_DROPPED = "’''"  # as SQL writes it


class plain_letters(GenericFunction):
    """SQL: a name in small plain letters, its hyphens spaces; each word of a `name_key` is found in it."""

    type = String()
    inherit_cache = True


@compiles(plain_letters, "postgresql")
def _on_postgresql(element, compiler, **options):
    name = compiler.process(element.clauses, **options)
    plain = _without_accents(name)
    # As on SQLite: taking accents off costs ten times what the rest does, and most names have none.
    return f"case when {name} ~ '[^a-zA-Z ]' then {plain} else lower({name}) end"


def _without_accents(name):
    return f"translate(lower({name}), '{_ACCENTED}øłđı{_SPACED}{_DROPPED}', '{_PLAIN}oldi{' ' * len(_SPACED)}')"


@compiles(plain_letters, "sqlite")
def _on_sqlite(element, compiler, **options):
    name = compiler.process(element.clauses, **options)
    # Most names are of plain letters already: SQLite then needs not ask Python, which takes ten times as long.
    return f"case when {name} glob '*[^a-zA-Z ]*' then volante_plain({name}) else lower({name}) end"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection, _record):
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("volante_plain", 1, _plain, deterministic=True)


def _plain(name):
    return name_key(name, "") if name else ""

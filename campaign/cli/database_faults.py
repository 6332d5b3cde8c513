"""What a command says where the database cannot be used: what to do, instead of what statement went wrong."""

import click
from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError


class InWords:
    """The callback of a command, whose trouble with the database becomes a sentence."""

    def __init__(self, callback):
        self._callback = callback

    def __call__(self, *arguments, **options):
        try:
            return self._callback(*arguments, **options)
        except (OperationalError, ProgrammingError) as error:
            fault = str(error.orig).partition("\n")[0]
            if _lacks_tables(error.orig):
                advice = f"The database is empty or of another version ({fault}). Bring it up to date: flask db upgrade"
                raise click.ClickException(advice) from error
            if isinstance(error, OperationalError):
                raise click.ClickException(f"The database cannot be used: {fault}") from error
            raise


def in_words(command):
    """Let every command below `command` say in words what is wrong with the database."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            in_words(below)
    elif not isinstance(command.callback, InWords):
        command.callback = InWords(command.callback)


def _lacks_tables(fault):
    return isinstance(fault, UndefinedColumn | UndefinedTable) or str(fault).startswith(
        ("no such table", "no such column")
    )

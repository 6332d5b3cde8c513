"""Turn database errors of commands into advice on what to do, without the failed SQL."""

import click
from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError


class InWords:
    """Wrap a command's callback so that database errors become a readable message."""

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


def in_words(command: click.Command) -> None:
    """Wrap every command below `command`, so that database errors are readable."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            in_words(below)
    elif not isinstance(command.callback, InWords):
        command.callback = InWords(command.callback)


def _lacks_tables(fault: BaseException | None) -> bool:
    return isinstance(fault, UndefinedColumn | UndefinedTable) or str(fault).startswith(
        ("no such table", "no such column")
    )

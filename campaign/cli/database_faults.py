"""Turn database errors of commands into advice on what to do, without the failed SQL."""

from collections.abc import Callable
from typing import Any

import click
from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError


class WithReadableErrors:
    """Wrap a command's callback so that database errors become a readable message."""

    def __init__(self, callback: Callable[..., Any]) -> None:
        self._callback = callback

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        try:
            return self._callback(*arguments, **options)
        except (OperationalError, ProgrammingError) as error:
            message = str(error.orig).partition("\n")[0]
            if _lacks_tables(error.orig):
                advice = f"The database is empty, or from another version ({message}). Update it with: flask db upgrade"
                raise click.ClickException(advice) from error
            if isinstance(error, OperationalError):
                raise click.ClickException(f"Cannot use the database: {message}") from error
            raise


def make_errors_readable(command: click.Command) -> None:
    """Wrap every command below `command`, so that database errors are readable."""
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            make_errors_readable(subcommand)
    elif command.callback and not isinstance(command.callback, WithReadableErrors):
        command.callback = WithReadableErrors(command.callback)


def _lacks_tables(error: BaseException | None) -> bool:
    return isinstance(error, UndefinedColumn | UndefinedTable) or str(error).startswith(
        ("no such table", "no such column")
    )

"""Tests that every command says what it is for."""

import click
import pytest

from campaign.cli import commands


class Carrier:
    """Collect the commands, without an application."""

    def __init__(self):
        self.cli = click.Group()


def every_command():
    carrier = Carrier()
    commands.init_app(carrier)
    return sorted(_paths(carrier.cli, ()))


def _paths(group, path):
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from _paths(command, (*path, name))


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_has_a_help_text(run, path):
    done = run(*path, "--help")
    assert done.exit_code == 0
    assert done.output.startswith("Usage: ")
    # A long usage has several lines, and a blank line after it.
    _usage, text, *_options = done.output.split("\n\n")
    assert len(text.strip()) > 10


def test_unknown_command_is_reported_clearly(run):
    done = run("petition")
    assert done.exit_code == 2
    assert "No such command 'petition'" in done.output

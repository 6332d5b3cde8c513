"""What the tests of commands share."""

import pytest

from campaign.extensions import db


@pytest.fixture
def run(app):
    """Run `flask …` and return its result."""
    runner = app.test_cli_runner()

    def invoke(*arguments, **options):
        # A command reads in a transaction of its own.
        db.session.rollback()
        return runner.invoke(args=[str(argument) for argument in arguments], **options)

    return invoke

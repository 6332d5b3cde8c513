"""Tests of command messages when the database cannot be used."""

import pytest

from campaign import create_app
from tests.databases import KINDS, fresh

pytestmark = pytest.mark.both_databases


@pytest.fixture
def run_on(tmp_path):
    """Run `flask …` with an application on the database at this URL."""

    def run(url, *arguments):
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "VAR_DIR": str(tmp_path)})
        return app.test_cli_runner().invoke(args=arguments)

    return run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "command", [("petitions", "list"), ("signatures", "audit"), ("demo", "load")]
)
def test_empty_database_is_reported_with_what_to_do(run_on, kind, command):
    url = fresh(kind).replace("postgresql://", "postgresql+psycopg://")
    done = run_on(url, *command)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert done.output.endswith("flask db upgrade\n")


def test_unreachable_database_is_reported_in_one_line(run_on):
    done = run_on("postgresql+psycopg://nobody@127.0.0.1:9/none", "petitions", "list")
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert len(done.output.splitlines()) == 1

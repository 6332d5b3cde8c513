"""Tests of the commands that import and export targets and area codes."""

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import db
from campaign.organisations.models import Organisation
from campaign.targets.areas import area_codes
from campaign.targets.queries import profile_count
from tests.factories.targets import some_organisation_id

TARGETS = "name,emails\nElena Vela,vela@senate.example\nBruno Salas,\n"


@pytest.fixture
def organisation(app):
    return db.session.get(Organisation, some_organisation_id())


@pytest.fixture
def run(app, tmp_path, organisation):
    """Call it with a command, the text of a file if it reads one, and options."""

    def run(command, text=None, *options):
        file = tmp_path / "file.csv"
        if text is not None:
            file.write_text(text)
        arguments = ["targets", command, *([str(file)] if text is not None else [])]
        return app.test_cli_runner().invoke(
            args=[*arguments, "--organisation", organisation.slug, *options]
        )

    return run


def test_dry_run_changes_nothing_and_import_all(run, organisation):
    assert run("import", TARGETS, "--dry-run").exit_code == 0
    assert profile_count(organisation_id=organisation.id) == 0
    assert run("import", TARGETS).exit_code == 0
    assert profile_count(organisation_id=organisation.id) == 2
    assert entries(action="targets.import")


def test_wrong_line_stops_the_import(run, organisation):
    result = run("import", TARGETS + "Roy,nowhere\n")
    assert (result.exit_code, result.output.split()[0]) == (1, "4")
    assert profile_count(organisation_id=organisation.id) == 0


@pytest.mark.parametrize("text", ["", "colour\nred\n"])
def test_unreadable_file_is_refused(run, text):
    assert run("import", text).exit_code == 1


def test_export_can_be_imported(run, tmp_path):
    run("import", TARGETS)
    for kind in ("csv", "popolo"):
        file = tmp_path / kind
        assert run("export", None, "--format", kind, "--output", str(file)).exit_code == 0
        assert file.stat().st_mode & 0o777 == 0o600
        assert run("import", file.read_text(), "--dry-run").exit_code == 0
        assert run("export", None, "--format", kind).output == file.read_text().replace("\r", "")


def test_area_codes_are_imported(run, organisation):
    assert run("areas", "country,code,area\nCA,H2X,r-1\n").exit_code == 0
    assert [row["prefix"] for row in area_codes(organisation.id)] == ["H2X"]


def test_unknown_organisation_is_refused(app, tmp_path):
    result = app.test_cli_runner().invoke(args=["targets", "export", "--organisation", "nobody"])
    assert result.exit_code == 1

"""Share fixtures among the tests of exports."""

from pathlib import Path

import pytest
from flask import current_app

from campaign.exports.operations import request_export
from campaign.exports.queries import export_by_id, export_files
from campaign.exports.selection import Selection
from campaign.extensions import db, write
from campaign.files.scratch import scratch_folder
from campaign.process.clock import utcnow
from tests.factories.jobs import job_loop
from tests.factories.organizers import make_organizer


@pytest.fixture
def exporter(app, tmp_path, monkeypatch):
    """The worker's loop for exports, with its own folder."""
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    return job_loop("export")


@pytest.fixture
def requested(petition, exporter):
    """Return a function that requests an export of the petition and returns its id."""
    organizer = make_organizer()

    def requested(kind="csv", choice=None, *, aim="records", now=None, **selected):
        return write(
            request_export,
            petition_id=petition.id,
            cause_id=petition.cause_id,
            organizer_id=organizer.id,
            kind=kind,
            aim=aim,
            purpose="To see whether it works",
            choice=choice or Selection(petition.id, **selected).to_json(),
            now=now or utcnow(),
        ).id

    return requested


def export(export_id):
    """Return the export as it is in the database now, or None."""
    db.session.rollback()
    return export_by_id(export_id)


def folder():
    """Return the names of the files that exports keep, finished or not."""
    settings = current_app.config
    drafts = [path.name for path in scratch_folder(settings).glob("export-*")]
    return sorted([*drafts, *(file.name for file in export_files(settings).files())])


def path_of(export):
    """Return the path of a finished file."""
    return Path(current_app.config["VAR_DIR"], "exports", export.file_name)

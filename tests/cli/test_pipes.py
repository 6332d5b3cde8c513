"""Tests of commands that write to a pipe, as separate processes."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from campaign.extensions import db
from tests.factories.signatures import AMALIA, sign_and_hatch

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_spreadsheet_is_written_to_a_pipe(app, petition, tmp_path):
    sign_and_hatch(petition, AMALIA)
    db.session.rollback()
    output = subprocess.run(
        [sys.executable, "-m", "flask", "signatures", "export", "home", "--format", "xlsx"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "VAR_DIR": str(tmp_path),
            "SECRET_KEY": app.config["SECRET_KEY"],
        },
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    [header, row] = (
        CalamineWorkbook.from_filelike(io.BytesIO(output)).get_sheet_by_index(0).to_python()
    )
    assert dict(zip(header, row, strict=True))["email"] == AMALIA["email"]

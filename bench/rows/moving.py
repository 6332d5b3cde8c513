"""Half a million subscribers imported, asked and exported, and the archive of as many signatures.

Each step runs in its own process. At the same time another process writes small transactions, and
measures its longest wait.
"""

import subprocess
import sys

from flask_migrate import upgrade

from bench import sites
from bench.filling import fill
from bench.processes import ROOT
from bench.report import Row
from bench.sites import SECRET
from campaign import create_app
from campaign.extensions import db

HALF_A_MILLION, A_SECOND = 500_000, 125_000
MAX_MEGABYTES, MAX_WAIT = 250, 0.5
PROBED = ("import", "ask", "undo", "export", "archive")
LABELS = {
    "import": "subscribers imported",
    "ask": "people asked",
    "undo": "people no longer asked",
    "export": "subscribers exported",
    "archive": "signatures and subscribers in an archive",
    "restore": "signatures and subscribers from an archive",
}


def measure(scale, folder):
    """Yield each step for both databases."""
    count = min(HALF_A_MILLION, int(scale.seconds * A_SECOND) if scale.rounds > 1 else 20_000)
    for kind in ("sqlite", "postgresql"):
        site_folder = folder / kind
        site_folder.mkdir()
        url = sites.database_url(kind, site_folder, f"moving_{kind}")
        empty_url = sites.database_url(kind, site_folder, f"moved_{kind}")
        fill(url, site_folder, count)
        _migrate(empty_url, site_folder)
        for step, label in LABELS.items():
            address = empty_url if step == "restore" else url
            yield _row(
                f"{count:,} {label}, {sites.DATABASES[kind]}", address, site_folder, step, count
            )


def _row(label, url, site_folder, step, count):
    probe = _start(url, site_folder, "probe", count) if step in PROBED else None
    output = _start(url, site_folder, step, count).communicate()[0]
    seconds, rows, megabytes = map(float, output.split())
    figure = f"{rows / seconds:,.0f} rows/s, {megabytes:.0f} MB at its peak"
    is_met = megabytes < MAX_MEGABYTES
    if probe:
        waited = float(probe.communicate("")[0].split()[0])
        figure += f", others waited at most {waited:.2f} s"
        is_met = is_met and waited < MAX_WAIT
    return Row(label, figure, "", f"< {MAX_MEGABYTES} MB, waits < {MAX_WAIT} s", is_met)


def _start(url, site_folder, step, count):
    command = [sys.executable, "-m", "bench.moving", url, str(site_folder), step, str(count)]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _migrate(url, folder):
    app = create_app({"SECRET_KEY": SECRET, "VAR_DIR": str(folder), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()

"""Tests of a disk that becomes read-only, and of a power cut that drops what was not synced.

`disk.c` is compiled to a library that the site's processes load.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.records import addresses_in, has_sent_all_emails, query_rows
from tests.faults.running_site import (
    Crowd,
    RunningSite,
    confirm,
    confirmers,
    sign,
    signers,
    wait_until,
)
from tests.faults.test_full_disk import WORDS, post_form

COMPILER = shutil.which("gcc") or shutil.which("cc")
SOURCE = Path(__file__).with_name("disk.c")
PENDING = "select id, petition_id, email_digest from signature where state = 'pending'"

pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(COMPILER is None, reason="there is no C compiler"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The compiled library."""
    made = tmp_path_factory.mktemp("disk") / "disk.so"
    command = [COMPILER, "-shared", "-fPIC", "-O1", "-o", str(made), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return made


@pytest.fixture
def site(library, tmp_path):
    """A site on SQLite whose disk `tmp_path` controls: `read-only` and `synced`."""
    var = tmp_path / "var"
    var.mkdir()
    (tmp_path / "synced").mkdir()
    site = RunningSite(var)
    site.environment |= {
        "LD_PRELOAD": str(library),
        "DISK_FOLDER": str(var),
        "DISK_READ_ONLY": str(tmp_path / "read-only"),
        "DISK_SYNCED": str(tmp_path / "synced"),
    }
    yield site.start()
    site.stop()


def test_read_only_disk_shows_an_error_and_the_input_is_kept(site, tmp_path):
    assert sign(site.url, "before@example.org") == 201
    (tmp_path / "read-only").touch()
    answer = post_form(site)
    assert answer.status == 503
    assert all(words in answer.page for words in WORDS.values())
    assert "Traceback" not in answer.page
    assert sign(site.url, "during.json@example.org") != 201

    (tmp_path / "read-only").unlink()
    wait_until(lambda: sign(site.url, "after@example.org") == 201)
    acknowledged = {"before@example.org", "after@example.org"}
    tried = {WORDS["email"], "during.json@example.org"}
    assert addresses_in(site) & (acknowledged | tried) == acknowledged
    wait_until(lambda: has_sent_all_emails(site))
    assert site.flask("signatures", "audit")[0] == 0


def cut_power(site, synced):
    """End all processes, and leave of the site's database only what was synced."""
    site.kill_all()
    for file in site.var.glob("volante.sqlite3*"):
        file.unlink()
    for file in synced.glob("volante.sqlite3*"):
        shutil.copyfile(file, site.var / file.name)


def test_power_cut_without_unsynced_writes_loses_nothing_acknowledged(site, tmp_path):
    with Crowd(signers(site, "early", limit=40)) as early:
        wait_until(lambda: len(early.acknowledged) == 40)
    pending = query_rows(site, PENDING)
    with Crowd(confirmers(site, pending), 2) as confirmed, Crowd(signers(site), 6) as crowd:
        wait_until(lambda: len(crowd.acknowledged) > 60 and confirmed.acknowledged)
        cut_power(site, tmp_path / "synced")
    site.start()
    assert set(early.acknowledged) | set(crowd.acknowledged) <= addresses_in(site)
    kept = query_rows(site, "select id from signature where state in ('confirmed', 'counted')")
    assert set(confirmed.acknowledged) <= {row.id for row in kept}
    wait_until(lambda: has_sent_all_emails(site))
    left = query_rows(site, PENDING)
    assert confirm(site, left[0]) == 303
    assert site.flask("signatures", "audit")[0] == 0

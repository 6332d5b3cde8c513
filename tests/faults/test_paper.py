"""Tests of a paper file that is imported and undone.

People who sign at the same time do not wait for it. A killed import is finished or leaves nothing.
"""

from contextlib import contextmanager

import pytest

from tests.faults.records import query_rows
from tests.faults.running_site import PETITION, Crowd, signers, wait_until

pytestmark = pytest.mark.slow

MANY = 6_000
OF_PAPER = "select count(*) from signature where evidence = 'paper' and given_name <> ''"
ROWS = "select count(*) from import_row"
GOING = "select count(*) from import_batch where state <> 'open' and closed_at is null"
COMING = "select count(*) from import_batch where state = 'open' and accepted_at is not null"
UNDO = """
from sqlalchemy import func, select
from campaign.extensions import db, write
from campaign.imports.models import ImportBatch
from campaign.imports.rollback import remove_in_parts, undo
from wsgi import app

with app.app_context():
    batch_id = db.session.scalar(select(func.max(ImportBatch.id)))
    write(undo, batch_id=batch_id)
    remove_in_parts(write, batch_id)
"""


@pytest.fixture
def paper(tmp_path):
    file = tmp_path / "paper.csv"
    file.write_text(
        "given_name,family_name,country,postal_code\n"
        + "".join(f"Zora{n},Quetz,MX,{n:05}\n" for n in range(MANY))
    )
    return ["-m", "flask", "signatures", "import", PETITION, str(file)]


def count(site, query=OF_PAPER):
    return query_rows(site, query)[0][0]


@contextmanager
def running(site, command):
    process = site.open(*command)
    yield process
    process.wait()


def killed(site, command, when):
    """Run a command, and cut the power once `when()` is true.

    Then make the worker believe that it has waited for two minutes.
    """
    with running(site, command) as process:
        wait_until(when)
        site.kill_all()
        assert process.wait(10) < 0
    for column, table in (("changed_at", "import_batch"), ("run_at", "job")):
        query_rows(site, f"update {table} set {column} = '2026-11-01 00:00:00.000000'")
    site.start()


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_killed_import_is_finished_or_leaves_nothing(site, paper):
    before = count(site)
    killed(site, paper, lambda: count(site, ROWS) > 0)
    assert count(site) == before
    wait_until(lambda: count(site, GOING) == 0)
    assert count(site, ROWS) == 0

    killed(site, paper, lambda: count(site) > before)
    wait_until(lambda: count(site, COMING) == 0)
    assert count(site) == before + MANY

    killed(site, ["-c", UNDO], lambda: count(site) < before + MANY)
    assert before < count(site)
    wait_until(lambda: count(site, GOING) == 0)
    assert count(site) == before
    wait_until(
        lambda: (
            count(
                site,
                "select count(*) from signature where evidence = 'paper' and number is not null and given_name = ''",
            )
            == 0
        )
    )
    code, output = site.flask("signatures", "audit")
    assert code == 0, output


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_people_sign_while_a_file_is_imported_and_undone(site, paper):
    for name, command, begun in (("coming", paper, ROWS), ("going", ["-c", UNDO], GOING)):
        with (
            Crowd(signers(site, name, limit=50_000), threads=2) as crowd,
            running(site, command) as process,
        ):
            wait_until(lambda begun=begun: count(site, begun) > 0)
            before = len(crowd.acknowledged)
            assert process.wait(60) == 0
            assert len(crowd.acknowledged) > before + 2
    assert count(site) == 0

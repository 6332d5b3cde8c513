"""A file from paper whose import is killed in the middle: all of it is in a little later, and each person once."""

import subprocess
import sys

from tests.faults.plain_site import PETITION, ROOT, wait_until
from tests.faults.records import asked

MANY = 6_000
OF_PAPER = "select count(*) from signature where evidence = 'paper'"


def count(site, query=OF_PAPER):
    return asked(site, query)[0][0]


def test_what_was_accepted_comes_in_once_whatever_is_killed(site, tmp_path):
    file = tmp_path / "paper.csv"
    file.write_text("given_name,family_name,country,postal_code\n" + "".join(f"Zora{n},Quetz,MX,{n:05}\n" for n in range(MANY)))
    before = count(site)
    command = [sys.executable, "-m", "flask", "signatures", "import", PETITION, str(file)]
    with subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as importing:
        wait_until(lambda: count(site) > before, 60)
        site.kill_all()
        assert importing.wait(10) < 0
    assert before < count(site) < before + MANY
    # The worker waits for two minutes before it takes over; here they are over.
    asked(site, "update import_batch set accepted_at = '2026-11-01 00:00:00.000000' where accepted_at is not null and imported_at is null")
    site.start()
    wait_until(lambda: count(site, "select count(*) from import_batch where imported_at = '2026-11-01 00:00:00.000000'") == 1, 60)
    wait_until(lambda: count(site, "select count(*) from signature where state = 'confirmed'") == 0, 30)
    assert count(site) == before + MANY
    code, said = site.flask("signatures", "audit")
    assert code == 0, said

"""Whatever is killed, whenever: what was acknowledged is there, with its mail, and the counts agree."""

import email
import os
import signal
import time
from contextlib import suppress
from email.policy import default

import pytest
from sqlalchemy import create_engine, text

from tests import databases
from tests.faults.plain_site import Crowd, PlainSite, sign, wait_until


@pytest.fixture(params=databases.KINDS)
def site(request, tmp_path):
    url = databases.fresh(request.param) if request.param == "postgresql" else None
    site = PlainSite(tmp_path, url)
    yield site
    site.stop()


def asked(site, sentence):
    url = site.environment.get("DATABASE_URL", f"sqlite:///{site.var / 'volante.sqlite3'}")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        rows = connection.execute(text(sentence)).all()
    engine.dispose()
    return rows


def written_to(site):
    """Return the addresses that the letters in the folder go to."""
    files = (site.var / "mail").glob("*.eml")
    return {email.message_from_bytes(file.read_bytes(), policy=default)["To"].addresses[0].addr_spec for file in files}


def is_quiet(site):
    return asked(site, "select count(*) from owed_message where state = 'owed'")[0][0] == 0


def test_a_power_cut_loses_nothing_that_was_acknowledged(site):
    site.start()
    with Crowd(site) as crowd:
        wait_until(lambda: len(crowd.acknowledged) > 60, 30)
        site.kill_all()
    acknowledged = set(crowd.acknowledged)
    site.start()
    stored = {row.email for row in asked(site, "select email from signature")}
    assert acknowledged <= stored
    wait_until(lambda: is_quiet(site), 30)
    assert acknowledged <= written_to(site)
    assert site.flask("signatures", "audit")[0] == 0


def test_a_killed_worker_comes_back_and_each_butterfly_hatches_once(site):
    site.start()
    generated = 3000
    with suppress(StopIteration):
        for _ in range(3):
            os.kill(site.worker(), signal.SIGKILL)
            time.sleep(0.3)
    code, said = site.flask("signatures", "generate", "victims-law", str(generated))
    assert code == 0, said
    with suppress(StopIteration):
        os.kill(site.worker(), signal.SIGKILL)
    assert sign(site.url, "after@example.org") == 201
    wait_until(lambda: "after@example.org" in written_to(site), 30)
    [(numbers, highest)] = asked(site, "select count(number), max(number) from signature")
    assert numbers == highest == 690 + generated
    code, said = site.flask("signatures", "audit")
    assert code == 0, said


def test_ctrl_c_under_load_stops_within_five_seconds_and_frees_the_port(site):
    site.start()
    with Crowd(site) as crowd:
        wait_until(lambda: len(crowd.acknowledged) > 20, 30)
        began = time.monotonic()
        site.server.send_signal(signal.SIGINT)
        assert site.server.wait(10) == 0
        assert time.monotonic() - began < 5
    wait_until(lambda: site.processes() == [], 3)
    site.start()
    stored = {row.email for row in asked(site, "select email from signature")}
    assert set(crowd.acknowledged) <= stored


def test_when_the_parent_is_killed_its_children_go_too(tmp_path):
    site = PlainSite(tmp_path).start()
    try:
        site.server.kill()
        site.server.wait(5)
        wait_until(lambda: site.processes() == [], 5)
        assert not site.answers()
    finally:
        site.stop()


def test_a_second_start_changes_nothing_and_a_taken_port_is_said_in_words(tmp_path):
    site = PlainSite(tmp_path).start()
    try:
        before = asked(site, "select id, slug from petition")
        code, said = site.flask("serve", "--demo")
        assert code == 1
        assert said.strip() == f"Error: Port {site.port} is taken. Choose another: PORT=8001 make run"
        site.stop()
        site.start()
        assert asked(site, "select id, slug from petition") == before
    finally:
        site.stop()

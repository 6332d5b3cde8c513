"""Tests of killed processes.

What was acknowledged is there, with its email, and the counts agree.
"""

import os
import signal
import time

import pytest

from campaign.process.clock import utcnow
from campaign.signatures.jobs import HATCH_SECONDS
from tests.faults.records import (
    addresses_in,
    has_sent_all_emails,
    query_rows,
    recipients_of_queued,
    recipients_of_sent,
    release_claimed_emails,
)
from tests.faults.running_site import STOP_SECONDS, Crowd, confirmers, sign, signers, wait_until

MANY = 4000


def agrees(site):
    code, output = site.flask("signatures", "audit")
    return code == 0 or pytest.fail(output)


def numbers_given(site):
    """Return (number of butterflies, highest number)."""
    return tuple(query_rows(site, "select count(number), max(number) from signature")[0])


def waiting(site):
    return query_rows(site, "select count(*) from signature where state = 'confirmed'")[0][0]


def confirm_at_once(site, limit):
    """Turn many counted signatures back into unhatched ones, as after a rush."""
    before, _ = numbers_given(site)
    # Signatures withdrawn long ago would be erased in the meantime, and generated ones are old.
    query_rows(
        site,
        "update signature set state = 'withdrawn',"
        f" withdrawn_at = '{utcnow():%Y-%m-%d %H:%M:%S.%f}' where number <= {limit}",
    )
    wait_until(lambda: numbers_given(site)[0] == before - limit)
    query_rows(
        site,
        "update signature set state = 'confirmed', withdrawn_at = null where state = 'withdrawn'",
    )


@pytest.mark.slow
def test_power_cut_loses_nothing_that_was_acknowledged(site):
    with Crowd(signers(site, "early", limit=40)) as crowd:
        wait_until(lambda: len(crowd.acknowledged) == 40)
    to_confirm = query_rows(
        site, "select id, petition_id, email_digest from signature where state = 'pending'"
    )
    with Crowd(signers(site)) as more, Crowd(confirmers(site, to_confirm), threads=2) as confirming:
        wait_until(lambda: len(more.acknowledged) >= 40 and len(confirming.acknowledged) >= 10)
        site.kill_all()
    signed, confirmed = {*crowd.acknowledged, *more.acknowledged}, set(confirming.acknowledged)
    release_claimed_emails(site)
    site.start()
    assert signed <= addresses_in(site)
    assert confirmed <= {
        row.id
        for row in query_rows(site, "select id from signature where confirmed_at is not null")
    }
    wait_until(lambda: has_sent_all_emails(site) and not waiting(site))
    # People who confirmed quickly get no email that asks for it.
    unconfirmed = {
        row.email for row in query_rows(site, "select email from signature where state = 'pending'")
    }
    assert signed & unconfirmed <= recipients_of_sent(site)
    assert confirmed <= {
        row.id for row in query_rows(site, "select id from signature where number is not null")
    }
    assert agrees(site)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["worker", "runner"])
def test_runner_killed_while_hatching_gives_each_butterfly_one_number(site, which):
    find = getattr(site, which)
    loaded, _ = numbers_given(site)
    code, output = site.flask("signatures", "generate", "victims-law", str(MANY))
    assert code == 0, output
    killed = find()
    confirm_at_once(site, MANY)
    time.sleep(2 * HATCH_SECONDS)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: find() not in (None, killed))
    wait_until(lambda: waiting(site) == 0)
    assert numbers_given(site) == (loaded + MANY, loaded + MANY)
    assert agrees(site)


@pytest.mark.slow
def test_worker_killed_while_writing_emails_forgets_none(site):
    killed = site.worker()
    with Crowd(signers(site, limit=60)) as crowd:
        wait_until(lambda: recipients_of_sent(site))
        os.kill(killed, signal.SIGKILL)
    assert set(crowd.acknowledged) <= recipients_of_sent(site) | recipients_of_queued(site)
    release_claimed_emails(site)
    wait_until(lambda: has_sent_all_emails(site))
    assert set(crowd.acknowledged) <= recipients_of_sent(site)


@pytest.mark.one_database
@pytest.mark.slow
def test_killed_web_process_is_replaced(site):
    killed = site.web()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: sign(site.url, "after@example.org") == 201)
    assert site.server.poll() is None


@pytest.mark.one_database
@pytest.mark.slow
def test_ctrl_c_stops_the_site_while_people_sign_and_frees_the_port(site):
    with Crowd(signers(site)) as crowd:
        wait_until(lambda: len(crowd.acknowledged) > 20)
        site.server.send_signal(signal.SIGINT)
        # They continue to send requests until it has ended.
        assert site.server.wait(STOP_SECONDS) == 0
    wait_until(lambda: site.processes() == [])
    assert set(crowd.acknowledged) <= addresses_in(site)
    site.start()


@pytest.mark.one_database
@pytest.mark.slow
def test_stop_ends_every_process(site):
    wait_until(site.runner)
    all_of_it = site.processes()
    site.server.send_signal(signal.SIGINT)
    assert site.server.wait(STOP_SECONDS) == 0
    wait_until(lambda: not set(all_of_it) & set(site.processes()))

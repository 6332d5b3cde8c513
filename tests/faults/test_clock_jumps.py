"""Tests of a machine whose clock jumps by a day: nothing is lost, sent twice or put off.

libfaketime sets the clock of the site's processes. Time that has passed is measured as before.
"""

import email
from collections import Counter
from email.policy import default
from pathlib import Path

import pytest

from tests import databases
from tests.faults.records import has_sent_all_emails, query_rows
from tests.faults.running_site import RunningSite, confirm, sign, wait_until

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
JUMPS = ("+0d", "+1d", "-1d", "+0d")

pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed"),
]


@pytest.fixture(params=databases.KINDS)
def site(request, tmp_path):
    """A running site whose clock `set_clock` sets."""
    site = RunningSite(
        tmp_path, databases.fresh(request.param) if request.param == "postgresql" else None
    )
    site.environment |= {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(tmp_path / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    set_clock(site, JUMPS[0])
    yield site.start()
    site.stop()


def set_clock(site, offset):
    """Set the clock of the site's processes to the true time and this offset."""
    draft = site.var / "clock.part"
    draft.write_text(f"{offset}\n")
    draft.replace(site.var / "clock")


def emails_by_recipient(site):
    """Return how many emails each address got."""
    return Counter(
        email.message_from_bytes(file.read_bytes(), policy=default)["To"].addresses[0].addr_spec
        for file in (site.var / "mail").glob("*.eml")
    )


def test_signing_email_and_counting_go_on_after_each_jump(site):
    people = []
    for number, offset in enumerate(JUMPS):
        set_clock(site, offset)
        people.append(f"jump.{number}@example.org")
        assert sign(site.url, people[-1]) == 201
        # Each email goes out now, not when the clock shows again what it once showed.
        wait_until(lambda: people[-1] in emails_by_recipient(site))
    pending = query_rows(
        site, "select id, petition_id, email_digest from signature where state = 'pending'"
    )
    days = query_rows(site, "select created_at from signature where state = 'pending'")
    assert len({str(row.created_at)[:10] for row in days}) == 3, "the clock did not jump"
    assert [confirm(site, row) for row in pending] == [303] * len(pending)
    ids = ", ".join(str(row.id) for row in pending)
    wait_until(
        lambda: (
            query_rows(
                site, f"select count(*) from signature where id in ({ids}) and number is not null"
            )[0][0]
            == len(pending)
        )
    )
    wait_until(lambda: has_sent_all_emails(site))
    # A reminder may be due as well, as days have passed.
    queued = query_rows(
        site,
        "select signature.email, count(*) as emails from outbox_message"
        " join signature on signature.id = outbox_message.subject_id"
        " where outbox_message.kind like 'signature_%' and outbox_message.state = 'sent'"
        " and signature.email like 'jump.%' group by signature.email",
    )
    sent = emails_by_recipient(site)
    assert {row.email: row.emails for row in queued} == {name: sent[name] for name in people}
    code, output = site.flask("signatures", "audit")
    assert code == 0, output

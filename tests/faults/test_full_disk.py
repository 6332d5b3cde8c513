"""Tests of a full disk, as far as the processes of the site can tell."""

import resource
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests import databases
from tests.faults.records import addresses_in, recipients_of_sent
from tests.faults.running_site import ANSWER_SECONDS, PETITION, RunningSite, sign, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not hasattr(resource, "prlimit"), reason="only Linux can take a disk away from a process"
    ),
]
WORDS = {
    "given_name": "Amalia",
    "family_name": "Rosales",
    "email": "during@example.org",
    "country": "MX",
    "postal_code": "06600",
    "comment": "Que vuelvan.",
}


@pytest.fixture
def site(request, tmp_path):
    """A running site on SQLite, or on PostgreSQL where the test requests it."""
    site = RunningSite(
        tmp_path, databases.fresh("postgresql") if hasattr(request, "param") else None
    )
    yield site.start()
    site.stop()


def fill_disk(site, full):
    """Stop the processes of the site from writing any file, or allow it again."""
    for pid in site.processes():
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if full else hard, hard))


def post_form(site, email=WORDS["email"]):
    """Send the form as a browser does and return the response with its page."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.url}
    form = urlencode(WORDS | {"email": email})
    connection.request("POST", f"/es/petitions/{PETITION}/signatures", form, headers)
    answer = connection.getresponse()
    answer.page = answer.read().decode()
    connection.close()
    return answer


def test_full_disk_shows_an_error_and_the_input_is_kept(site):
    assert sign(site.url, "before@example.org") == 201
    fill_disk(site, True)
    answer = post_form(site)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert all(words in answer.page for words in WORDS.values())
    assert "Traceback" not in answer.page
    assert "sqlite" not in answer.page
    assert sign(site.url, "during.json@example.org") != 201
    assert site.answers(), "reading goes on"

    fill_disk(site, False)
    wait_until(lambda: sign(site.url, "after@example.org") == 201)
    acknowledged = {"before@example.org", "after@example.org"}
    assert (
        addresses_in(site) & {*acknowledged, WORDS["email"], "during.json@example.org"}
        == acknowledged
    )
    wait_until(lambda: acknowledged <= recipients_of_sent(site))
    code, output = site.flask("signatures", "audit")
    assert code == 0, output


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_emails_that_cannot_be_written_wait(site):
    """Only PostgreSQL, with its own disk, takes signatures at the same time."""
    fill_disk(site, True)
    assert sign(site.url, "during@example.org") == 201
    fill_disk(site, False)
    wait_until(lambda: "during@example.org" in recipients_of_sent(site))

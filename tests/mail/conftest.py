"""Fixtures: a scripted mail server, and a outbox_worker with two connections to it."""

import pytest

from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def server_url(script):
    with mail_server(script) as url:
        yield url


@pytest.fixture
def outbox_worker(app, server_url):
    with worker_to(server_url, server_url) as outbox_worker:
        yield outbox_worker

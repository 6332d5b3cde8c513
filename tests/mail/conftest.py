"""Fixtures: a scripted mail server, and a postman with two connections to it."""

import pytest

from tests.mail.mail_server import Script, mail_server
from tests.mail.postmen import postman_to


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def server_url(script):
    with mail_server(script) as url:
        yield url


@pytest.fixture
def postman(app, server_url):
    with postman_to(server_url, server_url) as postman:
        yield postman

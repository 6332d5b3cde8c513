"""Fixtures: clients who are signed in to the workspace."""

import re
from secrets import token_hex

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.factories.causes import make_cause
from tests.factories.organizers import make_organizer, sign_in


def csrf_token(client):
    """Put a CSRF token into the session of a client and return it as the form would send it."""
    with client.session_transaction("/organize/") as session:
        value = session.setdefault("csrf_token", token_hex(20))
    return URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(value)


def without_token(page):
    """Return the text of a page without its tokens, which depend on the time."""
    return re.sub(r'(value|data-token)="[^"]{60,}"', "", page)


class Desk:
    """A client of the workspace: `get` and `post`, which sends the form's token as a page would."""

    def __init__(self, client, organizer=None):
        self.client, self.organizer = client, organizer
        self._token = None

    def get(self, path, **options):
        return self.client.get(path, **options)

    def post(self, path, data=None, **options):
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def token(self):
        if self._token is None:
            self._token = csrf_token(self.client)
        return self._token


@pytest.fixture
def desk_of(app):
    """Call it to sign in an organizer with a role. It returns their Desk."""

    def desk_of(role="admin", cause_id=None, **columns):
        client = app.test_client()
        organizer = make_organizer(role, cause_id, **columns)
        sign_in(client, organizer)
        return Desk(client, organizer)

    return desk_of


@pytest.fixture
def desk(desk_of):
    """The Desk of an editor of `desk.cause`, which is public and still empty."""
    cause = make_cause()
    desk = desk_of("editor", cause.id)
    desk.cause = cause
    return desk


@pytest.fixture
def visitor(client):
    """The Desk of a visitor who is not signed in."""
    return Desk(client)

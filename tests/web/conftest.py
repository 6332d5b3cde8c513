"""Fixtures that the tests of the web package share."""

import pytest
from flask import abort, request
from flask_migrate import upgrade

from campaign.extensions import db
from tests.conftest import make_app


class Faults:
    """The error that the probe page raises next. With None it responds normally."""

    def __init__(self):
        self.next = None

    def page(self, **_):
        if "status" in request.args:
            abort(int(request.args["status"]))
        if self.next:
            raise self.next
        return "well"


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """An application whose /<lang>/probe and /probe.json fail on request, and its Faults."""
    folder = tmp_path_factory.mktemp("probed")
    app = make_app(f"sqlite:///{folder / 'volante.sqlite3'}", folder, EDGE=True)
    faults = Faults()
    for path in ("/<lang>/probe/<token>", "/probe.json"):
        app.add_url_rule(path, f"probe{path}", faults.page, methods=["GET", "POST"])
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return app, faults


@pytest.fixture
def faults(probed):
    faults = probed[1]
    yield faults
    faults.next = None


@pytest.fixture
def probe(probed):
    """A visitor of the probe page."""
    return probed[0].test_client()

"""Fixtures: a site with two butterflies, and visitors whose count a test sets."""

import pytest
from flask_migrate import upgrade
from playwright.sync_api import expect, sync_playwright

from campaign.extensions import db
from tests.chromium import find
from tests.conftest import make_app
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, sign_and_hatch
from tests.montage.stage import SOFTWARE, Site, Visitor

expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    var = tmp_path_factory.mktemp("montage")
    app = make_app(f"sqlite:///{var}/site.db", var)
    with app.app_context():
        upgrade()
        petition = make_petition()
        sign_and_hatch(petition, AMALIA, name_display="full")
        sign_and_hatch(petition, ODILE)
        db.session.remove()
        site = Site(app)
        yield site
        site.stop()
        db.engine.dispose()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=SOFTWARE)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, site):
    visitors = []

    def open_page(last, **options):
        visitors.append(Visitor(browser, site.url, last, **options))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.leave()

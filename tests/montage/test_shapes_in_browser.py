"""Tests that every shape looks the same in the browser and from the server, uploads included."""

import pytest
from flask_migrate import upgrade

from campaign.extensions import db, write
from campaign.montage.queries import find_shape
from campaign.montage.shapes.operations import accept_shape, create_shape
from campaign.process.clock import utcnow
from tests.chromium import find
from tests.conftest import make_app
from tests.factories.causes import make_cause
from tests.factories.pictures import heart
from tests.montage.stage import Site, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(find() is None, reason="NO CHROMIUM: shapes in the browser are untested."),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    var = tmp_path_factory.mktemp("shapes")
    app = make_app(f"sqlite:///{var}/site.db", var)
    with app.app_context():
        upgrade()
        for shape in ("dove", "drop"):
            make_cause(shape, shape=shape)
        own = write(create_shape, content=heart(), title="Heart", now=utcnow())
        write(accept_shape, make_cause("own").id, name=own.name, now=utcnow())
        shapes = {
            "dove": find_shape("dove"),
            "drop": find_shape("drop"),
            "own": find_shape(own.name),
        }
        db.session.remove()
        site = Site(app)
        yield site, shapes
        site.stop()
        db.engine.dispose()


@pytest.mark.parametrize("slug", ["dove", "drop", "own"])
@pytest.mark.parametrize(("last", "night"), [(0, False), (43, False), (640, True)])
def test_shape_is_drawn_in_the_browser_as_by_the_server(browser, site, slug, last, night):
    site, shapes = site
    scheme = "dark" if night else "light"
    visitor = Visitor(browser, site.url, last, slug=slug, color_scheme=scheme)
    visitor.drawn().matches(2, 16, shapes[slug], night=night)
    visitor.leave()

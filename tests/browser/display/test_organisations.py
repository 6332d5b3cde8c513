"""Tests that any organisation's pages look right: long names, another script, day and night."""

import threading

import pytest
from flask_migrate import upgrade
from werkzeug.serving import make_server

from campaign.extensions import db
from tests.browser.display.failing_site import Quiet
from tests.browser.display.sides import cut_off
from tests.browser.visitor import Visitor
from tests.conftest import make_app
from tests.factories.causes import make_cause
from tests.factories.organisations import add_image, make_organisation
from tests.factories.petitions import make_petition

LONG = "Federation of associations for the rivers, lakes and springs of the northern valleys " * 2
PATHS = (
    "",
    "imprint",
    "organisations/northern-valleys",
    "organisations/river-guards",
    "causes/springs",
    "petitions/wells",
    "causes/banks",
)
LOOKS = [(320, "light"), (390, "dark"), (1440, "light"), (1440, "dark")]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The URL of a site of three organisations."""
    var = tmp_path_factory.mktemp("organisations")
    app = make_app(f"sqlite:///{var / 'site.sqlite3'}", var)
    with app.app_context():
        upgrade()
        host = make_organisation(
            accent="#0d4577",
            legal_name="River Keepers Association",
            postal_address="1 Bank Street\nLittle Town",
            email="hello@river.example",
            text={"home_text": "We keep **a river**.", "imprint": "Responsible: *Noor Field*."},
        )
        add_image(host, "logo", size=(400, 100))
        make_cause("water")
        valleys = make_organisation("northern-valleys", LONG.strip(), accent="#7a1f5b")
        add_image(valleys, "mark")
        cause = make_cause("springs", organisation_id=valleys.id)
        make_petition("wells", cause_id=cause.id)
        guards = make_organisation("river-guards", "حرّاس النهر", pattern="spots")
        make_cause("banks", organisation_id=guards.id)
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_of_any_organisation_fit_and_have_no_barriers(browser, url, width, scheme):
    visitor = Visitor(browser, url, width=width, scheme=scheme)
    cut = []
    for path in PATHS:
        visitor.page.goto(f"/en/{path}")
        visitor.inspect(visitor.page, f"organisations {path}")
        cut += [f"{path}: {each}" for each in cut_off(visitor.page)]
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, path
    visitor.context.close()
    assert cut == []
    assert visitor.page_errors.errors == []

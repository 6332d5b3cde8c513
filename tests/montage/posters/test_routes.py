"""Tests of the routes of posters."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from PIL import Image
from sqlalchemy import update

from campaign.causes.models import CauseText
from campaign.extensions import db, write
from campaign.montage.models import Poster
from campaign.process.clock import utcnow
from tests.factories.jobs import job_loop
from tests.factories.signatures import AMALIA, sign_and_hatch

PDF, PNG = "/causes/valley/poster.pdf", "/causes/valley/poster.png"


@pytest.fixture
def draw(app):
    loop = job_loop("poster")

    def draw():
        db.session.rollback()
        assert loop.run_next()

    return draw


def later(**time):
    """Make the posters this much older."""
    write(lambda: db.session.execute(update(Poster).values(drawn_at=utcnow() - timedelta(**time))))


@pytest.mark.parametrize(
    # The second value is the limit that the error message names, where there is one.
    ("path", "said"),
    [
        (f"{PNG}?w=0", "300"),
        (f"{PNG}?w=12001", "12000"),
        (f"{PNG}?w=abc", ""),
        (f"{PNG}?w=", ""),
        (f"{PNG}?w=٣٠٠٠", ""),
        (f"{PNG}?w={'9' * 5000}", ""),
        (f"{PDF}?size=A5", "A3, A2, A1, A0"),
        (f"{PDF}?lang=de", "en, es, fr"),
    ],
)
def test_impossible_poster_is_refused_plainly(client, petition, path, said):
    response = client.get(path)
    assert response.status_code == 400 and response.mimetype == "text/plain"
    assert response.text and said in response.text


def test_small_poster_is_drawn_at_once(client, petition):
    response = client.get(f"{PNG}?w=500")
    assert response.status_code == 200 and response.cache_control.public
    assert Image.open(io.BytesIO(response.data)).size == (500, 707)


def test_width_between_the_steps_redirects_to_the_next(client, petition):
    response = client.get(f"{PNG}?w=2600&lang=fr")
    assert response.status_code == 302
    assert response.location == f"{PNG}?w=3000&lang=fr"


def test_large_poster_is_awaited_on_a_page_that_needs_no_script(client, petition):
    response = client.get(f"{PDF}?size=a3&lang=es")
    assert response.status_code == 202
    assert response.cache_control.no_store and "Set-Cookie" not in response.headers
    assert int(response.headers["Retry-After"]) < 10
    assert re.search(
        r'<noscript><meta http-equiv="refresh" content="\d+"></noscript>', response.text
    )
    assert '<html lang="es"' in response.text and "<h1 data-in-progress>" in response.text
    status = client.get(f"{PDF}?size=A3&lang=es&progress=1").json
    assert status.pop("words") == status_of(response)
    assert status == {"state": "waiting", "progress": 0}


def status_of(response):
    """Return what the page says about a poster in the queue."""
    return html.fromstring(response.data).xpath("string(//*[@data-progress-text])").strip()


def test_queued_poster_says_how_many_come_first(client, petition):
    alone, second, third = (
        status_of(client.get(f"{PDF}?size={size}")) for size in ("A3", "A2", "A1")
    )
    assert len({alone, second, third}) == 3
    assert "2" in third


def test_drawn_poster_is_offered_with_a_name_and_in_parts(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    assert client.get(f"{PDF}?size=A3&progress=1").json == {"state": "ready"}
    response = client.get(f"{PDF}?size=A3")
    assert response.status_code == 200 and response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    assert "valley-A3-en.pdf" in response.headers["Content-Disposition"]
    assert response.cache_control.public and not response.cache_control.no_cache
    assert client.get(f"{PDF}?size=A3", headers={"Range": "bytes=0-4"}).data == b"%PDF-"
    assert (
        client.get(
            f"{PDF}?size=A3", headers={"If-None-Match": response.headers["ETag"]}
        ).status_code
        == 304
    )


@pytest.mark.slow
def test_names_are_cacheable_for_seconds_only(client, petition, draw):
    client.get(f"{PDF}?size=A3&names=1")
    draw()
    response = client.get(f"{PDF}?size=A3&names=1")
    assert (
        response.cache_control.max_age <= 30
        and "stale-if-error" not in response.headers["Cache-Control"]
    )


def test_newcomers_wait_an_hour_for_the_next_poster(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    sign_and_hatch(petition, AMALIA)
    later(minutes=59)
    assert client.get(f"{PDF}?size=A3").status_code == 200
    later(minutes=61)
    assert client.get(f"{PDF}?size=A3").status_code == 202


@pytest.mark.slow
def test_poster_stays_the_same_while_no_one_signs(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    later(hours=20)
    assert client.get(f"{PDF}?size=A3").status_code == 200


def test_another_title_makes_another_poster(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    write(lambda: db.session.execute(update(CauseText).values(title="Butterflies for the hill")))
    assert client.get(f"{PDF}?size=A3").status_code == 202


@pytest.mark.slow
def test_poster_with_a_lost_file_is_drawn_again(app, client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    for file in Path(app.config["VAR_DIR"], "posters").glob("*.pdf"):
        file.unlink()
    assert client.get(f"{PDF}?size=A3").status_code == 202


def test_failed_poster_says_so_and_is_not_retried_at_once(client, petition):
    client.get(f"{PDF}?size=A3")
    write(lambda: db.session.execute(update(Poster).values(state="failed", requested_at=utcnow())))
    response = client.get(f"{PDF}?size=A3")
    assert response.status_code == 503 and "<h1>" in response.text
    assert "http-equiv" not in response.text and "data-in-progress" not in response.text


def test_poster_page_preselects_nothing(client, petition):
    page = client.get("/fr/causes/valley/posters")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    assert re.search(r'type="checkbox"[^>]*>', page.text) and not re.search(
        r'type="checkbox"[^>]*checked', page.text
    )
    assert 'name="lang" value="fr"' in page.text


@pytest.mark.parametrize(
    "path",
    ["/causes/nowhere/poster.pdf", "/causes/nowhere/poster.png", "/en/causes/nowhere/posters"],
)
def test_unknown_cause_has_no_poster(client, petition, path):
    assert client.get(path).status_code == 404

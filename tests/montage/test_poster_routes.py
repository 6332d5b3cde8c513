"""The addresses of posters."""

import io
import re
import threading
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from campaign.causes.models import CauseText
from campaign.extensions import db, write
from campaign.lib.times import utcnow
from campaign.montage.models import Poster
from campaign.montage.tasks import Press, posters_folder
from tests.factories.signatures import AMALIA, sign_and_hatch

PDF, PNG = "/causes/valley/poster.pdf", "/causes/valley/poster.png"


@pytest.fixture
def draw(app):
    press = Press(settings=app.config, write=write, holder="test", stop=threading.Event())

    def draw():
        db.session.rollback()
        assert press.draw_next()

    return draw


def later(**time):
    """Let the posters be so much older."""
    write(lambda: db.session.execute(update(Poster).values(drawn_at=utcnow() - timedelta(**time))))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{PNG}?w=0", "from 300 to 12000"),
        (f"{PNG}?w=12001", "from 300 to 12000"),
        (f"{PNG}?w=abc", "whole number"),
        (f"{PNG}?w=", "whole number"),
        (f"{PNG}?w=٣٠٠٠", "whole number"),
        (f"{PNG}?w={'9' * 5000}", "whole number"),
        (f"{PDF}?size=A5", "A3, A2, A1, A0"),
        (f"{PDF}?lang=de", "en, es, fr"),
    ],
)
def test_what_cannot_be_drawn_is_said_plainly(client, petition, path, said):
    answer = client.get(path)
    assert answer.status_code == 400 and answer.mimetype == "text/plain"
    assert said in answer.text


def test_a_small_poster_is_drawn_at_once(client, petition):
    answer = client.get(f"{PNG}?w=500")
    assert answer.status_code == 200 and answer.cache_control.public
    assert Image.open(io.BytesIO(answer.data)).size == (500, 707)


def test_a_width_between_the_steps_leads_to_the_next(client, petition):
    answer = client.get(f"{PNG}?w=2600&lang=fr")
    assert answer.status_code == 302
    assert answer.location == f"{PNG}?w=3000&lang=fr"


def test_a_large_poster_is_waited_for_on_a_page_that_needs_no_script(client, petition):
    answer = client.get(f"{PDF}?size=a3&lang=es")
    assert answer.status_code == 202
    assert answer.cache_control.no_store and "Set-Cookie" not in answer.headers
    assert int(answer.headers["Retry-After"]) < 10
    assert re.search(r'<noscript><meta http-equiv="refresh" content="\d+"></noscript>', answer.text)
    assert "El cartel se está dibujando." in answer.text
    assert client.get(f"{PDF}?size=A3&lang=es&progress=1").json == {
        "state": "waiting",
        "progress": 0,
        "words": "Espera su turno.",
    }


def test_a_poster_in_line_says_how_many_come_first(client, petition):
    client.get(f"{PDF}?size=A3")
    assert "One other is drawn before it." in client.get(f"{PDF}?size=A2").text


def test_a_drawn_poster_is_offered_with_a_name_and_in_parts(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    assert client.get(f"{PDF}?size=A3&progress=1").json == {"state": "ready"}
    answer = client.get(f"{PDF}?size=A3")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "valley-A3-en.pdf" in answer.headers["Content-Disposition"]
    assert answer.cache_control.public and not answer.cache_control.no_cache
    assert client.get(f"{PDF}?size=A3", headers={"Range": "bytes=0-4"}).data == b"%PDF-"
    assert client.get(f"{PDF}?size=A3", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_names_are_given_out_for_seconds_only(client, petition, draw):
    client.get(f"{PDF}?size=A3&names=1")
    draw()
    answer = client.get(f"{PDF}?size=A3&names=1")
    assert answer.cache_control.max_age <= 30 and "stale-if-error" not in answer.headers["Cache-Control"]


def test_an_hour_long_newcomers_wait_for_the_next_poster(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    sign_and_hatch(petition, AMALIA)
    later(minutes=59)
    assert client.get(f"{PDF}?size=A3").status_code == 200
    later(minutes=61)
    assert client.get(f"{PDF}?size=A3").status_code == 202


def test_while_nobody_signs_the_poster_stays_as_it_is(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    later(hours=20)
    assert client.get(f"{PDF}?size=A3").status_code == 200


def test_another_title_makes_another_poster(client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    write(lambda: db.session.execute(update(CauseText).values(title="Butterflies for the hill")))
    assert client.get(f"{PDF}?size=A3").status_code == 202


def test_a_poster_whose_file_was_lost_is_drawn_anew(app, client, petition, draw):
    client.get(f"{PDF}?size=A3")
    draw()
    for file in posters_folder(app.config).glob("*.pdf"):
        file.unlink()
    assert client.get(f"{PDF}?size=A3").status_code == 202


def test_what_failed_says_so_and_is_not_tried_at_once(client, petition):
    client.get(f"{PDF}?size=A3")
    write(lambda: db.session.execute(update(Poster).values(state="failed", asked_at=utcnow())))
    answer = client.get(f"{PDF}?size=A3")
    assert answer.status_code == 503 and "could not be drawn" in answer.text
    assert "http-equiv" not in answer.text


def test_the_page_of_posters_ticks_nothing(client, petition):
    page = client.get("/fr/causes/valley/posters")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    assert re.search(r'type="checkbox"[^>]*>', page.text) and not re.search(r'type="checkbox"[^>]*checked', page.text)
    assert 'name="lang" value="fr"' in page.text


@pytest.mark.parametrize(
    "path", ["/causes/nowhere/poster.pdf", "/causes/nowhere/poster.png", "/en/causes/nowhere/posters"]
)
def test_no_cause_has_no_poster(client, petition, path):
    assert client.get(path).status_code == 404

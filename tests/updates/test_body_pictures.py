"""Tests of pictures in the text of an update: on its page, in feeds and in emails."""

import io
import re

import pytest
from lxml import etree
from PIL import Image

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import clean_picture
from campaign.search.queries import search
from campaign.updates.body_pictures import (
    MAX_PICTURES,
    PictureInText,
    TooManyPictures,
    add_body_picture,
    remove_body_picture,
)
from campaign.updates.emails import sample
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.operations import UpdateNotReady
from tests.factories.search import index_now
from tests.factories.updates import make_update, update_now

BODY = 'They came.\n\n![](picture:1 "Photo: Amalia Rosales")\n\n![](https://tracker.example/pixel.png)\n\n![](picture:7)'
TEXTS = {lang: {"title": "An answer came", "body": BODY} for lang in ("en", "es")}
ALTS = {"en": "A lake", "es": "Un lago"}


def photo(size=(1000, 400), shade="navy"):
    """A JPEG with the place where it was taken in its metadata."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x8825] = {1: "N", 2: (19.0, 25.0, 0.0)}
    exif[0x010F] = "A camera"
    Image.new("RGB", size, shade).save(file, "JPEG", exif=exif)
    return file.getvalue()


def add(update, data=None, alts=ALTS):
    return write(
        add_body_picture,
        update_id=update.id,
        picture=clean_picture(data or photo()),
        alts=alts,
        now=utcnow(),
    )


def test_picture_in_the_text_has_alt_text_size_and_no_camera_metadata(client, app):
    add(make_update(texts=TEXTS))
    page = client.get("/es/updates/answer").text
    [figure] = re.findall(r"<figure>.*?</figure>", page)
    address = re.search(r'src="(/pictures/\w+\.webp)"', figure)[1]
    assert 'width="1000" height="400" alt="Un lago" loading="lazy"' in figure
    assert (
        f"{address}?size=small 800w" in figure
        and "<figcaption>Photo: Amalia Rosales</figcaption>" in figure
    )
    assert "tracker.example" not in page and "picture:7" not in page
    large, small = client.get(address), client.get(f"{address}?size=small")
    assert large.cache_control.public and large.cache_control.max_age >= 86400
    assert [Image.open(io.BytesIO(item.data)).size for item in (large, small)] == [
        (1000, 400),
        (800, 320),
    ]
    assert not Image.open(io.BytesIO(large.data)).getexif() and b"A camera" not in large.data
    assert client.get("/pictures/0123456789abcdef.webp").status_code == 404


def test_feed_shows_it_by_its_absolute_url_and_an_email_loads_nothing(client, app):
    add(make_update(texts=TEXTS))
    feed = etree.fromstring(client.get("/en/feed.atom").data)
    content = feed.findtext(".//{*}entry/{*}content")
    assert '<img src="http://localhost/pictures/' in content and 'alt="A lake"' in content
    message = sample(update_now(), "en")
    assert "<img" not in message.html and "tracker.example" not in message.html
    assert re.search(
        r'<a [^>]*href="http://localhost/pictures/\w+\.webp"[^>]*>[^<]*A lake</a><br>Photo: Amalia Rosales',
        message.html,
    )
    assert re.search(
        r"A lake\nPhoto: Amalia Rosales \(http://localhost/pictures/\w+\.webp\)", message.text
    )


def test_update_is_found_by_the_alt_text_of_its_picture(app):
    update = make_update(texts=TEXTS)
    add(update)
    index_now()
    assert [
        [hit.slug for hit in search(query, lang).hits]
        for query, lang in (("lake", "en"), ("lago", "es"), ("lake", "es"))
    ] == [["answer"], ["answer"], []]


@pytest.mark.slow
def test_same_picture_twice_is_one_and_their_number_is_limited(app):
    update = make_update(texts=TEXTS)
    assert [add(update).number, add(update, alts={"en": "The lake", "es": "El lago"}).number] == [
        1,
        1,
    ]
    assert update_now().body_pictures[0].alts["es"] == "El lago"
    for shade in range(1, MAX_PICTURES):
        add(update, photo((20, 20), (shade * 12, 0, 0)))
    with pytest.raises(TooManyPictures):
        add(update, photo((20, 20), "white"))


def test_picture_shown_in_the_text_cannot_be_removed(client, app):
    update = make_update(texts=TEXTS)
    add(update)
    second = add(update, photo((20, 20), "red"))
    with pytest.raises(PictureInText) as refused:
        write(remove_body_picture, update_id=update.id, number=1, now=utcnow())
    assert refused.value.langs == ["en", "es"]
    write(remove_body_picture, update_id=update.id, number=second.number, now=utcnow())
    assert client.get(f"/pictures/{second.digest}.webp").status_code == 404


def test_update_cannot_be_published_while_alt_text_is_missing(app):
    update = make_update(texts=TEXTS, draft=True)
    add(update, alts={"en": "A lake"})
    with pytest.raises(UpdateNotReady) as refused:
        write(update_life_cycle.publish, row_id=update.id, now=utcnow())
    assert refused.value.faults == [("body_alt", "es")]

"""Tests of the picture of a petition."""

import io

import pytest
from PIL import Image

from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.petitions.operations import clone_petition, pictures
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import clean_picture
from tests.factories.petitions import make_petition

ALTS = {"en": "Mothers with photographs", "es": "Madres con fotografías", "fr": ""}


def photograph(size=(2000, 1000)):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", size, "orange").save(file, "JPEG", exif=exif)
    return file.getvalue()


def picture_now():
    db.session.rollback()
    return petition_in_any_state("home").picture


def path_now():
    return f"/petitions/home/picture-{picture_now().digest}.webp"


def give_picture(petition, **more):
    typed = {
        "picture": clean_picture(photograph()),
        "alts": ALTS,
        "version": None,
        "focal": (20, 90),
        "now": utcnow(),
        **more,
    }
    return write(pictures.change, owner_id=petition.id, **typed)


def test_picture_is_above_the_text_with_alt_text_in_two_sizes(client):
    give_picture(make_petition())
    path = path_now()
    for lang, alt in (
        ("en", "Mothers with photographs"),
        ("es", "Madres con fotografías"),
        ("fr", "Mothers with photographs"),
    ):
        page = client.get(f"/{lang}/petitions/home").text
        assert (
            f'alt="{alt}"' in page
            and f"{path}?size=small 800w" in page
            and "focal-x-20 focal-y-90" in page
        )
        assert 'property="og:image" content="http://localhost/petitions/home/card.png' in page
    large, small = client.get(path), client.get(f"{path}?size=small")
    assert [Image.open(io.BytesIO(answer.data)).width for answer in (large, small)] == [1600, 800]
    assert large.headers["Cache-Control"].startswith("public") and b"secret place" not in large.data


def test_small_picture_has_one_size(client):
    give_picture(make_petition(), picture=clean_picture(photograph((300, 200))))
    assert (
        "srcset"
        not in client.get("/en/petitions/home")
        .text.partition("petition-picture")[0]
        .rpartition("<img")[2]
    )
    path = path_now()
    assert client.get(f"{path}?size=small").data == client.get(path).data


def test_alt_text_and_focus_change_without_a_new_file_and_conflicts_are_told(client):
    petition = make_petition()
    give_picture(petition)
    data = client.get(path_now()).data
    seen = petition_in_any_state("home").version_of("picture")
    give_picture(petition, picture=None, focal=(0, 0))
    assert (client.get(path_now()).data, picture_now().focal_x) == (data, 0)
    with pytest.raises(EditConflict):
        give_picture(petition, version=seen)


def test_pictures_of_drafts_and_removed_pictures_are_not_served(client):
    petition = make_petition(state="draft")
    give_picture(petition)
    path = path_now()
    assert client.get(path).status_code == 404
    write(pictures.remove, owner_id=petition.id, now=utcnow())
    write(pictures.remove, owner_id=petition.id, now=utcnow())
    assert picture_now() is None


def test_next_campaign_begins_with_the_same_picture(client):
    petition = make_petition()
    give_picture(petition)
    write(clone_petition, petition_id=petition.id, slug="home-2", cause_id=petition.cause_id)
    db.session.rollback()
    made = petition_in_any_state("home-2").picture
    assert (made.digest, made.alts, made.focal_y) == (picture_now().digest, picture_now().alts, 90)

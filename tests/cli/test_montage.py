"""Tests of `flask montage`: places, masks, shapes and posters."""

import io

import numpy as np
import pytest
from PIL import Image

from campaign.causes.queries import cause_by_slug
from campaign.extensions import db
from campaign.montage.shapes.files import shape_named
from tests.factories.pictures import grating, heart
from tests.factories.signatures import AMALIA, sign_and_hatch


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "heart.png"
    path.write_bytes(heart())
    return path


def shape_now():
    db.session.rollback()
    return cause_by_slug("valley").shape


def test_mask_of_a_cause_is_written_as_a_picture(run, petition, tmp_path):
    assert run("montage", "mask", "valley", "--output", tmp_path / "mask.png").exit_code == 0
    with Image.open(tmp_path / "mask.png") as image:
        assert np.array_equal(np.array(image.convert("1")), shape_named("monarch").mask)


@pytest.mark.slow
def test_picture_is_previewed_before_the_cause_accepts_it(run, petition, picture, tmp_path):
    done = run("montage", "shape", "valley", picture, "--previews", tmp_path)
    assert done.exit_code == 0 and shape_now() == "monarch"
    for count in (100, 10_000, 1_000_000):
        with Image.open(tmp_path / f"heart-{count}.png") as image:
            assert image.size == (800, 800)


@pytest.mark.slow
def test_accepted_shape_is_drawn_and_sent_to_browsers(run, client, petition, picture, tmp_path):
    assert (
        run("montage", "shape", "valley", picture, "--previews", tmp_path, "--accept").exit_code
        == 0
    )
    shape = shape_now()
    assert shape.startswith("own-")
    assert client.get(f"/montage/any/{shape}.bin").status_code == 200
    assert f"/{shape}.bin" in client.get("/en/causes/valley/montage").text
    for path in ("montage.png?w=100", "card.png", "poster.png?w=300"):
        assert Image.open(io.BytesIO(client.get(f"/causes/valley/{path}").data)).width
    done = run("montage", "places", "valley", 1, 3)
    assert done.stdout.count("\n") == 4


@pytest.mark.slow
def test_butterflies_already_placed_move_only_on_request(run, petition, picture, tmp_path):
    sign_and_hatch(petition, AMALIA)
    done = run("montage", "shape", "valley", picture, "--previews", tmp_path, "--accept")
    assert done.exit_code == 1 and "--move" in done.output and shape_now() == "monarch"
    assert (
        run(
            "montage", "shape", "valley", picture, "--previews", tmp_path, "--accept", "--move"
        ).exit_code
        == 0
    )
    assert shape_now().startswith("own-")


def test_unsuitable_picture_is_refused_as_a_shape(run, petition, tmp_path):
    path = tmp_path / "grating.png"
    path.write_bytes(grating())
    done = run("montage", "shape", "valley", path, "--previews", tmp_path)
    assert done.exit_code == 1 and shape_now() == "monarch"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("size", "head"), [("A3", b"%PDF-"), ("400", b"\x89PNG")])
def test_poster_is_written_at_once(run, petition, tmp_path, size, head):
    sign_and_hatch(petition, AMALIA, name_display="full")
    output = tmp_path / "poster"
    done = run(
        "montage", "poster", "valley", "--size", size, "--lang", "es", "--names", "--output", output
    )
    assert done.exit_code == 0 and output.read_bytes().startswith(head)


def test_unknown_paper_size_is_refused(run, petition, tmp_path):
    done = run("montage", "poster", "valley", "--size", "A9", "--output", tmp_path / "poster")
    assert done.exit_code == 2 and "A3, A2, A1, A0" in done.output


def test_unknown_cause_is_reported(run, petition, tmp_path):
    for command in (("mask", "nowhere"), ("poster", "nowhere")):
        done = run("montage", *command, "--output", tmp_path / "x")
        assert done.exit_code == 1 and "nowhere" in done.output

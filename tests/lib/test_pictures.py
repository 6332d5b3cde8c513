"""Pictures that organizers upload."""

import io

import pytest
from PIL import Image

from campaign.lib import pictures
from campaign.lib.pictures import PictureRefused, clean_picture


def picture(size=(400, 200), kind="PNG", mode="RGB", **options):
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("PNG", "P"), ("WEBP", "RGB")])
def test_a_picture_of_any_usual_kind_becomes_webp(kind, mode):
    cleaned = clean_picture(picture(kind=kind, mode=mode))
    assert Image.open(io.BytesIO(cleaned.data)).format == "WEBP"
    assert (cleaned.width, cleaned.height) == (400, 200)


def test_a_large_picture_is_made_smaller_and_a_turned_one_stands_upright():
    assert clean_picture(picture((3200, 800))).width == 1600
    exif = Image.Exif()
    exif[0x0112] = 6
    cleaned = clean_picture(picture((400, 200), "JPEG", exif=exif))
    assert (cleaned.width, cleaned.height) == (200, 400)


@pytest.mark.parametrize("data", [b"", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n broken", picture(kind="GIF", mode="P")])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PictureRefused) as refusal:
        clean_picture(data)
    assert refusal.value.code == "format"


def test_too_many_bytes_or_pixels_are_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    with pytest.raises(PictureRefused, match="pixels"):
        clean_picture(picture())
    monkeypatch.setattr(pictures, "MOST_BYTES", 10)
    with pytest.raises(PictureRefused, match="bytes"):
        clean_picture(picture())

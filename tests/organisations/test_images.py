"""Tests of uploaded logos: they are decoded, scaled down, and lose what cameras add."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from campaign.organisations.images import ImageRefused, clean_image


def picture(size=(300, 100), kind="PNG", mode="RGBA", **options):
    file = BytesIO()
    Image.new(mode, size, "#a3471a").save(file, kind, **options)
    return file.getvalue()


def bomb(width, height):
    """Return a PNG that claims this size in a few bytes."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + picture()[33:]


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("WEBP", "RGB"), ("JPEG", "RGB")])
def test_picture_becomes_a_png_of_at_most_1200_pixels(kind, mode):
    image = clean_image(picture((2400, 600), kind, mode))
    assert (image.media_type, image.width, image.height) == ("image/png", 1200, 300)
    assert Image.open(BytesIO(image.data)).format == "PNG"


def test_hidden_data_is_removed():
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    for kind in ("JPEG", "PNG", "WEBP"):
        data = clean_image(picture((30, 30), kind, "RGB", exif=exif, icc_profile=b"where")).data
        assert b"where" not in data
        assert Image.open(BytesIO(data)).info == {}


def test_bomb_is_refused_before_it_is_decoded():
    with pytest.raises(ImageRefused) as refusal:
        clean_image(bomb(20_000, 20_000))
    assert refusal.value.code == "pixels"


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"])
def test_other_files_are_refused(data):
    with pytest.raises(ImageRefused) as refusal:
        clean_image(data)
    assert refusal.value.code == "format"


def test_svg_is_cleaned_also_after_a_byte_order_mark():
    svg = '\ufeff\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect/></svg>'
    image = clean_image(svg.encode())
    assert (image.media_type, image.width, image.height) == ("image/svg+xml", 20, 10)
    with pytest.raises(ImageRefused) as refusal:
        clean_image(svg.replace("<rect/>", "<script/>").encode())
    assert refusal.value.code == "svg_active"

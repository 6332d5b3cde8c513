"""Tests of pictures that organizers upload."""

import io
import struct

import pytest
from PIL import Image

from campaign.process import isolated
from campaign.publishing import picture_decoding, picture_upload
from campaign.publishing.picture_upload import PictureUploadRefused, clean_picture


def picture(size=(400, 200), kind="PNG", mode="RGB", **options):
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_picture_of_any_common_format_becomes_webp(kind, mode):
    cleaned = clean_picture(picture(kind=kind, mode=mode))
    assert Image.open(io.BytesIO(cleaned.data)).format == "WEBP"
    assert (cleaned.width, cleaned.height) == (400, 200)


def test_large_picture_is_reduced_and_a_rotated_one_is_turned_upright():
    assert clean_picture(picture((3200, 800))).width == 1600
    exif = Image.Exif()
    exif[0x0112] = 6
    cleaned = clean_picture(picture((400, 200), "JPEG", exif=exif))
    assert (cleaned.width, cleaned.height) == (200, 400)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n broken", picture(kind="GIF", mode="P")],
)
def test_non_picture_is_refused(data):
    with pytest.raises(PictureUploadRefused) as refusal:
        clean_picture(data)
    assert refusal.value.code == "format"


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\xff\xff\xff\xff\0\0",
        b"Exif\0\0",
    ],
)
def test_wrong_camera_metadata_breaks_nothing(exif):
    data = picture((400, 200), "JPEG", exif=exif)
    try:
        assert clean_picture(data).width in (200, 400)
    except PictureUploadRefused as refusal:
        assert refusal.code == "format"


@pytest.mark.parametrize(
    "fault", [struct.error("unpack"), EOFError(), IndexError(), ZeroDivisionError(), MemoryError()]
)
def test_any_decoder_failure_is_reported_as_no_picture(monkeypatch, tmp_path, fault):
    def fail(*_):
        raise fault

    monkeypatch.setattr(picture_decoding.ImageOps, "exif_transpose", fail)
    (tmp_path / "picture").write_bytes(picture())
    assert picture_decoding.clean(tmp_path) == {"refused": "format"}


def test_pictures_are_decoded_in_a_process_that_knows_no_secret(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("decoded here")

    data = picture()
    monkeypatch.setattr(Image, "open", fail)
    assert clean_picture(data).width
    assert "SECRET_KEY" not in isolated.program("campaign.publishing.picture_decoding")["env"]


def test_process_that_dies_or_takes_too_long_is_no_picture(monkeypatch):
    monkeypatch.setattr(picture_upload, "MAX_SECONDS", 0)
    with pytest.raises(PictureUploadRefused, match="format"):
        clean_picture(picture())


def test_phones_get_a_smaller_version_of_a_wide_picture():
    assert clean_picture(picture((800, 400))).small is None
    assert Image.open(io.BytesIO(clean_picture(picture((1700, 400))).small)).width == 800


def test_too_many_bytes_or_pixels_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(picture_decoding, "MAX_PIXELS", 1000)
    (tmp_path / "picture").write_bytes(picture())
    assert picture_decoding.clean(tmp_path) == {"refused": "pixels"}
    monkeypatch.setattr(picture_upload, "MAX_BYTES", 10)
    with pytest.raises(PictureUploadRefused, match="bytes"):
        clean_picture(picture())

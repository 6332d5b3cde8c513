"""Logos and marks that people upload, made safe to show.

An SVG is cleaned (svg.py). Any other picture is decoded in a separate process, and encoded again as
PNG, because emails and PDFs show no WebP.
"""

from dataclasses import dataclass
from hashlib import blake2b

from campaign.organisations.svg import SvgRefused, clean_svg
from campaign.publishing.picture_upload import PictureUploadRefused, clean_logo

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ImageRefused(ValueError):
    """The bytes are no image that we can show.

    `code` is that of PictureUploadRefused or of SvgRefused.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class CleanImage:
    """An image that is safe to show. The fields are those of `OrganisationImage`."""

    media_type: str
    data: bytes
    width: int
    height: int
    digest: str


def clean_image(data: bytes) -> CleanImage:
    """Return the image in `data`, at most 1,200 pixels wide and high. Raise ImageRefused.

    A large one takes a second or two, so never call this inside a database transaction.
    """
    is_svg = data.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"<")
    try:
        image = clean_svg(data) if is_svg else clean_logo(data)
    except (SvgRefused, PictureUploadRefused) as refusal:
        raise ImageRefused(refusal.code) from refusal
    return CleanImage(
        media_type="image/svg+xml" if is_svg else "image/png",
        data=image.data,
        width=image.width,
        height=image.height,
        digest=blake2b(image.data, digest_size=8).hexdigest(),
    )

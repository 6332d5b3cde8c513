"""The logo of an organisation as a PDF shows it."""

import logging
from dataclasses import dataclass

from sqlalchemy import select

from campaign.extensions import db
from campaign.montage.typesetting import WHITE, PdfCanvas, Pixels
from campaign.organisations.models import OrganisationImage
from campaign.organisations.svg_flattening import flat_svg
from campaign.organisations.svg_numbers import NotDrawable

# The sides of the trial, in points and pixels.
TRIAL_SIDE = 160
# A grey that is still seen on white paper.
PALEST = 0xE6
log = logging.getLogger("campaign.exports")


@dataclass(frozen=True)
class Logo:
    """A logo that `PdfCanvas.picture` can draw: a PNG or WebP file, or a flat SVG.

    `width` and `height` are in pixels. Only their proportion counts.
    """

    data: bytes
    width: int
    height: int


def logo_of(organisation_id: int) -> Logo | None:
    """Return an organisation's logo, or None if it has none or if a PDF cannot show it."""
    image = db.session.scalar(
        select(OrganisationImage).where(
            OrganisationImage.organisation_id == organisation_id,
            OrganisationImage.purpose == "logo",
        )
    )
    if image is None:
        return None
    if image.media_type != "image/svg+xml":
        return Logo(image.data, image.width, image.height)
    try:
        logo = Logo(flat_svg(image.data), image.width, image.height)
        _try(logo)
    except Exception as error:
        # fpdf2 raises different errors for paths and colours that it does not understand. Log only
        # the error's type or our own text: the others could contain data from the logo.
        reason = str(error) if isinstance(error, NotDrawable) else type(error).__name__
        log.warning("logo of organisation %s not drawn in a PDF: %s", organisation_id, reason)
        return None
    return logo


def _try(logo: Logo) -> None:
    """Draw the logo on a separate page. Raise NotDrawable if nothing is seen on white paper."""
    canvas = PdfCanvas(TRIAL_SIDE, TRIAL_SIDE, title="", lang="")
    canvas.add(WHITE)
    canvas.picture(logo.data, 0, 0, TRIAL_SIDE, TRIAL_SIDE)
    pixels = Pixels(canvas.output(), TRIAL_SIDE, TRIAL_SIDE)
    try:
        if pixels.rows(0, TRIAL_SIDE).min() > PALEST:
            raise NotDrawable("invisible on white")
    finally:
        pixels.close()

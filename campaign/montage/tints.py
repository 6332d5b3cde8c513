"""The colours of a butterfly's parts, derived from the colour of its place."""

import numpy as np

from campaign.montage.shapes import PARTS, Shape

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
# How far the parts of a small butterfly differ from the colour of its place, per channel. Without
# this it would be only a blot.
CONTRAST = np.array(
    [[-0.3, -0.36, -0.44], [-0.06, -0.09, -0.1], [0.13, 0.12, 0.1], [0.2, 0.2, 0.2]], np.float32
)
CHUNK = 1 << 16


def nearness(size: float) -> float:
    """Return 0 if butterflies of this size in pixels are specks of colour, 1 if Monarchs."""
    return min(max((size - 9) / 70, 0), 1)


def tints(shape: Shape, colours: np.ndarray, size: float, night: bool) -> np.ndarray:
    """Return the tints of butterflies of these colours and size in pixels.

    The array is n × 4 parts × 3, uint8.
    """
    tinted = np.empty((len(colours), len(PARTS), 3), np.uint8)
    for start in range(0, len(colours), CHUNK):
        part = slice(start, start + CHUNK)
        tinted[part] = _tints(shape, colours[part].astype(np.float32), size, night)
    return tinted


def _tints(shape: Shape, flat: np.ndarray, size: float, night: bool) -> np.ndarray:
    luminance = flat @ LUMINANCE
    lift = np.subtract(shape.night_ink, shape.ink).astype(np.float32) * night
    darkness = np.clip((90 - luminance) / 50, 0, 1)
    flat = flat + darkness[:, None] * lift
    # Below a few pixels the parts blend, and contrast would only darken the whole.
    contrast = CONTRAST * min(max((size - 1) / 9, 0), 1)
    # Pale wings need less contrast: a grey vein on cream is as clear as a black one on orange.
    softness = 1 - 0.5 * np.clip((luminance - 180) / 50, 0, 1)
    far = flat[:, None, :] * (1 + softness[:, None, None] * contrast)
    near = nearness(size)
    if near and len(shape.near_luminance):
        far += near * (_near(shape, luminance, lift) - far)
    return np.clip(far, 0, 255)


def _near(shape: Shape, luminance: np.ndarray, lift: np.ndarray) -> np.ndarray:
    near = np.empty((len(luminance), len(PARTS), 3), np.float32)
    for part in range(len(PARTS)):
        for channel in range(3):
            anchors = shape.near_tints[:, part, channel]
            near[:, part, channel] = np.interp(luminance, shape.near_luminance, anchors)
    near[:, 0] += lift
    return near

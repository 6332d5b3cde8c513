"""Paint hundreds of thousands of tiny butterflies at once, with a depth buffer."""

from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import cast

import numpy as np

from campaign.montage.rendering.flock import Flock
from campaign.montage.rendering.sprites import VARIANTS, Sprites, Stance
from campaign.montage.rendering.swarm import REACH

# Samples per pixel in each direction, by the largest picture width they are used for.
FINE = {600: 4, 1600: 3}
COARSE = 2
TURN = 2048
TURNS = 9
SCALES = (1020, 1100, 1180)
# Ink, dark cell and light cell. Four instead of three, so that the part fits in two bits.
PARTS = 4
BAND_POINTS = 6_000_000
CHUNK_POINTS = 1_000_000


@dataclass(frozen=True)
class _Stamps:
    """The points that each turned pose covers.

    Stamp s has `count[s]` rows in the other columns, from row `start[s]` on.
    """

    count: np.ndarray
    start: np.ndarray
    down: np.ndarray
    across: np.ndarray
    part: np.ndarray

    def points(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how many points each of these stamps has, and the rows of all their points."""
        count = self.count[indices]
        first = self.start[indices] - (np.cumsum(count) - count)
        return count, np.arange(count.sum()) + np.repeat(first, count)


class Cloud:
    """A flock, painted in bands so that a picture can be larger than memory."""

    def __init__(self, flock: Flock) -> None:
        self._flock = flock
        self._fine = next(
            (points for widest, points in FINE.items() if flock.width <= widest), COARSE
        )
        self._stamps = _stamps(flock.size * self._fine)
        self._reach = ceil(flock.size * 1.22 * REACH / 2) + 2

    def paint(self, top: int, bottom: int) -> np.ndarray:
        """Return rows top … bottom on a transparent ground.

        The array is rows × width × 4 uint8, premultiplied.
        """
        flock, fine, reach = self._flock, self._fine, self._reach
        height = max(reach, BAND_POINTS // (flock.width * fine * fine))
        picture = np.zeros((bottom - top, flock.width, 4), np.uint8)
        for first in range(top, bottom, height):
            last = min(first + height, bottom)
            near = flock.part(flock.between(first - reach, last + reach))
            picture[first - top : last - top] = _paint_band(
                near, self._stamps, fine, reach, first, last
            )
        return picture


def _stamps(size: float) -> _Stamps:
    sprites = Sprites(size)
    out = ceil(size * 1.22 * REACH) + 2
    poses = product(range(VARIANTS), (False, True), range(-TURNS, TURNS + 1), SCALES)
    points = []
    for variant, flip, turn, scale in poses:
        stance = Stance(flip, turn * TURN, size * scale / 1000, out, out, out / 2, out / 2)
        shares = np.asarray(sprites.turned(variant, stance))
        cover = shares[:, :, 0]
        down, across = np.nonzero(cover >= min(110, cover.max()))
        cover, cell, wash, _ = shares[down, across].astype(np.int16).T
        part = (2 * cell > cover) * (1 + (2 * wash > cell))
        points.append((down - out // 2, across - out // 2, part))
    count = np.array([len(down) for down, _, _ in points])
    down, across, part = (np.concatenate(column) for column in zip(*points, strict=True))
    return _Stamps(count, np.cumsum(count) - count, down, across, part.astype(np.uint32))


def _stamp_indices(flock: Flock) -> np.ndarray:
    """Return the index of each butterfly's stamp."""
    turn = np.clip(np.rint(flock.turn / TURN).astype(np.int32), -TURNS, TURNS) + TURNS
    scale = np.digitize(flock.scale, (1060, 1140))
    pose = flock.variant.astype(np.int32) * 2 + flock.flip
    return cast(np.ndarray, (pose * (2 * TURNS + 1) + turn) * len(SCALES) + scale)


def _paint_band(
    flock: Flock, stamps: _Stamps, fine: int, reach: int, top: int, bottom: int
) -> np.ndarray:
    # Butterflies up to `reach` outside the band overlap it, and extend as far again on their outer
    # side.
    rim = 2 * reach * fine
    across = flock.width * fine + 2 * rim
    depth = np.zeros(((bottom - top) * fine + 2 * rim, across), np.uint32)
    offset = stamps.down * across + stamps.across
    row = (flock.y * fine).astype(np.int64) - top * fine + rim
    centre = row * across + (flock.x * fine).astype(np.int64) + rim
    rank = np.arange(1, len(centre) + 1, dtype=np.uint32)
    indices = _stamp_indices(flock)
    chunk_size = max(1, CHUNK_POINTS // int(stamps.count.max()))
    for start in range(0, len(centre), chunk_size):
        part = slice(start, start + chunk_size)
        count, point = stamps.points(indices[part])
        covered = np.repeat(centre[part], count) + offset[point]
        # The butterfly with the highest rank at a point is on top.
        ranked = np.repeat(rank[part], count) * PARTS + stamps.part[point]
        np.maximum.at(depth.ravel(), covered, ranked)
    return _mean_colours(depth[rim:-rim, rim:-rim], flock.tints, fine)


def _mean_colours(depth: np.ndarray, tints: np.ndarray, fine: int) -> np.ndarray:
    """Return the mean colour of the topmost points of each pixel."""
    colours = np.full((len(tints) + 1, PARTS, 4), 255, np.uint8)
    colours[1:, :, :3] = tints
    colours[0] = 0
    packed = colours.view(np.uint32).ravel()
    height, width = depth.shape[0] // fine, depth.shape[1] // fine
    total = np.zeros((height, width, 4), np.uint16)
    for down in range(fine):
        for across in range(fine):
            points = depth[down::fine, across::fine]
            total += packed[points].view(np.uint8).reshape(height, width, 4)
    return (total // (fine * fine)).astype(np.uint8)

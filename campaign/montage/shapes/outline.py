"""Trace the outline of a shape's mask."""

from collections.abc import Iterator
from typing import cast

import numpy as np

# The distance between two points in pixels, which is larger if there would be more than MAX_POINTS.
STEP, MAX_POINTS = 7, 4000
# Shorter loops, in pixels, are left out.
MIN_LOOP = 24
# How many neighbouring corners are averaged.
SMOOTH = 9


def dots_of(mask: np.ndarray) -> np.ndarray:
    """Return the outline of a mask (1024×1024 bool), holes included.

    The result is n×2 places in sixteenths of a pixel (int).
    """
    loops = [_smooth(loop) for loop in _loops(mask) if len(loop) >= MIN_LOOP]
    length = sum(_lengths(loop).sum() for loop in loops)
    step = max(STEP, length / MAX_POINTS)
    dots = [_sampled(loop, step) for loop in loops]
    return np.rint(np.concatenate(dots) * 16).astype(int) if dots else np.empty((0, 2), int)


def _loops(mask: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the closed paths along the edge of the mask, as corners (column, row).

    The mask is always to the right of the path.
    """
    edges = _edges(np.pad(mask, 1))
    while edges:
        start = corner = next(iter(edges))
        loop, heading = [], (0, 0)
        while True:
            next_corners = edges[corner]
            # Where two paths meet at a corner, turning right keeps them apart.
            right = (corner[0] - heading[1], corner[1] + heading[0])
            next_corner = right if right in next_corners else next_corners[0]
            next_corners.remove(next_corner)
            if not next_corners:
                del edges[corner]
            loop.append(corner)
            heading, corner = (next_corner[0] - corner[0], next_corner[1] - corner[1]), next_corner
            if corner == start:
                break
        yield np.array(loop, float)


def _edges(padded: np.ndarray) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return {corner: [next corners]} of all edges, in coordinates of the mask without padding."""
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def add(
        rows: np.ndarray, columns: np.ndarray, start: tuple[int, int], end: tuple[int, int]
    ) -> None:
        for row, column in zip((rows - 1).tolist(), (columns - 1).tolist(), strict=True):
            edges.setdefault((column + start[0], row + start[1]), []).append(
                (column + end[0], row + end[1])
            )

    inner = padded[1:-1, 1:-1]
    for shift, start, end in (
        ((0, 1), (0, 0), (1, 0)),  # nothing above: to the right along the upper edge
        ((1, 2), (1, 0), (1, 1)),  # nothing to the right: down
        ((2, 1), (1, 1), (0, 1)),  # nothing below: to the left
        ((1, 0), (0, 1), (0, 0)),  # nothing to the left: up
    ):
        height, width = inner.shape
        beside = padded[shift[0] : shift[0] + height, shift[1] : shift[1] + width]
        rows, columns = np.nonzero(inner & ~beside)
        add(rows + 1, columns + 1, start, end)
    return edges


def _smooth(loop: np.ndarray) -> np.ndarray:
    """Return the loop without its stairs: each corner moves to the mean of its neighbours."""
    half = SMOOTH // 2
    wrapped = np.concatenate([loop[-half:], loop, loop[:half]])
    total = np.cumsum(np.concatenate([np.zeros((1, 2)), wrapped]), axis=0)
    return cast(np.ndarray, (total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH)


def _lengths(loop: np.ndarray) -> np.ndarray:
    return cast(np.ndarray, np.hypot(*(np.roll(loop, -1, axis=0) - loop).T))


def _sampled(loop: np.ndarray, step: float) -> np.ndarray:
    lengths = _lengths(loop)
    distances = np.concatenate([[0], np.cumsum(lengths)])
    closed = np.concatenate([loop, loop[:1]])
    positions = np.linspace(0, distances[-1], max(1, round(distances[-1] / step)), endpoint=False)
    return np.stack([np.interp(positions, distances, closed[:, axis]) for axis in (0, 1)], axis=1)

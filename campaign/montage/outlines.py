"""The outline of a mask as evenly spaced dots, shown while a shape is nearly empty."""

from collections.abc import Iterator

import numpy as np

STEP = 7
MAX_POINTS = 4000
MIN_LOOP = 24
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
    ways = _edges(np.pad(mask, 1))
    while ways:
        start = here = next(iter(ways))
        loop, heading = [], (0, 0)
        while True:
            onward = ways[here]
            # Where two paths meet at a corner, turning right keeps them apart.
            right = (here[0] - heading[1], here[1] + heading[0])
            there = right if right in onward else onward[0]
            onward.remove(there)
            if not onward:
                del ways[here]
            loop.append(here)
            heading, here = (there[0] - here[0], there[1] - here[1]), there
            if here == start:
                break
        yield np.array(loop, float)


def _edges(padded: np.ndarray) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return {corner: [next corners]} of all edges, in coordinates of the mask without padding."""
    ways = {}

    def add(
        rows: np.ndarray, columns: np.ndarray, start: tuple[int, int], end: tuple[int, int]
    ) -> None:
        for row, column in zip((rows - 1).tolist(), (columns - 1).tolist(), strict=True):
            ways.setdefault((column + start[0], row + start[1]), []).append(
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
    return ways


def _smooth(loop: np.ndarray) -> np.ndarray:
    """Return the loop without its stairs: each corner moves to the mean of its neighbours."""
    half = SMOOTH // 2
    wrapped = np.concatenate([loop[-half:], loop, loop[:half]])
    total = np.cumsum(np.concatenate([np.zeros((1, 2)), wrapped]), axis=0)
    return (total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH


def _lengths(loop: np.ndarray) -> np.ndarray:
    return np.hypot(*(np.roll(loop, -1, axis=0) - loop).T)


def _sampled(loop: np.ndarray, step: float) -> np.ndarray:
    lengths = _lengths(loop)
    way = np.concatenate([[0], np.cumsum(lengths)])
    closed = np.concatenate([loop, loop[:1]])
    places = np.linspace(0, way[-1], max(1, round(way[-1] / step)), endpoint=False)
    return np.stack([np.interp(places, way, closed[:, axis]) for axis in (0, 1)], axis=1)

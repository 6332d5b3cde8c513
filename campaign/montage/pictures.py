"""Pictures drawn while somebody waits: montages, cards and small posters, kept in files by what they show."""

import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from campaign.errors import CampaignError
from campaign.montage.cards import draw_card
from campaign.montage.drawing import draw, encode_png, max_visible
from campaign.montage.queries import find_shape

KEPT_SECONDS = 3600
MAX_BYTES = 512 * 1024**2
MAX_WAITING = 8
# A request waits so long for a new picture where there is an older one to show.
PATIENCE_SECONDS = 1
# And browsers may keep the older one so long.
OLDER_SECONDS = 5

log = logging.getLogger("campaign.pictures")


class TooManyPictures(CampaignError):
    """So many pictures are wanted at once that one more would keep a thread from people who sign."""

    status = 503


class Line:
    """Those who wait for one picture to be drawn at a time, as drawing takes the processor from people who sign."""

    def __init__(self, most):
        self.drawing = threading.Lock()
        self._places = threading.BoundedSemaphore(most)

    @contextmanager
    def place(self):
        """Wait for something inside. Raises TooManyPictures where many wait already."""
        if not self._places.acquire(blocking=False):
            raise TooManyPictures
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self):
        """Wait for one's turn to draw. Raises TooManyPictures where many wait already."""
        with self.place(), self.drawing:
            yield


class Drawer:
    """One thread that draws the pictures of this process in turn, each once however many ask for it."""

    def __init__(self):
        self._pool = ThreadPoolExecutor(1, "pictures")
        self._lock = threading.Lock()
        self._futures = {}

    def draw(self, file, work):
        """Return the Future of `work()`, which draws `file`; the one under way where there is one."""
        with self._lock:
            future = self._futures.get(file)
            if future is None:
                future = self._futures[file] = self._pool.submit(self._run, file, work)
            return future

    def _run(self, file, work):
        try:
            return work()
        finally:
            with self._lock:
                del self._futures[file]


@dataclass(frozen=True)
class Picture:
    """A PNG; `is_current` is false where a newer one is still being drawn."""

    png: bytes
    is_current: bool = True


_line = Line(MAX_WAITING)
_drawer = Drawer()


def montage_png(folder, *, cause_id, shape, count, width, gaps=(), night=False):
    """Return the Picture of butterflies 1 … `count` without the `gaps`, `width` pixels wide.

    Counts that look the same share a file.
    """
    found = find_shape(shape)
    seen = min(count, max_visible(found, width))
    gaps = tuple(sorted(gap for gap in gaps if gap <= seen))
    shows = ("montage", shape, seen, width, gaps, night)
    return latest(
        folder,
        ("montage", cause_id, width, night),
        shows,
        lambda: encode_png(draw(found, seen, width, gaps=gaps, night=night)),
    )


def card_png(folder, card):
    """Return the Picture of a Card."""
    shape = find_shape(card.shape)
    return latest(folder, ("card", card.address, card.lang), card, lambda: draw_card(card, shape))


def latest(folder, series, shows, make):
    """Return the Picture that shows `shows`; while it is being drawn, after a second, the last one of its `series`.

    It is drawn in a thread of its own, even where nobody waits any longer. `make` may not need the request.
    Raises TooManyPictures where there is no older one, and many wait already.
    """
    file = Path(folder) / f"{_digest(series)}-{_digest(shows)}.png"
    with suppress(FileNotFoundError):
        return Picture(file.read_bytes())
    future = _drawer.draw(file, lambda: _drawn(file, make, _line.drawing))
    older = _newest(file.parent, _digest(series))
    try:
        with _line.place():
            return Picture(future.result(PATIENCE_SECONDS if older else None))
    except (TimeoutError, TooManyPictures):
        if older is None:
            raise
        return Picture(older, is_current=False)


def kept(folder, shows, make, line=_line):
    """Return the file that shows `shows`, from `folder` or made now, when it is one's turn in the Line.

    Raises TooManyPictures. Files older than an hour go, and the oldest where they are too many.
    """
    file = Path(folder) / f"{_digest(shows)}.png"
    # Another process may sweep it away between a look and a reading.
    with suppress(FileNotFoundError):
        return file.read_bytes()
    with line.place():
        return _drawn(file, make, line.drawing)


def _digest(shows):
    return blake2b(repr(shows).encode(), digest_size=12).hexdigest()


def _drawn(file, make, turn):
    with turn:
        with suppress(FileNotFoundError):
            return file.read_bytes()
        content = make()
        try:
            _keep(file, content)
            _sweep(file.parent)
        except OSError:
            # A full disk costs the next who looks some time, and nobody the picture.
            log.exception("a picture could not be kept")
        return content


def _newest(folder, series):
    """Return the last picture of a series that is not too old to show, or None."""
    edge = time.time() - KEPT_SECONDS
    for born, _, file in sorted(_facts(folder, f"{series}-*.png"), reverse=True):
        with suppress(FileNotFoundError):
            return file.read_bytes() if born >= edge else None
    return None


def _keep(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(folder):
    octets, edge = 0, time.time() - KEPT_SECONDS
    for born, size, file in sorted(_facts(folder, "*"), reverse=True):
        octets += size
        if born < edge or octets > MAX_BYTES:
            file.unlink(missing_ok=True)


def _facts(folder, pattern):
    for file in folder.glob(pattern):
        # Another process sweeps too.
        with suppress(FileNotFoundError):
            facts = file.stat()
            yield facts.st_mtime, facts.st_size, file

"""Pictures drawn while a visitor waits: montages, cards and small posters.

They are cached in files, named by a digest of what they show.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from campaign.errors import CampaignError
from campaign.montage.cards.drawing import Card, draw_card
from campaign.montage.queries import find_shape
from campaign.montage.rendering.drawing import draw, encode_png, max_visible

KEPT_SECONDS = 3600
MAX_BYTES = 512 * 1024**2
MAX_WAITING = 8
# How long a request waits for a new picture if there is an older one to show.
PATIENCE_SECONDS = 1
# How long browsers may cache the older one.
OLDER_SECONDS = 5

log = logging.getLogger("campaign.pictures")


class TooManyPictures(CampaignError):
    """So many pictures are waiting that one more would keep a thread from people who sign."""

    status = 503


class Line:
    """A queue of requests, of which only one draws at a time.

    Drawing takes processor time from people who sign.
    """

    def __init__(self, most: int) -> None:
        self.drawing = threading.Lock()
        self._places = threading.BoundedSemaphore(most)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place in the queue. Raise TooManyPictures if it is full."""
        if not self._places.acquire(blocking=False):
            raise TooManyPictures
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn to draw. Raise TooManyPictures if the queue is full."""
        with self.place(), self.drawing:
            yield


class Drawer:
    """A thread that draws this process's pictures, each once however many requests want it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "pictures")
        self._lock = threading.Lock()
        self._futures = {}

    def draw(self, file: Path, work: Callable[[], bytes]) -> Future[bytes]:
        """Return the Future of `work()`, which draws `file`, or of the drawing already running."""
        with self._lock:
            future = self._futures.get(file)
            if future is None:
                future = self._futures[file] = self._pool.submit(self._run, file, work)
            return future

    def _run(self, file: Path, work: Callable[[], bytes]) -> bytes:
        try:
            return work()
        finally:
            with self._lock:
                del self._futures[file]


@dataclass(frozen=True)
class Picture:
    """A PNG; `is_current` is false while a newer one is being drawn."""

    png: bytes
    is_current: bool = True


_line = Line(MAX_WAITING)
_drawer = Drawer()


def montage_png(
    folder: Path | str,
    *,
    cause_id: int,
    shape: str,
    count: int,
    width: int,
    gaps: Collection[int] = (),
    night: bool = False,
) -> Picture:
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


def card_png(folder: Path | str, card: Card) -> Picture:
    """Return the Picture of a Card."""
    shape = find_shape(card.shape)
    return latest(folder, ("card", card.address, card.lang), card, lambda: draw_card(card, shape))


def latest(folder: Path | str, series: object, shows: object, make: Callable[[], bytes]) -> Picture:
    """Return the Picture that shows `shows`, or after a second the last one of its `series`.

    It is drawn in a separate thread, even if the request gives up waiting. `make` must not need the
    request context. Raise TooManyPictures if the queue is full and there is no older picture.
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


def kept(folder: Path | str, shows: object, make: Callable[[], bytes], line: Line = _line) -> bytes:
    """Return the file that shows `shows`, from `folder` or made when its turn comes.

    Raise TooManyPictures. Files older than an hour are deleted, and so are the oldest beyond
    MAX_BYTES.
    """
    file = Path(folder) / f"{_digest(shows)}.png"
    # Another process may delete the file between a check and a read.
    with suppress(FileNotFoundError):
        return file.read_bytes()
    with line.place():
        return _drawn(file, make, line.drawing)


def _digest(shows: object) -> str:
    return blake2b(repr(shows).encode(), digest_size=12).hexdigest()


def _drawn(file: Path, make: Callable[[], bytes], turn: threading.Lock) -> bytes:
    with turn:
        with suppress(FileNotFoundError):
            return file.read_bytes()
        content = make()
        try:
            _keep(file, content)
            _sweep(file.parent)
        except OSError:
            # On a full disk the picture is still shown; the next request just has to draw it again.
            log.exception("a picture could not be kept")
        return content


def _newest(folder: Path, series: str) -> bytes | None:
    """Return the last picture of a series that is not too old to show, or None."""
    edge = time.time() - KEPT_SECONDS
    for born, _, file in sorted(_facts(folder, f"{series}-*.png"), reverse=True):
        with suppress(FileNotFoundError):
            return file.read_bytes() if born >= edge else None
    return None


def _keep(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    octets, edge = 0, time.time() - KEPT_SECONDS
    for born, size, file in sorted(_facts(folder, "*"), reverse=True):
        octets += size
        if born < edge or octets > MAX_BYTES:
            file.unlink(missing_ok=True)


def _facts(folder: Path, pattern: str) -> Iterator[tuple[float, int, Path]]:
    for file in folder.glob(pattern):
        # Another process may be deleting files too.
        with suppress(FileNotFoundError):
            facts = file.stat()
            yield facts.st_mtime, facts.st_size, file

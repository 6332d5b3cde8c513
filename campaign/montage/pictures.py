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
from contextvars import copy_context
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from campaign.db.failure_log import FailureLog
from campaign.errors import CampaignError
from campaign.health.disk_checks import reserve_space
from campaign.montage.cards.drawing import Card, draw_card
from campaign.montage.queries import find_shape
from campaign.montage.rendering.drawing import draw, encode_png, max_visible

CACHE_SECONDS = 3600
MAX_BYTES = 512 * 1024**2
MAX_WAITING = 8
# How long a request waits for a new picture if there is an older one to show.
MAX_WAIT_SECONDS = 1
# How long browsers may cache the older one.
OLDER_SECONDS = 5

failure_log = FailureLog(logging.getLogger("campaign.pictures"))


class DrawingQueueFull(CampaignError):
    """So many pictures are waiting that one more would keep a thread from people who sign."""

    status = 503


class DrawingQueue:
    """A queue of requests. Only one of them draws at a time.

    Drawing takes processor time from people who sign.
    """

    def __init__(self, max_waiting: int) -> None:
        self.drawing = threading.Lock()
        self._slots = threading.BoundedSemaphore(max_waiting)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a place in the queue. Raise DrawingQueueFull if it is full."""
        if not self._slots.acquire(blocking=False):
            raise DrawingQueueFull
        try:
            yield
        finally:
            self._slots.release()

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait for the turn to draw. Raise DrawingQueueFull if the queue is full."""
        with self.slot(), self.drawing:
            yield


class Drawer:
    """A thread that draws this process's pictures, each once however many requests want it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "pictures")
        self._lock = threading.Lock()
        self._futures: dict[Path, Future[bytes]] = {}

    def draw(self, file: Path, work: Callable[[], bytes]) -> Future[bytes]:
        """Return the Future of `work()`, which draws `file`, or of the drawing already running.

        What it logs names the request that asked first.
        """
        with self._lock:
            future = self._futures.get(file)
            if future is None:
                future = self._futures[file] = self._pool.submit(
                    copy_context().run, self._run, file, work
                )
            return future

    def _run(self, file: Path, work: Callable[[], bytes]) -> bytes:
        try:
            return work()
        finally:
            with self._lock:
                del self._futures[file]


@dataclass(frozen=True)
class DrawnPicture:
    """A PNG. `is_current` is false while a newer one is being drawn."""

    png: bytes
    is_current: bool = True


_queue = DrawingQueue(MAX_WAITING)
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
) -> DrawnPicture:
    """Return the DrawnPicture of butterflies 1 … `count` without the `gaps`, `width` pixels wide.

    Counts that look the same share a file.
    """
    shape_data = find_shape(shape)
    visible = min(count, max_visible(shape_data, width))
    gaps = tuple(sorted(gap for gap in gaps if gap <= visible))
    key = ("montage", shape, visible, width, gaps, night)
    return latest(
        folder,
        ("montage", cause_id, width, night),
        key,
        lambda: encode_png(draw(shape_data, visible, width, gaps=gaps, night=night)),
    )


def card_png(folder: Path | str, card: Card) -> DrawnPicture:
    """Return the DrawnPicture of a Card."""
    shape = find_shape(card.shape)
    return latest(folder, ("card", card.address, card.lang), card, lambda: draw_card(card, shape))


def latest(
    folder: Path | str, series: object, key: object, make: Callable[[], bytes]
) -> DrawnPicture:
    """Return the DrawnPicture of `key`, or after a second the last one of its `series`.

    It is drawn in a separate thread, even if the request gives up waiting. `make` must not need the
    request context. Raise DrawingQueueFull if the queue is full and there is no older picture.
    """
    file = Path(folder) / f"{_digest(series)}-{_digest(key)}.png"
    with suppress(FileNotFoundError):
        return DrawnPicture(file.read_bytes())
    future = _drawer.draw(file, lambda: _draw_once(file, make, _queue.drawing))
    older = _newest(file.parent, _digest(series))
    try:
        with _queue.slot():
            return DrawnPicture(future.result(MAX_WAIT_SECONDS if older else None))
    except (TimeoutError, DrawingQueueFull):
        # The picture may have been saved just when this request stopped waiting.
        with suppress(FileNotFoundError):
            return DrawnPicture(file.read_bytes())
        if older is None:
            raise
        return DrawnPicture(older, is_current=False)


def cached(
    folder: Path | str, key: object, make: Callable[[], bytes], queue: DrawingQueue = _queue
) -> bytes:
    """Return the file of `key`, from `folder` or made when its turn comes.

    Raise DrawingQueueFull. Files older than an hour are deleted, and so are the oldest beyond
    MAX_BYTES.
    """
    file = Path(folder) / f"{_digest(key)}.png"
    # Another process may delete the file between a check and a read.
    with suppress(FileNotFoundError):
        return file.read_bytes()
    with queue.slot():
        return _draw_once(file, make, queue.drawing)


def _digest(key: object) -> str:
    return blake2b(repr(key).encode(), digest_size=12).hexdigest()


def _draw_once(file: Path, make: Callable[[], bytes], lock: threading.Lock) -> bytes:
    with lock:
        with suppress(FileNotFoundError):
            return file.read_bytes()
        png = make()
        try:
            _save(file, png)
            _sweep(file.parent)
        except OSError as error:
            # On a full disk the picture is still shown. The next request just has to draw it again.
            failure_log.note(error, "saving a picture")
        return png


def _newest(folder: Path, series: str) -> bytes | None:
    """Return the last picture of a series that is not too old to show, or None."""
    oldest = time.time() - CACHE_SECONDS
    for modified_at, _, file in sorted(_file_stats(folder, f"{series}-*.png"), reverse=True):
        with suppress(FileNotFoundError):
            return file.read_bytes() if modified_at >= oldest else None
    return None


def _save(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    reserve_space(file.parent)
    draft = file.with_suffix(f".{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    total, oldest = 0, time.time() - CACHE_SECONDS
    for modified_at, size, file in sorted(_file_stats(folder, "*"), reverse=True):
        total += size
        if modified_at < oldest or total > MAX_BYTES:
            file.unlink(missing_ok=True)


def _file_stats(folder: Path, pattern: str) -> Iterator[tuple[float, int, Path]]:
    for file in folder.glob(pattern):
        # Another process may be deleting files too.
        with suppress(FileNotFoundError):
            stat = file.stat()
            yield stat.st_mtime, stat.st_size, file

"""Pictures drawn while somebody waits: montages, cards and small posters, kept in files by what they show."""

import logging
import os
import threading
import time
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from campaign.errors import CampaignError
from campaign.montage.cards import draw_card
from campaign.montage.drawing import draw, encode_png
from campaign.montage.queries import find_shape

KEPT_SECONDS = 3600
MOST_OCTETS = 512 * 1024**2
MOST_WAITING = 8

log = logging.getLogger("campaign.pictures")


class TooManyPictures(CampaignError):
    """So many pictures are wanted at once that one more would keep a thread from people who sign."""

    status = 503


class Line:
    """Those who wait for one picture to be drawn at a time, as drawing takes the processor from people who sign."""

    def __init__(self, most):
        self._drawing = threading.Lock()
        self._places = threading.BoundedSemaphore(most)

    @contextmanager
    def turn(self):
        """Wait for one's turn. Raises TooManyPictures where many wait already."""
        if not self._places.acquire(blocking=False):
            raise TooManyPictures
        try:
            with self._drawing:
                yield
        finally:
            self._places.release()


_line = Line(MOST_WAITING)


def montage_png(folder, *, shape, count, width, gaps=(), night=False):
    """Return the PNG of butterflies 1 … `count` without the `gaps`, `width` pixels wide, from `folder` or drawn now."""
    shows = ("montage", shape, count, width, tuple(sorted(gaps)), night)
    return kept(folder, shows, lambda: encode_png(draw(find_shape(shape), count, width, gaps=gaps, night=night)))


def card_png(folder, card):
    """Return the PNG of a Card, from `folder` or drawn now."""
    return kept(folder, card, lambda: draw_card(card, find_shape(card.shape)))


def kept(folder, shows, make, line=_line):
    """Return the file that shows `shows`, from `folder` or made now, when it is one's turn in the Line.

    Raises TooManyPictures. Files older than an hour go, and the oldest where they are too many.
    """
    file = Path(folder) / f"{blake2b(repr(shows).encode(), digest_size=12).hexdigest()}.png"
    # Another process may sweep it away between a look and a reading.
    with suppress(FileNotFoundError):
        return file.read_bytes()
    with line.turn():
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
    for born, size, file in sorted(_facts(folder), reverse=True):
        octets += size
        if born < edge or octets > MOST_OCTETS:
            file.unlink(missing_ok=True)


def _facts(folder):
    for file in folder.iterdir():
        # Another process sweeps too.
        with suppress(FileNotFoundError):
            facts = file.stat()
            yield facts.st_mtime, facts.st_size, file

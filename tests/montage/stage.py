"""The montage page in a real browser: a site that serves it, and a visitor with a set count."""

import io
import json
import re
from threading import Thread

import numpy as np
from PIL import Image
from werkzeug.serving import WSGIRequestHandler, make_server

from campaign.montage.layout import places
from campaign.montage.rendering.drawing import draw
from campaign.montage.shapes.files import shape_named
from tests.browser.modules.actions import until
from tests.chromium import ARGUMENTS

PAPER, NIGHT = (0xFF, 0xF8, 0xEA), (0x12, 0x0D, 0x0A)
SOFTWARE = [*ARGUMENTS, "--enable-unsafe-swiftshader"]
BLOCK = 16
TIMEOUT_MS = 120_000
# Use the real clock, whatever time the page is told.
BREATHE = "() => new Promise((done) => setTimeout(done, 100))"


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *details):
        """A quiet request handler: a test prints nothing unless it fails."""


class Site:
    """An application on its own port, in a thread of this process."""

    def __init__(self, app):
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class Visitor:
    """A browser window at the montage of a cause. `last` and `free` are what the site reports.

    `named` holds the names that the site gives for butterflies up to `known`. `away` makes every
    request fail. `allowed` holds parts of console errors that a test expects. With `clock`, the
    test moves the page's clock forward.
    """

    def __init__(
        self,
        browser,
        url,
        last,
        *,
        free=(),
        path="/montage",
        query="",
        script=(),
        allowed=(),
        slug="valley",
        clock=False,
        **window,
    ):
        self.last, self.free, self.errors, self._slug = last, list(free), [], slug
        self.named, self.known, self.away, self.allowed = None, None, False, allowed
        window = {"viewport": {"width": 1100, "height": 800}, **window}
        self.page = browser.new_page(**window)
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.on("pageerror", lambda error: self.errors.append(error.message))
        self.page.on("console", lambda line: line.type == "error" and self.errors.append(line.text))
        if clock:
            self.page.clock.install()
        for item in script:
            self.page.add_init_script(item)
        self.page.route("**/numbers.json", lambda route: self._answer(route, self._numbers()))
        self.page.route("**/pulse.json", lambda route: self._answer(route, self._pulse()))
        self.page.route(re.compile(r"/butterflies/\d+\.json(\?|$)"), self._answer_names)
        self.page.goto(f"{url}/en/causes/{slug}{path}{query}")

    def _answer(self, route, answer):
        route.abort() if self.away else route.fulfill(json=answer)

    def _answer_names(self, route):
        if self.named is None and not self.away:
            route.continue_()
        else:
            k = int(re.search(r"(\d+)\.json", route.request.url)[1])
            here = [
                entry
                for entry in self.named or []
                if (entry["n"] - 1) // 1000 == k and entry["n"] <= (self.known or self.last)
            ]
            last = min(1000 * (k + 1), self.known or self.last)
            self._answer(
                route, {"first": 1000 * k + 1, "last": last, "butterflies": here, "free": self.free}
            )

    def _count(self):
        return self.last - len(self.free)

    def _numbers(self):
        return {"count": self._count(), "last": self.last, "free": self.free}

    def _pulse(self):
        return {"cause": self._slug, "count": self._count(), "petitions": {}, "next_ms": 500}

    def drawn(self):
        self.page.wait_for_selector(".stage.is-drawn")
        return self

    def becomes(self, last, free=()):
        """Change what the site reports. The page receives it as it receives the pulse."""
        self.last, self.free = last, list(free)
        detail = json.dumps(self._pulse())
        self.page.evaluate(
            f"document.dispatchEvent(new CustomEvent('volante:pulse', {{ detail: {detail} }}))"
        )

    def waits(self, claim):
        """Run the page's clock until `claim()` holds."""
        until(lambda: self.page.clock.fast_forward(2000) or claim())
        return self

    def settles(self):
        """Wait until the view no longer moves."""
        before = [None]

        def stands_still():
            self.page.evaluate(BREATHE)
            last, before[0] = before[0], self.seen().tobytes()
            return last == before[0]

        until(stands_still)
        return self

    def matches(self, mean, largest, shape=None, *, night=False):
        """Wait until the screen is this close to the server's picture."""
        picture = []

        def is_near():
            self.page.evaluate(BREATHE)
            picture[:] = self.differs(shape, night=night)
            return picture[0] < mean and picture[1] < largest

        try:
            until(is_near)
        except AssertionError:
            raise AssertionError(
                f"The screen differs from the server's picture by {picture}"
            ) from None
        return self

    def seen(self):
        """Return the square of the picture as it is on the screen (height × width × 3)."""
        hide = "for (const each of document.querySelectorAll('[data-zooms], [data-bar]')) each.style.visibility = 'hidden'"
        self.page.evaluate(f"() => {{ {hide} }}")
        shot = Image.open(io.BytesIO(self.page.locator(".stage").screenshot())).convert("RGB")
        side = min(shot.size)
        left, top = (shot.width - side) // 2, (shot.height - side) // 2
        return np.asarray(shot.crop((left, top, left + side, top + side))).astype(int)

    def where(self, place):
        """Return the stage coordinates of a place (fractions of the square) in the full view."""
        box = self.page.locator(".stage").bounding_box()
        side = min(box["width"], box["height"])
        return {
            "x": (box["width"] - side) / 2 + place[0] * side,
            "y": (box["height"] - side) / 2 + place[1] * side,
        }

    def differs(self, shape=None, *, night=False):
        """Return how far the screen is from the server's: (mean, largest) over blocks, 0–255."""
        seen = self.seen()
        side = len(seen)
        ground = Image.new("RGBA", (side, side), (NIGHT if night else PAPER) + (255,))
        ground.alpha_composite(
            draw(shape or shape_named("monarch"), self.last, side, gaps=self.free, night=night)
        )
        server = np.asarray(ground.convert("RGB")).astype(int)
        difference = np.abs(_blocks(seen) - _blocks(server)).max(axis=2)
        return difference.mean(), difference.max()

    def leave(self):
        self.page.close()
        errors = [error for error in self.errors if not any(part in error for part in self.allowed)]
        assert not errors, errors


def place_of(number):
    """Return the position of butterfly `number`, in fractions of the square."""
    _, x, y = places(shape_named("monarch"), number, number)
    return x[0] / 2**32, y[0] / 2**32


def _blocks(picture):
    blocks = len(picture) // BLOCK
    cut = picture[: blocks * BLOCK, : blocks * BLOCK]
    return cut.reshape(blocks, BLOCK, blocks, BLOCK, 3).mean(axis=(1, 3))

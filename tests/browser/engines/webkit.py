"""Drive WebKitGTK, the engine of Safari, by its own driver on a virtual screen."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.browser.engines.engine import Refused
from tests.ports import free_port

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
PATHS = {
    "navigate": "url",
    "script": "execute/sync",
    "find": "element",
    "click": "element/{id}/click",
    "type": "element/{id}/value",
}
START_SECONDS = 60
ANSWER_SECONDS = 60


def find():
    """Return the path of MiniBrowser, or None where it, its driver or a screen is missing."""
    if not (shutil.which(DRIVER) and shutil.which(SCREEN)):
        return None
    return next((str(path) for path in Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")), None)


class WebKit:
    """One MiniBrowser. Its driver makes it forget everything when it ends."""

    keeps_its_profile = False

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._display, number = _display(folder)
        port = free_port()
        self.process = subprocess.Popen(
            [DRIVER, f"--port={port}"],
            env={**os.environ, "DISPLAY": f":{number}", "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._address = f"http://127.0.0.1:{port}/session"
        options = {"binary": find(), "args": ["--automation"]}
        self._address += (
            "/" + self._begin({"alwaysMatch": {"webkitgtk:browserOptions": options}})["sessionId"]
        )

    def order(self, command, **what):
        path = PATHS[command].format(**what)
        return self._send(f"{self._address}/{path}", what)

    def clear(self):
        self._display.kill()
        self._display.wait()

    def _begin(self, wanted):
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._send(self._address, {"capabilities": wanted})
            except URLError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    @staticmethod
    def _send(address, what):
        request = Request(address, json.dumps(what).encode(), {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            with error:
                raise Refused(json.load(error)["value"]["message"]) from None


def _display(folder):
    """Start a virtual screen. Return its process and the number it chose."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [SCREEN, "-displayfd", str(write), "-screen", "0", "1024x860x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        return process, int(pipe.readline())

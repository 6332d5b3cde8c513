"""Drive Firefox by its own protocol (Marionette), so that no extra driver is needed."""

import json
import shutil
import socket
import subprocess
import time

from tests.browser.engines.engine import Refused
from tests.ports import free_port

NAMES = ("firefox-esr", "firefox")
COMMANDS = {
    "navigate": "WebDriver:Navigate",
    "script": "WebDriver:ExecuteScript",
    "find": "WebDriver:FindElement",
    "click": "WebDriver:ElementClick",
    "type": "WebDriver:ElementSendKeys",
}
START_SECONDS = 60
# The montage is slow to draw without a graphics card, and a click waits for it.
ANSWER_SECONDS = 60


def find():
    """Return the path of Firefox, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Firefox:
    """One Firefox on the profile in `folder`, which outlives it."""

    keeps_its_profile = True

    def __init__(self, folder):
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        self.process = subprocess.Popen(
            [find(), "--headless", "--marionette", "--no-remote", "--profile", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._count = 0
        self._socket = _reached(port)
        self._stream = self._socket.makefile("rb")
        self._answer()
        self._send("WebDriver:NewSession", {})

    def order(self, command, **what):
        answer = self._send(COMMANDS[command], what)
        return answer.get("value") if isinstance(answer, dict) and "value" in answer else answer

    def clear(self):
        self._stream.close()
        self._socket.close()

    def _send(self, name, what):
        self._count += 1
        message = json.dumps([0, self._count, name, what]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._answer()
        assert number == self._count
        if error:
            raise Refused(error["message"])
        return result

    # An answer has the form "<length>:<json>".
    def _answer(self):
        length = b""
        while (byte := self._stream.read(1)) != b":":
            if not byte:
                raise Refused("Firefox is gone")
            length += byte
        return json.loads(self._stream.read(int(length)))


def _reached(port):
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)

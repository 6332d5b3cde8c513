"""Drive a browser by W3C WebDriver commands, over any transport."""

import os
import signal
import time
from contextlib import suppress

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# Firefox draws without a graphics card, which takes long while other tests run.
TIMEOUT_SECONDS = 180
WAITING = """return new Promise((resolve, reject) => {
  const opened = indexedDB.open("volante-kiosk");
  opened.onerror = () => reject(opened.error);
  opened.onsuccess = () => {
    const counted = opened.result.transaction(["queue"]).objectStore("queue").count();
    counted.onsuccess = () => { opened.result.close(); resolve(counted.result); };
  };
});"""


class Refused(Exception):
    """The browser refused a command, for instance because the page is being left."""


class Engine:
    """One browser with one window.

    A transport has `order(command, **what)` and, in `process`, the process it started.
    """

    def __init__(self, url, carrier):
        self.url, self.carrier = url, carrier
        self.order = carrier.order

    def go(self, path):
        self.order("navigate", url=self.url + path if path.startswith("/") else path)

    def run(self, script, *args):
        """Return what `script` returns in the page, after awaiting a promise."""
        return self.order("script", script=script, args=list(args))

    def until(self, expression):
        """Wait until `expression` is true in the page, and return its value."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < end:
            with suppress(Refused):
                if found := self.run(f"return ({expression})"):
                    return found
            time.sleep(0.05)
        raise AssertionError(f"Never {expression}:\n{self.run('return document.body.innerText')}")

    def find(self, selector):
        # A new screen of the kiosk ignores presses and typing for half a second.
        self.until(
            f"(element => element && !element.closest('[inert]'))(document.querySelector({selector!r}))"
        )
        return self.order("find", using="css selector", value=selector)[ELEMENT]

    def click(self, selector):
        self.order("click", id=self.find(selector))

    def type(self, selector, text):
        self.order("type", id=self.find(selector), text=text)

    def choose(self, selector, value):
        """Choose `value` in a list as a finger does, because drivers handle lists differently."""
        self.find(selector)
        self.run(CHOOSE, selector, value)

    def screen(self, *names):
        self.until(f"{list(names)}.includes(document.querySelector('main').dataset.screen)")

    def waiting(self):
        """Return how many kiosk records are in the queue."""
        return self.run(WAITING)

    def kill(self):
        """Kill every process of this browser at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.carrier.process.pid, signal.SIGKILL)
        self.carrier.process.wait()

    def close(self):
        self.kill()
        self.carrier.clear()


CHOOSE = """const list = document.querySelector(arguments[0]);
list.value = arguments[1];
list.dispatchEvent(new Event("input", { bubbles: true }));
list.dispatchEvent(new Event("change", { bubbles: true }));"""

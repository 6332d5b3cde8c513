"""People who sign in a real browser that may be killed at any moment and starts again."""

import threading
import time
from collections import deque
from itertools import count

from playwright.sync_api import Error, sync_playwright

from tests.browser.kiosk.tablet import ALL_OF, Tablet
from tests.faults.chaos import name_of

FAMILY = "Rosales"
# After each start the first people sign by tapping. All others use the same modules directly.
MAX_BY_HAND = 2
# The next person comes once at most this many records wait on the tablet. So it keeps pace with the
# site, and goes on for a while offline.
MAX_WAITING = 60
MAX_DEATHS = 4
# A busy machine may be slow, as long as it makes progress.
STANDSTILL_SECONDS = 120
LAST = 12


class RecordingTablet(Tablet):
    """A tablet whose receipts the test sees before the app does.

    It also records how the last sync attempts ended.
    """

    timeout_ms = 60_000

    def __init__(self, *how):
        self.receipts, self.ends = {}, deque(maxlen=LAST)
        super().__init__(*how, reduced_motion="reduce")

    def start(self):
        super().start()
        self.context.expose_binding("hear", lambda _, end, receipts: self.hear(end, receipts))
        self.context.add_init_script(LISTEN)

    def hear(self, end, receipts):
        self.ends.append(end)
        for receipt in receipts:
            assert self.receipts.setdefault(receipt["id"], receipt) == receipt


class TabletThread(threading.Thread):
    """One paired browser in its own thread. `thanked` holds the given names of thanked people.

    `uncertain` holds those who were interrupted and told nothing. `failure` is what ended the
    thread early.
    """

    def __init__(self, site, place, path, code, signers):
        super().__init__(daemon=True)
        self._site, self._place, self._path, self._code = site, place, path, code
        self._signers = signers
        self._numbers = count()
        self._is_at_work = False
        self._moved_at = time.monotonic()
        self.paired = threading.Event()
        self.thanked, self.uncertain, self.by_hand, self.deaths, self.failure = [], [], 0, 0, None

    def run(self):
        with sync_playwright() as playwright:
            folder = self._site.var / f"tablet-{self._place}"
            self.tablet = RecordingTablet(playwright.chromium, self._path, self._site, folder)
            try:
                self.tablet.pair_by(self._code).begin()
                self.petition_count = len(self.tablet.page.evaluate(PETITIONS))
                self.paired.set()
                self._move_on()
                while not self._live():
                    self._must_move("could not work")
            except Exception as failure:
                self.failure = failure
            finally:
                self._is_at_work = False
                self.tablet.kill()

    def cut_power(self):
        """Kill the browser in the middle of its work, from any thread and not too often."""
        if self._is_at_work and self.deaths < MAX_DEATHS:
            self._is_at_work = False
            self.deaths += 1
            self.tablet.cut_power()

    def _live(self):
        """Continue until all is signed and sent after at least one kill, or until the browser ends.

        Return whether everything is done.
        """
        try:
            self.tablet.open().screen("attract")
            self._is_at_work = True
            for turn in count():
                if self.deaths and len(self.thanked) >= self._signers:
                    break
                self._must_move("could not sign")
                self._one_signs(by_hand=turn < MAX_BY_HAND)
            self._wait_for_sending(0)
        except Error:
            # Nobody cut its power, so the app itself has failed.
            if self._is_at_work:
                raise
        else:
            return True
        self.tablet.kill()
        self.tablet.start()
        return False

    def _move_on(self):
        self._moved_at = time.monotonic()

    def _must_move(self, complaint):
        """Fail without progress for a long time."""
        is_still = time.monotonic() - self._moved_at > STANDSTILL_SECONDS
        assert not is_still, (
            f"tablet {self._place} {complaint}, {len(self.thanked)} have signed: {[*self.tablet.ends]}"
        )

    def _wait_for_sending(self, max_waiting):
        """Wait until at most this many records wait on the tablet."""
        waiting = self.tablet.waiting()
        while waiting > max_waiting:
            before = waiting
            waiting = self.tablet.page.evaluate(FEWER, [before, 1000 * STANDSTILL_SECONDS])
            if waiting < before:
                self._move_on()
            self._must_move(f"could not send {waiting}")

    def _one_signs(self, by_hand):
        name = name_of(self._place, next(self._numbers))
        self.uncertain.append(name)
        if by_hand:
            self.tablet.sign(name, FAMILY, *range(self.petition_count))
            self.by_hand += 1
        else:
            self.tablet.page.evaluate(SIGN, [name, FAMILY])
        self.thanked.append(self.uncertain.pop())
        self._move_on()
        if by_hand:
            self.tablet.next_person()
        self._wait_for_sending(MAX_WAITING)


LISTEN = """(() => {
  const ask = window.fetch;
  window.fetch = async (path, ...how) => {
    if (path !== "/kiosk/sync") return ask(path, ...how);
    try {
      const response = await ask(path, ...how);
      await window.hear(String(response.status), response.ok ? (await response.clone().json()).receipts : []);
      return response;
    } catch (error) {
      await window.hear(String(error), []);
      throw error;
    }
  };
})()"""

OF_THE_APP = """
  const entry = document.querySelector("script[src*='/js/kiosk/app.js']").src;
  const [{ Store }, { storedCampaign }, { storeSealed, buildRecord }] = await Promise.all(
    ["store", "campaign", "signing"].map((name) => import(new URL(`${name}.js`, entry))),
  );
  const store = new Store();
  const campaign = await storedCampaign(store);
"""

PETITIONS = f"""async () => {{ {OF_THE_APP}
  return campaign.petitions.map(({{ slug }}) => slug);
}}"""

# This does what tapping "Sign" does. Instead of the form's own sync, it reports that the network is
# back.
SIGN = f"""async ([given_name, family_name]) => {{ {OF_THE_APP}
  const at = Date.now();
  const person = {{
    given_name, family_name, email: "", country: "CA", postal_code: "M5V 2T6", comment: "",
    name_display: "counted", subscribe: false, answers: {{}}, drawn: "",
  }};
  const how = {{ lang: "es", consent: campaign.consent.version, shift: null, at }};
  const plains = campaign.petitions.map((petition) => buildRecord(person, petition, how));
  await storeSealed(store, campaign, plains, at);
  (await store.db()).close();
  window.dispatchEvent(new Event("online"));
}}"""

# Report that the network is back until fewer records wait and return how many do, also without
# progress for `ms`.
FEWER = f"""async ([before, ms]) => {{
  const all = {ALL_OF};
  const end = performance.now() + ms;
  let waiting = before;
  while (waiting >= before && performance.now() < end) {{
    window.dispatchEvent(new Event("online"));
    await new Promise((done) => setTimeout(done, 50));
    waiting = (await all("queue")).length;
  }}
  return waiting;
}}"""

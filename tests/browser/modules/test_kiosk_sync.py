"""Tests of when a tablet syncs.

It syncs at once with something to send, less often while that fails, and not before the server
allows.
"""

import pytest

from tests.browser.modules.actions import GO_ON, until
from tests.browser.modules.little_site import BASE

OPEN = """async (url) => {
  const { Sync } = await import(url);
  const store = {
    pairings: async () => window.pairings,
    queue: async (kiosk) => (window.queues[kiosk] || []),
    read: async () => [],
    write: async () => {},
    forgive: async () => {},
    forgetFormer: async () => {},
    handOver: async () => {},
    settle: async (kiosk, removed) => {
      window.queues[kiosk] = window.queues[kiosk].filter(({ sequence }) => !removed.includes(sequence));
    },
  };
  window.pairings = [{ kiosk: "now", secret: "now", last: 1, current: true }];
  window.queues = { now: [] };
  window.sign = (sequence) => window.queues.now.push({ id: String(sequence), sequence, sealed: "", at: 1, refused: "" });
  window.asks = [];
  window.answer = async () => ({ status: 200 });
  window.fetch = async (path, { body, headers }) => {
    const { records } = JSON.parse(body);
    window.asks.push([headers.Authorization.slice(7), records.length]);
    const { status, after } = await window.answer(headers.Authorization.slice(7));
    const receipts = records.map(({ id }) => ({ id, status: "stored", reason: "" }));
    const answer = status === 200 ? { receipts } : { error: "" };
    return new Response(JSON.stringify(answer), { status, headers: after ? { "Retry-After": after } : {} });
  };
  window.sync = new Sync(store);
}"""
BACK = "() => window.dispatchEvent(new Event('online'))"


@pytest.fixture
def tablet(page):
    """A page with a Sync that has just begun, and a stopped clock."""
    page.goto("/pages/thanks.html")
    page.clock.install()
    page.evaluate(OPEN, f"{BASE}/kiosk/sync.js")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    return page


def sync_attempts(page, count=1):
    """Wait for this many messages. Return which kiosk sent how many records in each."""
    until(lambda: page.evaluate("window.asks.length") >= count)
    return page.evaluate("window.asks.splice(0)")


def idle(page, seconds):
    """Let this much time pass. Nothing may be sent."""
    page.clock.run_for(1000 * seconds)
    page.evaluate(GO_ON)
    assert page.evaluate("window.asks") == []


def ended(page):
    """Wait until no round is running."""
    until(lambda: page.evaluate("window.sync.running === null"))


def answer(page, status, after=0):
    page.evaluate(
        "([status, after]) => { window.answer = async () => ({ status, after }); }", [status, after]
    )


def start(page):
    page.evaluate("() => window.sync.start()")
    page.clock.run_for(100)


def test_record_signed_during_a_round_is_sent_right_after_it(tablet):
    tablet.evaluate(
        "() => { window.answer = () => new Promise((done) => { window.let = () => done({ status: 200 }); }); }"
    )
    start(tablet)
    assert sync_attempts(tablet) == [["now", 0]]
    tablet.evaluate("() => { window.sign(1); window.sync.soon(0); }")
    idle(tablet, 1)
    answer(tablet, 200)
    tablet.evaluate("() => window.let()")
    ended(tablet)
    tablet.clock.run_for(100)
    assert sync_attempts(tablet) == [["now", 1]]
    # Then there is a beat each minute, and no more.
    ended(tablet)
    idle(tablet, 59)
    tablet.clock.run_for(2_000)
    assert sync_attempts(tablet) == [["now", 0]]


def test_nothing_shortens_the_pause_that_the_server_asked_for(tablet):
    answer(tablet, 429, after=60)
    tablet.evaluate("() => window.sign(1)")
    start(tablet)
    assert sync_attempts(tablet) == [["now", 1]]
    answer(tablet, 200)
    ended(tablet)
    for _ in range(5):
        tablet.evaluate(BACK)
        tablet.evaluate("() => window.sync.soon(0)")
        idle(tablet, 11)
    tablet.clock.run_for(6_000)
    assert sync_attempts(tablet) == [["now", 1]]


def test_offline_tries_become_rare_and_going_online_sends_at_once(tablet):
    tablet.evaluate(
        "() => { window.answer = async () => { throw new TypeError('Failed to fetch'); }; }"
    )
    start(tablet)
    for max_wait in (4, 8, 16, 32, 64, 128, 256, 300, 300):
        sync_attempts(tablet)
        ended(tablet)
        wait = tablet.evaluate("window.sync.dueAt - performance.now()") / 1000
        assert max_wait / 2 - 1 <= wait <= max_wait
        tablet.clock.run_for(1000 * wait + 100)
    sync_attempts(tablet)
    ended(tablet)
    assert tablet.evaluate("window.sync.state.isOnline") is False
    answer(tablet, 200)
    tablet.evaluate(BACK)
    tablet.clock.run_for(100)
    sync_attempts(tablet)
    ended(tablet)
    assert tablet.evaluate("window.sync.state.isOnline") is True


def test_refused_table_does_not_hold_up_another(tablet):
    tablet.evaluate(
        """() => {
          window.pairings.unshift({ kiosk: "gone", secret: "gone", last: 1, current: false });
          window.queues.gone = [{ id: "g", sequence: 1, sealed: "", at: 1, refused: "" }];
          window.sign(1);
          window.answer = async (secret) => ({ status: secret === "now" ? 401 : 200 });
        }"""
    )
    start(tablet)
    assert sync_attempts(tablet, 2) == [["now", 1], ["gone", 1]]
    ended(tablet)
    assert tablet.evaluate("window.queues.gone.length") == 0
    assert tablet.evaluate("window.sync.state.problem") == "busy"

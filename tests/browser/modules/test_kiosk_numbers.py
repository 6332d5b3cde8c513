"""Tests of a tablet's butterfly count: each signer counts exactly once at any time.

The site or the tablet counts them.
"""

import pytest

from tests.browser.modules.little_site import BASE

# A tablet with the records of `queue`, and a site that has hatched up to `last` and counted
# `known`. Both may change.
OPEN = """async (base) => {
  const { UncountedSignatures } = await import(`${base}/kiosk/uncounted-signatures.js`);
  const { TableNumbers } = await import(`${base}/kiosk/table-numbers.js`);
  window.site = { last: 10, free: [], known: {}, isDown: false };
  window.queue = [];
  window.sign = (id) => window.queue.push({ id, kiosk: "k", flies: true, refused: "" });
  window.kept = {};
  const store = {
    pairing: async () => ({ kiosk: "k", secret: "s" }),
    queue: async (kiosk) => window.queue.filter((each) => each.kiosk === kiosk),
    read: async (name) => window.kept[name],
    write: async (values) => Object.assign(window.kept, values),
  };
  window.requested = [];
  window.ahead = new UncountedSignatures(store);
  window.numbers = new TableNumbers("/numbers.json", store, window.ahead);
  window.fetch = async (path, { body }) => {
    const { last, free, known, isDown } = window.site;
    if (isDown) throw new TypeError("Failed to fetch");
    if (path === "/numbers.json") return new Response(JSON.stringify({ last, free }));
    const { ids } = JSON.parse(body);
    window.requested.push(ids);
    const counted = Object.fromEntries(ids.filter((id) => id in known).map((id) => [id, known[id]]));
    return new Response(JSON.stringify({ counted, numbers: {} }));
  };
  await window.numbers.ask();
}"""
ASK = "async () => { await window.numbers.ask(); return window.numbers.count; }"
LOOK = "async () => { await window.numbers.catchUp(); return window.numbers.count; }"


@pytest.fixture
def tablet(page):
    page.goto("/pages/thanks.html")
    page.evaluate(OPEN, BASE)
    return page


def test_signer_is_counted_once_from_the_touch_to_the_hatching(tablet):
    tablet.evaluate("() => window.sign('a')")
    assert tablet.evaluate(LOOK) == 11
    # The site has numbered it, but the tablet's receipt is on its way or was lost.
    tablet.evaluate("() => Object.assign(window.site, { last: 11, known: { a: 11 } })")
    assert tablet.evaluate(ASK) == 11
    # Its receipt is there. The record leaves the queue a moment later.
    tablet.evaluate("() => window.ahead.expect(['a'])")
    assert tablet.evaluate(LOOK) == 11
    tablet.evaluate("() => { window.queue = []; }")
    assert tablet.evaluate(LOOK) == 11
    assert tablet.evaluate(ASK) == 11
    # A repeat signer is reported like anyone, and adds no butterfly.
    tablet.evaluate("() => window.ahead.expect(['known'])")
    assert tablet.evaluate(LOOK) == 12
    tablet.evaluate("() => { window.site.known.known = 11; }")
    assert tablet.evaluate(ASK) == 11


def test_stored_record_is_counted_by_the_tablet_until_it_hatches(tablet):
    tablet.evaluate("() => { window.ahead.expect(['a', 'b']); }")
    assert tablet.evaluate(ASK) == 12
    assert tablet.evaluate("window.ahead.isOpen(10)")
    # One hatches between the two requests: it has a number above the site's earlier last number.
    tablet.evaluate("() => { window.site.known = { a: 11 }; }")
    assert tablet.evaluate(ASK) == 12
    tablet.evaluate("() => Object.assign(window.site, { last: 13, known: { a: 11, b: 13 } })")
    # Another person, elsewhere, is number 12.
    assert tablet.evaluate(ASK) == 13
    assert not tablet.evaluate("window.ahead.isOpen(13)")
    # What is known is not requested again.
    tablet.evaluate("() => { window.requested = []; }")
    assert tablet.evaluate(ASK) == 13
    assert tablet.evaluate("window.requested") == []


def test_nobody_is_lost_or_doubled_offline_and_afterwards(tablet):
    tablet.evaluate("() => { window.site.isDown = true; window.sign('a'); window.sign('b'); }")
    assert tablet.evaluate(ASK) == 12
    # The site accepted both, and answers only half of the request.
    tablet.evaluate(
        "() => Object.assign(window.site, { isDown: false, last: 12, known: { a: 11, b: 12 } })"
    )
    tablet.evaluate(
        "() => { const { fetch } = window; window.back = fetch; window.fetch = (path, how) => path === '/numbers.json' ? fetch(path, how) : Promise.reject(new TypeError()); }"
    )
    assert tablet.evaluate(ASK) == 12
    tablet.evaluate("() => { window.fetch = window.back; }")
    assert tablet.evaluate(ASK) == 12


def test_record_that_never_hatches_is_given_up_and_a_refused_one_does_not_fly(tablet):
    tablet.evaluate(
        "() => { window.sign('a'); window.queue[0].refused = 'too_large'; window.sign('b'); window.queue[1].flies = false; }"
    )
    assert tablet.evaluate(ASK) == 10
    tablet.evaluate("() => window.ahead.expect(['c'])")
    assert tablet.evaluate(ASK) == 11
    tablet.evaluate(
        "async () => { for (let at = 0; at < 20; at += 1) await window.numbers.ask(); }"
    )
    assert tablet.evaluate(ASK) == 10
    assert not tablet.evaluate("window.ahead.isOpen(10)")


def test_lens_at_the_rim_is_whole_where_it_is_held(tablet):
    marks = """async ([base, isHeld]) => {
      const { buildOverlay } = await import(`${base}/montage/overlay.js`);
      const view = { x: 0.5, y: 0.5, width: 400, height: 200, scale: 200, rim: 0.01, size: 10 };
      const colours = { ink: [0, 0, 0], surface: [1, 1, 1] };
      const chosen = { number: 1, x: 2 ** 31, y: 0.98 * 2 ** 32, isHeld };
      const { discs, large } = buildOverlay(view, 1, { chosen, hovered: null, highlighted: [], ...colours });
      return [discs[1] + discs[2], discs[1] + 200 * -new Float32Array(large.butterflies.bytes, 8, 2)[1]];
    }"""
    low, spot = tablet.evaluate(marks, [BASE, True])
    assert low <= 200
    # The butterfly is moved with it, from its place.
    assert abs(spot - 196) < 0.5
    low, spot = tablet.evaluate(marks, [BASE, False])
    assert low > 200 and abs(spot - 196) < 0.5

"""Tests of a tablet's queue, sent in batches: no record is lost, and none holds up the others."""

import pytest

from tests.browser.modules.little_site import BASE

# This replaces fetch: `faults` are [status, error] by the sequence that causes them, or "all" for
# any.
RUN = """async ([url, count, faults, limits, rounds]) => {
  const { Outbox } = await import(url);
  const record = (sequence) => ({ kiosk: "k", id: `id-${sequence}`, sequence, sealed: "x".repeat(100), at: 1, refused: "" });
  const queue = new Map(Array.from({ length: count }, (_, at) => [at + 1, record(at + 1)]));
  const store = {
    queue: async () => [...queue.values()],
    pairings: async () => [{ kiosk: "k", last: count, current: true }],
    read: async () => [],
    settle: async (kiosk, removed, refused) => {
      for (const sequence of removed) queue.delete(sequence);
      for (const [sequence, reason] of refused) queue.get(sequence).refused = reason;
    },
  };
  const [asks, stored, ends] = [[], [], []];
  window.fetch = async (path, { body }) => {
    const { records } = JSON.parse(body);
    asks.push(records.length);
    if (records.length > faults.slow) throw new DOMException("Patience ended", "AbortError");
    const found = records.map(({ sequence }) => faults[sequence]).find(Boolean) || faults[`over ${records.length > 8}`] || faults.all;
    if (found) return new Response(found[1] ? JSON.stringify({ error: found[1] }) : "<html>", { status: found[0] });
    stored.push(...records.map(({ sequence }) => sequence));
    return new Response(JSON.stringify({ receipts: records.map(({ id }) => ({ id, status: "stored", reason: "" })) }));
  };
  const outbox = new Outbox(store, () => {});
  Object.assign(outbox.limits, limits);
  for (let round = 0; round < rounds; round += 1) {
    ends.push(await outbox.empty({ kiosk: "k", secret: "s", current: true }).then(() => "", (error) => error.message));
  }
  const left = [...queue.values()].map(({ sequence, refused }) => [sequence, refused]);
  return { asks, stored, ends, left };
}"""


@pytest.fixture
def empty(page):
    """Return a function that empties a queue of `count` against a server with `faults`.

    It returns the result.
    """

    def empty(count, faults=None, limits=None, rounds=1):
        page.goto("/pages/thanks.html")
        return page.evaluate(
            RUN, [f"{BASE}/kiosk/outbox.js", count, faults or {}, limits or {}, rounds]
        )

    return empty


def test_queue_goes_out_in_batches_as_large_as_the_server_accepts(empty):
    done = empty(120)
    assert done["asks"] == [50, 50, 20]
    assert done["left"] == []
    # Each record has 300 bytes, and the envelope 2,000.
    assert empty(20, limits={"body_bytes": 2000 + 7 * 300})["asks"] == [7, 7, 6]


def test_slow_network_makes_batches_smaller_until_they_arrive(empty):
    done = empty(40, {"slow": 12}, rounds=4)
    assert done["asks"] == [40, 20, 10, 11, 12, 7, 0]
    assert done["left"] == []
    assert done["ends"][2:] == ["", ""]


def test_server_sees_the_tablet_even_with_an_empty_queue(empty):
    assert empty(0)["asks"] == [0]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ([400, "malformed"], "malformed"),
        ([413, "too_large"], "too_large"),
        ([413, ""], "too_large"),
    ],
)
def test_refused_record_is_found_by_halving_and_keeps_its_reason(empty, fault, reason):
    done = empty(120, {"70": fault}, rounds=2)
    assert done["ends"] == ["", ""]
    assert sorted(done["stored"]) == [number for number in range(1, 121) if number != 70]
    assert done["left"] == [[70, reason]]
    # These are 50, then the 50 with the bad record, seven to find it, the rest, and an empty second
    # round.
    assert len(done["asks"]) <= 12


def test_proxy_with_a_small_limit_gets_smaller_batches(empty):
    done = empty(40, {"over true": [413, ""]})
    assert done["left"] == []
    assert len(done["stored"]) == len(set(done["stored"])) == 40
    assert len(done["asks"]) <= 15


def test_record_that_crashes_the_server_waits_while_the_others_pass(empty):
    done = empty(60, {"10": [500, ""]})
    assert len(done["stored"]) == 59
    assert done["left"] == [[10, ""]]
    assert done["ends"] == ["500 "]


@pytest.mark.parametrize("fault", [[500, ""], [503, ""], [401, "unknown_kiosk"], [429, "too_many"]])
def test_server_that_refuses_everything_is_soon_left_alone(empty, fault):
    done = empty(200, {"all": fault})
    assert len(done["left"]) == 200
    assert {reason for _, reason in done["left"]} == {""}
    assert len(done["asks"]) <= 15

"""Share the seed, the site and the visitors of the tests of random input."""

import os
from pathlib import Path
from random import Random, SystemRandom

import pytest
from limits import RateLimitItemPerMinute

from campaign.accounts.permissions import ADMIN
from campaign.security.rate_limit_storage import limit_storage
from tests.factories.organizers import make_organizer, sign_in
from tests.fuzz.claims import Watcher
from tests.fuzz.site import build
from tests.fuzz.values import Dice
from tests.selection import runs_on_postgresql

# A test sends this many requests of each kind: in `make test`, in CI, where they are the same each
# time, and in `make test-slow` elsewhere. FUZZ_REQUESTS changes the number, and FUZZ_SEED repeats a
# run.
QUICK, REPEATED, THOROUGH = 40, 60, 400
HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out requests that other cases send anyway.

    `make test-slow` sends the few of `make test` among many more. On PostgreSQL and in CI an admin
    causes all statements that other roles cause.
    """
    redundant = [item for item in items if item.path.is_relative_to(HERE) and _is_redundant(item)]
    if redundant:
        config.hook.pytest_deselected(items=redundant)
        items[:] = [item for item in items if item not in redundant]


def _is_redundant(item):
    params = item.callspec.params if hasattr(item, "callspec") else {}
    role = params.get("role", ADMIN)
    is_fixed = params.get("dice") == "fixed" and item.get_closest_marker("slow") is not None
    # A stranger has no role, and sees other pages than an admin.
    is_lesser_in_ci = role not in (ADMIN, None) and "CI" in os.environ
    return is_fixed or is_lesser_in_ci or (runs_on_postgresql(item) and role != ADMIN)


@pytest.fixture(params=["fixed", pytest.param("random", marks=pytest.mark.slow)])
def dice(request):
    """Choose by a seed that is printed where a test fails.

    It is the same in `make test` and in CI.
    """
    is_quick = request.param == "fixed"
    is_fixed = is_quick or "CI" in os.environ
    seed = int(os.environ.get("FUZZ_SEED", 1 if is_fixed else SystemRandom().randrange(10**6)))
    print(f"FUZZ_SEED={seed}")
    count = QUICK if is_quick else REPEATED if is_fixed else THOROUGH
    return Dice(Random(seed), int(os.environ.get("FUZZ_REQUESTS", count)))


@pytest.fixture
def site(client):
    return build(client)


@pytest.fixture
def watcher(app, caplog):
    """Send requests. At its end the test fails for all claims that responses broke."""
    watcher = Watcher(caplog)
    yield watcher
    watcher.close()
    print(f"{watcher.sent} requests")
    if watcher.faults:
        pytest.fail(
            "\n".join(f"{fault}\n    {what}" for fault, what in watcher.faults.items()),
            pytrace=False,
        )


@pytest.fixture
def unlimited(app, monkeypatch):
    """Switch off rate limits."""
    for name in ("REQUESTS", "PAIRINGS"):
        monkeypatch.setattr(f"campaign.kiosk.routes.{name}", RateLimitItemPerMinute(1_000_000))
    return lambda: limit_storage(app.config).reset()


@pytest.fixture
def organizer_with(app, site):
    """Return a function that returns (client signed in with a role, way to sign in again)."""

    def organizer_with(role):
        client = app.test_client()
        organizer = make_organizer(role, None if role == "admin" else site.cause.id)
        sign_in(client, organizer)
        return client, lambda: sign_in(client, organizer)

    return organizer_with

"""Tests of pages that wait while the server makes something."""

import pytest


@pytest.mark.parametrize(("status", "state"), [(503, "failed"), (404, "gone"), (200, "ready")])
def test_end_of_the_work_is_shown(page, noises, status, state):
    page.goto("/pages/progress.html")
    page.route("**/*progress=1", lambda route: route.fulfill(status=status, json={"state": state}))
    # The page of the result has the same address.
    with page.expect_navigation():
        pass
    noises.clear()

"""Tests that every page is valid HTML for the W3C's checker, without warnings."""

import os

import pytest

from tests.markup.nu import NoChecker, check, checker

WHAT_TO_DO = "Install default-jre-headless and npm, or set VNU_JAR to the path of vnu.jar."


@pytest.fixture(scope="module")
def command():
    try:
        return checker()
    except NoChecker as missing:
        reason = f"NO NU HTML CHECKER ({missing}): the markup is unchecked. {WHAT_TO_DO}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.mark.slow
def test_every_page_is_valid_html_in_every_language(command, pages, tmp_path):
    assert len(pages) == 3 * 86 + 1
    # One page has an error, which proves that the checker really ran.
    faulty = tmp_path / "faulty.html"
    faulty.write_text(pages[0].read_text().replace("</main>", "</div>"))
    messages = [(_kind(message), _text(message)) for message in check(command, [*pages, faulty])]
    faults = [text for kind, text in messages if kind in {"error", "warning"}]
    assert any(text.startswith("faulty.html") for text in faults)
    found = [text for text in faults if not text.startswith("faulty.html")]
    assert not found, "\n".join(found)


def _kind(message):
    return message.get("subType", "") if message["type"] == "info" else "error"


def _text(message):
    page = message.get("url", "").rpartition("/")[2]
    extract = message.get("extract", "").strip()[:100]
    return f"{page}:{message.get('lastLine', '?')}: {message['message']} … {extract!r}"

"""Tests of static files whose names change with their content."""

import re
from pathlib import Path

import pytest

from campaign.web.assets import Assets, asset

SHEETS = {
    "print": "p{}",
    "zebra": "z{}",
    "colors": "c{}",
    "base": "b{}",
    "type": "t{}",
    "layout": "l{}",
    "alert": "a{}",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "css").mkdir()
    (tmp_path / "js").mkdir()
    for name, text in SHEETS.items():
        (tmp_path / "css" / f"{name}.css").write_text(text)
    (tmp_path / "js" / "main.js").write_text("start()")
    return tmp_path


def test_stylesheets_are_one_file_in_a_fixed_order(folder):
    assert Assets(folder).joined["css/site.css"].split() == [
        "c{}",
        "t{}",
        "b{}",
        "l{}",
        "a{}",
        "z{}",
        "p{}",
    ]


def test_comments_and_indentation_are_not_sent(folder):
    (folder / "css" / "alert.css").write_text(
        "/* Why: a\n   long story. */\na {\n  b: c; /* d */\n}\n"
    )
    text = Assets(folder).joined["css/site.css"]
    assert "\na {\nb: c;" in text
    assert "story" not in text
    assert "/*" not in text


def test_stylesheets_of_a_folder_are_separate_from_the_sites(folder):
    before = Assets(folder).joined["css/site.css"]
    (folder / "css" / "organize").mkdir()
    for name in ("sidebar", "account", "workspace", "updates"):
        (folder / "css" / "organize" / f"{name}.css").write_text(f"{name}{{}}")
    sheets = Assets(folder).joined
    assert sheets["css/organize.css"].split() == [
        "account{}",
        "workspace{}",
        "sidebar{}",
        "updates{}",
    ]
    assert sheets["css/site.css"] == before


@pytest.mark.parametrize(
    "change", [("css/alert.css", "a{x}"), ("js/main.js", "stop()"), ("js/more.js", "")]
)
def test_any_change_renames_everything(folder, change):
    before = Assets(folder).version
    assert Assets(folder).version == before
    path, text = change
    (folder / path).write_text(text)
    assert Assets(folder).version != before


def address(app, path):
    with app.test_request_context("/"):
        return asset(path)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("css/site.css", "text/css"),
        ("js/site.js", "text/javascript"),
        ("img/mark.svg", "image/svg+xml"),
        ("fonts/kalnia.woff2", "font/woff2"),
    ],
)
def test_file_is_cached_for_a_year(app, client, path, kind):
    answer = client.get(address(app, path))
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data


def test_page_of_yesterday_gets_todays_file_for_a_minute_and_is_told_so(app, client):
    answer = client.get("/static/0123456789ab/js/main.js")
    assert answer.status_code == 200
    assert answer.cache_control.max_age == 60
    assert not answer.cache_control.immutable
    assert answer.headers["Content-Location"] == address(app, "js/main.js")
    assert "Content-Location" not in client.get(address(app, "js/main.js")).headers


@pytest.mark.parametrize(
    "path",
    [
        "../config.py",
        "..%2f..%2fconfig.py",
        "%2e%2e/config.py",
        "css/nothing.css",
        "css",
        "css/",
        "/etc/passwd",
    ],
)
def test_no_url_escapes_the_folder(app, client, path):
    assert client.get(address(app, "") + path).status_code in (404, 308)


def test_controls_have_our_look_in_older_browsers_too():
    sheets = [
        path.read_text() for path in (Path(__file__).parents[2] / "static" / "css").rglob("*.css")
    ]
    # Safari before 15.4 and Firefox before 80 know only the prefixed property.
    known = [
        (
            len(re.findall(r"(?<![-\w])appearance: none", words)),
            words.count("-webkit-appearance: none"),
        )
        for words in sheets
    ]
    assert all(bare == prefixed for bare, prefixed in known) and any(bare for bare, _ in known)


def test_icon_is_where_browsers_look(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.mimetype in ("image/x-icon", "image/vnd.microsoft.icon")

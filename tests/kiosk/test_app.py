"""Tests of the app as delivered: complete, the same for everyone, and with all its text."""

import json
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from campaign.kiosk.app.texts import TEXTS, texts_by_language

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "es", "fr")
# This matches the key of a sentence in a script: a whole key, or the beginning of several.
TEXT_CALL = re.compile(r"""\b(?:word|words)\((?:\w+ \? )?["`]([a-z_]+)(\$\{)?""")
TEXT_ATTRIBUTE = re.compile(r"""data-word(?:-\w+)?=["']([a-z_]+)["']""")


def test_page_is_public_sets_no_cookie_and_may_use_the_camera(client):
    answer = client.get("/kiosk/")
    assert answer.status_code == 200
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert client.get("/kiosk").headers["Location"].endswith("/kiosk/")


def test_page_without_script_says_what_it_needs_in_every_language(client):
    [noscript] = re.findall(r"<noscript>(.*?)</noscript>", client.get("/kiosk/").text, re.DOTALL)
    assert re.findall(r'lang="(\w\w)"', noscript) == [*LANGUAGES]
    assert len(set(re.findall(r">([^<>]*\w[^<>]*)<", noscript))) == 3


def test_too_old_browser_gets_a_message_in_every_language(client):
    [late] = re.findall(
        r'<div class="kiosk-late">(.*?)</div>', client.get("/kiosk/").text, re.DOTALL
    )
    assert re.findall(r'lang="(\w\w)"', late) == [*LANGUAGES]
    assert late.count("14.1") == 3


def test_all_cached_files_exist_and_include_every_import(client):
    assets = client.get("/kiosk/assets.json").json
    assert len(set(assets["files"])) == len(assets["files"])
    for file in assets["files"]:
        assert client.get(file).status_code == 200, file
    paths = {file.partition("/js/")[2] for file in assets["files"] if "/js/" in file}
    scripts = {
        path.relative_to(ROOT / "static/js").as_posix()
        for path in (ROOT / "static/js/kiosk").rglob("*.js")
    }
    # The service worker caches the others, and the browser caches it.
    assert scripts - paths == {"kiosk/worker.js"}
    assert {"montage/stage.js", "montage/layout-worker.js", "montage/canvas-renderer.js"} <= paths
    assert any("/vendor/hpke-core-" in file for file in assets["files"])
    assert not any("decode" in file for file in assets["files"])


def test_service_worker_starts_with_its_file_list_and_is_always_revalidated(client):
    answer = client.get("/kiosk/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    first, _, script = answer.text.partition(";\n")
    assert json.loads(first.removeprefix("const kiosk = ")) == client.get("/kiosk/assets.json").json
    assert script == (ROOT / "static/js/kiosk/worker.js").read_text()


def test_manifest_makes_it_an_app(client):
    answer = client.get("/kiosk/app.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert answer.json["start_url"] == answer.json["scope"] == "/kiosk/"
    for icon in answer.json["icons"]:
        assert client.get(icon["src"]).mimetype == icon["type"]


def test_every_screen_text_exists_and_none_is_unused():
    scripts = "\n".join(path.read_text() for path in (ROOT / "static/js/kiosk").rglob("*.js"))
    sheets = "\n".join(path.read_text() for path in (ROOT / "templates/kiosk").glob("*.html"))
    beginnings = {name for name, more in TEXT_CALL.findall(scripts) if more}
    exact = {name for name, more in TEXT_CALL.findall(scripts) if not more}
    in_templates = {name for name in TEXT_ATTRIBUTE.findall(sheets) if not name.endswith("_")}
    existing = {re.sub("_(one|many)$", "", name) for name in TEXTS} | set(TEXTS)
    assert (exact | in_templates) - existing == set()
    assert all(any(name.startswith(start) for name in TEXTS) for start in beginnings)
    quoted = set(re.findall(r"""["'`]([a-z_]+)["'`]""", scripts)) | in_templates
    starts = (
        *beginnings,
        "pair_",
        "ready_",
        "shown_",
        "figure_",
        "fault_",
        "reason_",
        "problem_",
        "stuck_",
        "unpair_",
    )
    idle = {
        name
        for name in TEXTS
        if not {name, re.sub("_(one|many|hint)$", "", name)} & quoted
        and not name.startswith(starts)
    }
    assert (
        idle
        - {
            name
            for name in idle
            if name in sheets or any(name.startswith(start) for start in beginnings)
        }
        == set()
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_panel_counts_one_signature_in_the_singular(app, lang):
    texts = texts_by_language(LANGUAGES)[lang]
    one, many = texts["figure_today_one"], texts["figure_today_many"]
    assert (one.split()[0], many.split()[0]) in {
        ("signature", "signatures"),
        ("firma", "firmas"),
    }


def test_texts_for_numbers_have_both_forms():
    numbered = {name for name in TEXTS if re.search("_(one|many)$", name)}
    names = {re.sub("_(one|many)$", "", name) for name in numbered}
    assert {name for name in names if f"{name}_many" not in numbered} == set()
    labels = {"figure_today", "figure_hour", "figure_waiting"}
    assert {f"{name}_{form}" for name in labels for form in ("one", "many")} <= numbered


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_fills_in_the_same_values(app, lang):
    texts = texts_by_language(LANGUAGES)
    for name, sentence in texts["en"].items():
        braces = set(re.findall(r"\{\w+\}", sentence))
        assert set(re.findall(r"\{\w+\}", texts[lang][name])) == braces, name
        assert "%(" not in texts[lang][name]


def test_postal_code_patterns_work_in_a_browser(client):
    page = client.get("/kiosk/").text
    [shapes] = re.findall(r'id="postal-codes">(.*?)</script>', page)
    pattern, examples = json.loads(shapes)["CA"]
    assert all(re.fullmatch(pattern, example) for example in examples)
    # Python's regular expressions have these, and JavaScript's do not.
    assert not re.search(r"\(\?P|\(\?i|\\Z", shapes)


@pytest.mark.parametrize(
    ("lang", "page"), [("en", "tablers.md"), ("es", "tablers.es.md"), ("fr", "tablers.fr.md")]
)
def test_texts_quoted_in_the_guide_for_tablers_exist(app, lang, page):
    guide = re.sub(r"\*\*.*?\*\*", "", (ROOT / "docs" / page).read_text())
    quoted = {match.strip("… ") for match in re.findall(r"\*([^*\n]+)\*", guide)}
    texts = "\n".join(texts_by_language(("en", "es", "fr"))[lang].values())
    catalog = "es" if lang == "en" else lang
    with (ROOT / f"campaign/translations/{catalog}/LC_MESSAGES/messages.po").open("rb") as file:
        in_the_workspace = {
            message.id if lang == "en" else message.string for message in read_po(file)
        }
    assert quoted and {item for item in quoted if item not in texts} <= in_the_workspace

"""Tests of an editor who writes, previews and publishes an update and sees who gets it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import keeps_draft, loads_until
from tests.browser.screens.news import UpdatesScreen
from tests.factories.pictures import heart

pytestmark = pytest.mark.slow

TITLE = "Trees stand in the square"
SLUG = "trees-stand-in-the-square"


@pytest.fixture(scope="module")
def way_in(served):
    """The link that invites an editor, which works once."""
    output = served.flask(
        "organizers",
        "add",
        "rosa@news.example",
        "--role",
        "editor",
        "--cause",
        "butterflies-for-mexico",
    )
    return re.search(r"http\S+", output).group()


def test_update_goes_from_its_title_to_its_page(arrive, way_in):
    editor = arrive(width=820)
    # A picture without alternative text is refused.
    editor.page_errors.allowed.add(422)
    desk = editor.page
    desk.goto(way_in)
    desk.locator("[name=name]").fill("Rosa Editora")
    for field in desk.locator("input[type=password]").all():
        field.fill("violet harbour quilts seldom rain")
    desk.locator("main form button[type=submit]").first.click()

    desk.goto("/organize/updates/")
    _inspect(editor, "updates")
    desk.locator(".workspace-actions a[href$='/updates/new']").click()
    _inspect(editor, "new update")
    desk.locator("[name=title]").fill(TITLE)
    desk.locator(".workspace-form button[type=submit]").dblclick()
    desk.wait_for_url(f"**/organize/updates/{SLUG}**")
    desk.goto(f"/organize/updates/{SLUG}/words")
    _write(editor)
    _picture(editor)
    _pictures_in_text(editor)
    _publish(editor)
    reader = UpdatesScreen.open(arrive(lang="fr"))
    loads_until(reader.page, lambda: reader.find(f"a[href$='/updates/{SLUG}']").count())
    seen = reader.follow(SLUG)
    expect(seen.find("h1")).to_have_text("Des arbres sur la place")
    expect(seen.find(".news-picture")).to_have_attribute("alt", "Douze jeunes arbres")
    expect(seen.find(".news-body figure img")).to_have_attribute("alt", "Un banc vide")
    desk.goto(f"/organize/mail/{SLUG}")
    _inspect(editor, "mail of an update")
    expect(desk.locator(".email-sample").first).to_contain_text("Twelve of them")
    expect(desk.locator(f"form[action$='/mail/{SLUG}']")).to_have_count(0)


def _write(editor):
    desk = editor.page
    desk.locator("[name=body_en]").fill("**Twelve** of them.")
    expect(desk.locator("[data-preview-of=body_en] strong")).to_have_text("Twelve")
    _inspect(editor, "words of an update")
    # A closed tab keeps what was typed.
    keeps_draft(desk, "**Twelve** of them.")
    desk.reload()
    desk.locator("[data-draft-take]").click()
    expect(desk.locator("[name=body_en]")).to_have_value("**Twelve** of them.")
    desk.locator("#fr summary").first.click()
    desk.locator("[name=title_fr]").fill("Des arbres sur la place")
    desk.locator("[name=body_fr]").fill("Ils sont **douze**.")
    desk.locator(".text-actions [value=save]").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(TITLE)
    _inspect(editor, "update begun")


def _picture(editor):
    desk = editor.page
    desk.goto(f"/organize/updates/{SLUG}/picture")
    desk.locator("[name=picture]").set_input_files(
        {
            "name": "trees.jpg",
            "mimeType": "image/jpeg",
            "buffer": heart("white", file_format="JPEG"),
        }
    )
    desk.locator("[data-focal] img").click(position={"x": 5, "y": 5})
    assert int(desk.locator("[name=focal_x]").input_value()) < 20
    desk.locator("[name=alt_en]").fill("Twelve young trees")
    desk.locator(".picture-form button[type=submit]").click()
    expect(desk.locator(".error-links a")).to_have_count(1)
    expect(desk.locator("[name=alt_fr]")).to_have_attribute("aria-invalid", "true")
    _inspect(editor, "picture refused")
    desk.locator("[name=picture]").set_input_files(
        {
            "name": "trees.jpg",
            "mimeType": "image/jpeg",
            "buffer": heart("white", file_format="JPEG"),
        }
    )
    desk.locator("[name=alt_fr]").fill("Douze jeunes arbres")
    desk.locator(".picture-form button[type=submit]").click()
    expect(desk.locator(".part-picture")).to_be_visible()


def _pictures_in_text(editor):
    desk = editor.page
    desk.goto(f"/organize/updates/{SLUG}/pictures")
    _inspect(editor, "pictures in the text")
    desk.locator("[name=picture]").set_input_files(
        {"name": "bench.png", "mimeType": "image/png", "buffer": heart("white", side=300)}
    )
    desk.locator("[name=alt_en]").fill("An empty bench")
    desk.locator("[name=alt_fr]").fill("Un banc vide")
    desk.locator(f"form[action$='/{SLUG}/pictures'] button[type=submit]").dblclick()
    expect(desk.locator("#picture-1")).to_have_count(1)
    desk.locator(".workspace-actions a[href$='/words']").click()
    for code in ("en", "fr"):
        if code == "fr":
            desk.locator("#fr summary").first.click()
        desk.locator(f"#{code} [data-module=insert-snippet]").click()
        expect(desk.locator(f"[data-preview-of=body_{code}] figure img")).to_be_visible()
    expect(desk.locator("[name=body_fr]")).to_have_value("Ils sont **douze**.\n\n![](picture:1)\n")
    _inspect(editor, "words with a picture")
    desk.locator(".text-actions [value=save]").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(TITLE)
    desk.goto(f"/organize/updates/{SLUG}/pictures")
    expect(desk.locator(".body-picture .tag--success")).to_be_visible()
    desk.goto(f"/organize/updates/{SLUG}")


def _publish(editor):
    desk = editor.page
    desk.locator(".workspace-actions a[href$='/publish']").click()
    _inspect(editor, "publish an update")
    desk.locator("main form[action$='/publish'] button[type=submit]").click()
    expect(desk.locator(".petition-state .tag--success")).to_be_visible()
    expect(desk.locator(f".petition-state a[href$='/updates/{SLUG}']")).to_be_visible()


def _inspect(editor, kind):
    editor.inspect(editor.page, kind)

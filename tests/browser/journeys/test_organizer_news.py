"""An editor writes an update with a picture, sees it before, publishes it, and looks at who would get it by mail."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import keeps_draft, loads_until
from tests.browser.screens.news import UpdatesScreen
from tests.factories.pictures import heart

TITLE = "Trees stand in the square"
SLUG = "trees-stand-in-the-square"


@pytest.fixture(scope="module")
def way_in(served):
    """The link that invites an editor; it works once."""
    said = served.flask("organizers", "add", "rosa@news.example", "--role", "editor", "--cause", "butterflies-for-mexico")
    return re.search(r"http\S+", said).group()


def test_an_update_from_its_title_to_its_page(arrive, way_in):
    editor = arrive(width=820)
    # A picture without words for who does not see it is refused.
    editor.noises.allowed.add(422)
    desk = editor.page
    desk.goto(way_in)
    desk.get_by_label("Name").fill("Rosa Editora")
    for field in desk.locator("input[type=password]").all():
        field.fill("violet harbour quilts seldom rain")
    desk.locator("main form button[type=submit]").first.click()

    desk.goto("/organize/updates/")
    _inspect(editor, "updates")
    desk.get_by_role("link", name="New update").click()
    _inspect(editor, "new update")
    desk.get_by_label("Title").fill(TITLE)
    desk.get_by_role("button", name="Begin").dblclick()
    expect(desk.get_by_role("heading", level=1)).not_to_have_text("New update")
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
    expect(desk.locator(".letter-sample").first).to_contain_text("Twelve of them")
    expect(desk.get_by_role("button", name="Mail it")).to_have_count(0)


def _write(editor):
    desk = editor.page
    desk.locator("[name=body_en]").fill("**Twelve** of them.")
    expect(desk.locator("[data-as-read=body_en] strong")).to_have_text("Twelve")
    _inspect(editor, "words of an update")
    # A closed tab keeps what was typed.
    keeps_draft(desk, "**Twelve** of them.")
    desk.reload()
    desk.locator("[data-draft-take]").click()
    expect(desk.locator("[name=body_en]")).to_have_value("**Twelve** of them.")
    desk.locator("#fr summary").first.click()
    desk.locator("[name=title_fr]").fill("Des arbres sur la place")
    desk.locator("[name=body_fr]").fill("Ils sont **douze**.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(TITLE)
    _inspect(editor, "update begun")


def _picture(editor):
    desk = editor.page
    desk.goto(f"/organize/updates/{SLUG}/picture")
    desk.locator("[name=picture]").set_input_files({"name": "trees.jpg", "mimeType": "image/jpeg", "buffer": heart("white", form="JPEG")})
    desk.locator("[data-focal] img").click(position={"x": 5, "y": 5})
    assert int(desk.locator("[name=focal_x]").input_value()) < 20
    desk.get_by_label("What is seen (English)").fill("Twelve young trees")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".error-links a")).to_have_count(1)
    _inspect(editor, "picture refused")
    desk.locator("[name=picture]").set_input_files({"name": "trees.jpg", "mimeType": "image/jpeg", "buffer": heart("white", form="JPEG")})
    desk.get_by_label("What is seen (Français)").fill("Douze jeunes arbres")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".part-picture")).to_be_visible()


def _pictures_in_text(editor):
    desk = editor.page
    desk.goto(f"/organize/updates/{SLUG}/pictures")
    _inspect(editor, "pictures in the text")
    desk.locator("[name=picture]").set_input_files({"name": "bench.png", "mimeType": "image/png", "buffer": heart("white", side=300)})
    desk.get_by_label("What is seen (English)").fill("An empty bench")
    desk.get_by_label("What is seen (Français)").fill("Un banc vide")
    desk.get_by_role("button", name="Add it").dblclick()
    expect(desk.get_by_role("heading", name="Picture 1")).to_have_count(1)
    desk.get_by_role("link", name="To the words").click()
    for code in ("en", "fr"):
        if code == "fr":
            desk.locator("#fr summary").first.click()
        desk.locator(f"#{code}").get_by_role("button", name="Put in").click()
        expect(desk.locator(f"[data-as-read=body_{code}] figure img")).to_be_visible()
    expect(desk.locator("[name=body_fr]")).to_have_value("Ils sont **douze**.\n\n![](picture:1)\n")
    _inspect(editor, "words with a picture")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(TITLE)
    desk.goto(f"/organize/updates/{SLUG}/pictures")
    expect(desk.locator(".body-picture .tag")).to_have_text("in the text")
    desk.goto(f"/organize/updates/{SLUG}")


def _publish(editor):
    desk = editor.page
    desk.get_by_role("link", name="Publish …").first.click()
    _inspect(editor, "publish an update")
    desk.get_by_role("button", name="Publish").click()
    expect(desk.locator(".petition-state .tag")).to_have_text("public")


def _inspect(editor, kind):
    editor.inspect(editor.page, kind)

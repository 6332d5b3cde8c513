"""Tests of an editor who writes a petition in three languages, publishes, edits and closes it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import keeps_draft, loads_until
from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import ClosedScreen, PetitionScreen

SLUG = "shade-for-the-square"
CAUSE = "butterflies-for-mexico"
WORDS = {
    "es": (
        "Sombra para la plaza",
        "Pedimos árboles.",
        "Señora alcaldesa:\n\n1. **Plante** doce árboles.",
    ),
    "en": (
        "Shade for the square",
        "We ask for trees.",
        "Madam Mayor,\n\n1. **Plant** twelve trees.",
    ),
    "fr": (
        "De l’ombre sur la place",
        "Nous demandons des arbres.",
        "Madame la maire,\n\n1. **Plantez** douze arbres.",
    ),
}


@pytest.fixture(scope="module")
def way_in(served):
    """The link that invites an editor, which works once."""
    output = served.flask(
        "organizers", "add", "rosa@editor.example", "--role", "editor", "--cause", CAUSE
    )
    return re.search(r"http\S+", output).group()


@pytest.mark.slow
def test_petition_goes_from_its_first_title_to_its_end(arrive, way_in):
    editor = arrive(width=820)
    desk = editor.page
    desk.goto(way_in)
    desk.locator("[name=name]").fill("Rosa Editora")
    for field in desk.locator("input[type=password]").all():
        field.fill("violet harbour quilts seldom rain")
    desk.locator("main form button[type=submit]").first.click()

    _begin(editor)
    _write(editor)
    _publish(editor)
    supporter = arrive(lang="es")
    PetitionScreen.open(supporter, slug=SLUG).sign()
    assert email_of(supporter).press().confirm().number > 0
    _change(editor)
    _close(editor)
    late = arrive(lang="fr")
    late.page.goto(f"/fr/petitions/{SLUG}")
    loads_until(late.page, lambda: not late.page.locator("#sign form").count())
    reader = ClosedScreen(late)
    expect(reader.find(".petition-version")).to_be_visible()


def _begin(editor):
    desk = editor.page
    desk.goto("/organize/petitions/new")
    _inspect(editor, "new petition")
    desk.locator("[name=lang]").select_option("es")
    desk.locator("[name=title]").fill(WORDS["es"][0])
    desk.locator("[name=slug]").fill(SLUG)
    desk.locator(".workspace-form button[type=submit]").dblclick()
    expect(desk.locator(".guide [aria-current=step]")).to_be_visible()
    # The guide for table volunteers is another thing, with lists that are indented.
    expect(desk.locator(".guide ol")).to_have_css("padding-inline-start", "0px")
    desk.goto(f"/organize/petitions/{SLUG}")
    expect(desk.get_by_role("heading", level=1)).to_have_text(WORDS["es"][0])
    _inspect(editor, "petition begun")


def _write(editor):
    desk = editor.page
    desk.goto(f"/organize/petitions/{SLUG}/letter")
    for lang, (title, summary, body) in WORDS.items():
        sheet = desk.locator(f"#{lang}")
        if sheet.get_attribute("open") is None:
            sheet.locator("> summary").click()
        for part, words in (("title", title), ("summary", summary), ("body", body)):
            desk.locator(f"[name={part}_{lang}]").fill(words)
        expect(desk.locator(f"[data-preview-of=body_{lang}] li strong")).to_be_visible()
    _inspect(editor, "letter")
    # Closing a tab loses nothing: the input is offered again.
    keeps_draft(desk, "**Plantez**")
    desk.reload()
    desk.locator("[data-draft-take]").click()
    expect(desk.locator("[name=body_fr]")).to_have_value(WORDS["fr"][2])
    desk.locator(".text-actions [value=save]").click()
    expect(desk.locator(".alert--success")).to_be_visible()
    desk.goto(f"/organize/petitions/{SLUG}/targets")
    desk.locator("[name=rows-0-en]").fill("The mayor")
    desk.locator(".rows-form [value=add]").click()
    desk.locator("[name=rows-1-en]").fill("The council")
    desk.locator(".rows-form [value=up-1]").click()
    expect(desk.locator("[name=rows-0-en]")).to_have_value("The council")
    _inspect(editor, "targets")
    desk.locator(".rows-form div.actions button[type=submit]").first.click()
    expect(desk.locator(".alert--success")).to_be_visible()


def _publish(editor):
    desk = editor.page
    desk.goto(f"/organize/petitions/{SLUG}/preview?lang=fr")
    expect(desk.get_by_role("heading", level=1)).to_have_text(WORDS["fr"][0])
    _inspect(editor, "preview")
    desk.goto(f"/organize/petitions/{SLUG}")
    desk.locator(".workspace-actions a[href$='/publish']").click()
    _inspect(editor, "publish")
    desk.locator("main form[action$='/publish'] button").click()
    expect(desk.locator("form[action$='/close']")).to_be_visible()
    expect(desk.locator(".alert--success")).to_be_visible()


def _change(editor):
    desk = editor.page
    desk.goto(f"/organize/petitions/{SLUG}/letter")
    expect(desk.locator(".alert--waiting")).to_be_visible()
    desk.locator("[name=body_es]").fill(WORDS["es"][2].replace("doce", "veinte"))
    desk.locator(".text-actions [value=save]").click()
    expect(desk.locator("[value=new-version]")).to_be_visible()
    expect(desk.locator("ins")).to_contain_text("veinte")
    _inspect(editor, "review of a version")
    desk.locator("[value=new-version]").click()
    expect(desk.locator(".alert--success")).to_be_visible()
    desk.goto(f"/organize/petitions/{SLUG}/versions/")
    _inspect(editor, "versions")
    desk.locator("main a[href$='/versions/2']").click()
    expect(desk.locator("del")).to_contain_text("doce")
    _inspect(editor, "version")


def _close(editor):
    desk = editor.page
    for place in ("form", "dates", "address"):
        desk.goto(f"/organize/petitions/{SLUG}/{place}")
        _inspect(editor, place)
    for place in ("petitions/", "causes/", f"causes/{CAUSE}", f"causes/{CAUSE}/words"):
        desk.goto(f"/organize/{place}")
        _inspect(editor, place)
    desk.goto(f"/organize/petitions/{SLUG}")
    desk.locator("form[action$='/close'] button").click()
    expect(desk.locator("form[action$='/reopen']")).to_be_visible()
    _inspect(editor, "petition closed")


def _inspect(editor, kind):
    editor.inspect(editor.page, f"desk: {kind}")

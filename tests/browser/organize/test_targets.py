"""Tests of an editor who imports targets, looks at what that changes, confirms it and undoes it."""

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import accept, go, look, press

FILE = """external_id,name_en,name_es,office_en,office_es,party,area,emails,telephones
s-1,Quirina Vela,Quirina Vela,Senator,Senadora,Valley Party,MX-JAL,vela@senate.example; office@senate.example,+52 33 5555 0100 (office)
s-2,Bruno Salas,Bruno Salas,Senator,Senador,River Party,MX-COL,salas@senate.example,
s-3,Office of the Mayor of the Valley,Oficina de la Alcaldía del Valle,,,,x-valley,,
"""
WRONG = FILE + "s-4,,,Senator,,,,nowhere,\n"


def choose(page, text):
    page.locator("[name=file]").set_input_files(
        {"name": "senate.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("es", 390, "dark"), ("fr", 820, "light")],
)
def test_list_is_imported_used_and_undone(newcomer, lang, width, scheme):
    editor = newcomer("editor", lang=lang, width=width, scheme=scheme)
    page = editor.page
    editor.page_errors.allowed.add(422)
    accept(editor)
    go(editor, "targets/", "targets before")
    # Other tests of this site may have made some.
    listed = page.locator("[data-target]")
    before = listed.count()
    place = page.url.rpartition("/organize/")[2].partition("?")[0]
    go(editor, f"{place}/import", "choose a file")
    choose(page, WRONG)
    press(editor, "wrong line")
    expect(page.locator("[data-line='5']").first).to_be_visible()
    choose(page, FILE)
    press(editor, "dry run")
    expect(page.locator("tr[data-outcome=added] td")).to_have_text("3")
    imported = page.url
    page.locator("form[action$=accept] button").click()
    expect(page.locator("[data-state=imported]")).to_be_visible()
    look(editor, "imported")
    go(editor, place, "list of targets")
    expect(listed).to_have_count(before + 3)
    page.fill("[name=words]", "sena quirina")
    page.locator(".target-find button").click()
    expect(page.locator("[data-target]")).to_have_count(1)
    page.locator("[data-target] a").click()
    look(editor, "one target")
    expect(page.locator(".target-email")).to_have_count(2)
    go(editor, f"{page.url.rpartition('/organize/')[2]}/contact", "contact of a target")
    go(editor, f"{place}/new", "new target")
    go(editor, "petitions/human-rights-first/targets", "targets of a petition")
    page.fill("[name=directory]", "quirina")
    page.keyboard.press("Enter")
    page.locator("[data-testid=found-targets] input").check()
    look(editor, "a target is chosen")
    page.locator("[name=press][value=choose]").click()
    expect(page.locator("li.row-panel .tag")).to_have_count(1)
    go(editor, f"{place}/areas", "areas")
    page.goto(imported)
    page.locator("form[action$=undo] button").click()
    expect(page.locator("[data-state=undone]")).to_be_visible()
    go(editor, place, "list after the undo")
    expect(listed).to_have_count(before)

"""Tests of an answer from the workspace, or from the link of a target, to the petition's page."""

import pytest
from playwright.sync_api import expect

from tests.browser.modules.actions import loads_until
from tests.browser.organize.steps import accept, go, look, press

SLUG = "human-rights-first"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("en", 1440, "light"), ("es", 390, "dark"), ("fr", 820, "light")],
)
def test_answer_is_published_and_a_target_answers(newcomer, arrive, lang, width, scheme):
    editor = newcomer("editor", lang=lang, width=width, scheme=scheme)
    page = editor.page
    editor.page_errors.allowed.add(422)
    accept(editor)
    answer_id = _enter(editor)
    shown = f"#answer-{answer_id}"
    reader = arrive(lang=lang, width=390)
    _read(reader, lang, shown)
    token_path = _make_link(editor, lang)
    _answer(arrive(lang=lang, width=390, scripts=False), token_path)
    second = arrive(lang=lang, width=390, scheme=scheme)
    second.page.goto(token_path)
    expect(second.page.locator("[data-link=answered]")).to_be_visible()
    second.inspect(second.page, "link was used")
    go(editor, "", "overview with a task")
    page.locator(f"main a[href^='/organize/answers/{SLUG}/']").first.click()
    look(editor, "answer of a target")
    expect(page.locator("[data-state=waiting]")).to_be_visible()
    page.locator("form[action$='/publish'] button").click()
    expect(page.locator("main [data-state=published]")).to_be_visible()
    own_id = page.url.rpartition("/")[2]
    plain = arrive(lang=lang, width=390, scripts=False)
    for each in (shown, f"#answer-{own_id}"):
        _read(plain, lang, each)
    _withdraw(editor, answer_id, own_id)
    loads_until(plain.page, lambda: plain.page.locator(shown).count() == 0)
    _set_result(editor, reader, lang)


def _enter(editor):
    """Enter an answer with a document, preview and publish it. Return its id."""
    page = editor.page
    go(editor, f"answers/{SLUG}", "answers of a petition")
    go(editor, f"answers/{SLUG}/new", "new answer")
    page.fill("#answered_by", "Oficina de Gestión")
    press(editor, "new answer with errors")
    expect(page.locator("#day")).to_have_attribute("aria-invalid", "true")
    assert page.locator("#answered_by").input_value() == "Oficina de Gestión"
    page.fill("#day", "2026-05-04")
    page.locator("[name=outcome][value=promised]").check()
    page.fill("#text_en", "We will **publish** the list.")
    page.locator("#document").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    press(editor, "draft of an answer")
    answer_id = page.url.rpartition("/")[2]
    go(editor, f"answers/{SLUG}/{answer_id}/preview", "preview of an answer")
    expect(page.locator(f"#answer-{answer_id}")).to_be_visible()
    go(editor, f"answers/{SLUG}/{answer_id}", "draft of an answer")
    page.locator("form[action$='/publish'] button").click()
    expect(page.locator("main [data-state=published]")).to_be_visible()
    return answer_id


def _read(visitor, lang, shown):
    page = visitor.page
    page.goto(f"/{lang}/petitions/{SLUG}")
    answer = page.locator(shown)
    if not answer.is_visible():
        loads_until(page, answer.is_visible)
    expect(page.locator("[data-answers] a[href='#answers']")).to_be_visible()
    visitor.inspect(page, "petition with answers")
    if visitor.scripts:
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def _make_link(editor, lang):
    """Create a link for the target in this language. Return its path."""
    page = editor.page
    go(editor, f"answers/{SLUG}", "answers of a petition")
    page.select_option("#lang", lang)
    page.locator("form[action$='/links'] button[type=submit]").click()
    address = page.locator("[data-answer-link]").first
    expect(address).to_be_visible()
    look(editor, "links of targets")
    return "/" + address.inner_text().split("/", 3)[3]


def _answer(target, path):
    """Answer as the target does, first without a text."""
    target.page_errors.allowed.add(422)
    page = target.page
    page.goto(path)
    expect(page.locator("[data-signatures]")).not_to_have_text("0")
    page.fill("#answered_by", "Quirina Vela")
    page.locator(".answer-form button[type=submit]").click()
    expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")
    assert page.locator("#answered_by").input_value() == "Quirina Vela"
    page.fill("#text", "Sí. We have read it.")
    page.locator("[name=outcome][value=partly]").check()
    page.locator(".answer-form button[type=submit]").click()
    expect(page.locator("[data-link=answered]")).to_be_visible()


def _withdraw(editor, *answer_ids):
    page = editor.page
    for answer_id in answer_ids:
        go(editor, f"answers/{SLUG}/{answer_id}", "published answer")
        page.locator("form[action$='/withdraw'] button").click()
        expect(page.locator("main [data-state=withdrawn]")).to_be_visible()
        look(editor, "withdrawn answer")


def _set_result(editor, reader, lang):
    """Set a result, which the petition's page shows, and remove it again."""
    page = editor.page
    for result in ("won", ""):
        go(editor, f"answers/{SLUG}/result", "result of a petition")
        page.locator(f"[name=result][value='{result}']").check()
        press(editor, "answers with a result")
        reader.page.goto(f"/{lang}/petitions/{SLUG}")
        banner = reader.page.locator(".petition-result[data-result=won]")
        loads_until(
            reader.page, lambda banner=banner, shown=bool(result): bool(banner.count()) is shown
        )
        if result:
            reader.inspect(reader.page, "petition with a result")
            reader.page.goto(f"/{lang}/causes/butterflies-for-mexico")
            card = reader.page.locator("#petitions [data-result=won]")
            loads_until(reader.page, card.is_visible)

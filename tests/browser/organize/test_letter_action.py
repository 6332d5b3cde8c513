"""Tests of an organizer who makes a letter action, from the first press to its public page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import go, look

pytestmark = pytest.mark.slow

TARGETS = """kind,name_en,office_en,email
person,Elena Vela,Senator,vela@senate.example
person,Rui Mar,Senator,
"""
SAVE = "form:has([name=guide]) div.actions button[type=submit]"
SKIP = "form:has([name=guide]) div.actions a.go"
PAGE = {"summary_en": "We ask for a law.", "body_en": "The Senate votes in *March*."}


def press(visitor, what, kind):
    visitor.page.locator("main").locator(what).first.click()
    look(visitor, kind)


def test_organizer_makes_a_letter_action_without_a_manual(owner, served, tmp_path):
    file = tmp_path / "targets.csv"
    file.write_text(TARGETS, "utf-8")
    served.flask("targets", "import", str(file), "--organisation", "butterfly-table")
    odile = owner(width=390)
    page = odile.page
    go(odile, "petitions/new", "new petition or letter")
    page.locator("[name=action_kind][value=letter]").check()
    page.fill("[name=title]", "Write to the Senate")
    press(odile, ".workspace-form button[type=submit]", "letter step: page")
    for name, value in PAGE.items():
        page.fill(f"[name={name}]", value)
    press(odile, SAVE, "letter step: letter")
    page.fill("[name=rows-0-label_en]", "What does this mean to you?")
    page.fill("[name=subject_en]", "Please vote for the law")
    page.fill("[name=opening_en]", "I write to you about the law.")
    preview = page.locator("[data-letter-preview]").first
    expect(preview).to_contain_text("Please vote for the law")
    expect(preview).to_contain_text("[What does this mean to you?]")
    with page.expect_popup() as opened:
        page.locator("[name=press][value=preview-en]").click()
    expect(opened.value.locator(".letter-body")).to_contain_text("I write to you about the law.")
    odile.inspect(opened.value, "organize preview of a letter")
    opened.value.close()
    press(odile, f"{SAVE}[value=save]", "letter step: targets")
    page.fill("[name=q]", "vela")
    press(odile, "[value=search]", "letter step: targets searched")
    page.locator("[name=add]").first.check()
    press(odile, "[value=choose]", "letter step: targets chosen")
    expect(page.locator("[data-testid=chosen] > li")).to_have_count(1)
    press(odile, SAVE, "letter step: sending")
    page.locator("[name=way][value=individual]").check()
    press(odile, SAVE, "letter step: form")
    press(odile, SAVE, "letter step: dates")
    press(odile, SKIP, "letter step: picture")
    press(odile, SKIP, "letter step: publish")
    page.locator("main form[action$='/publish'] button").click()
    look(odile, "letter published")
    expect(page.locator(".alert--success")).to_be_visible()
    page.locator("main form[action$='/letters/test'] button").first.click()
    look(odile, "letter test sent")
    expect(page.locator(".alert--success")).to_be_visible()
    page.locator("main a[href$='/letters']").first.click()
    look(odile, "letters of an action")
    page.goto("/en/actions/write-to-the-senate")
    expect(page.locator("h1")).to_have_text("Write to the Senate")
    expect(page.locator("main")).to_contain_text(re.compile("Elena Vela"))
    expect(page.locator("[name=answer_1]")).to_be_visible()

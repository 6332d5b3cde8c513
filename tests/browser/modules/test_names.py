"""Tests of names as shown: initials of any script, and previews beside the choices."""

import json
from datetime import date

import pytest
from flask_babel import force_locale
from playwright.sync_api import expect

from campaign.i18n.locales import locale_of
from campaign.web.template_filters import day as day_in_words
from tests.browser.modules.actions import call, open_form
from tests.browser.modules.little_site import BASE


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [
        ("Amalia", "Rosales", "A. R."),
        ("amalia", "de la Cruz", "A. D."),
        ("Amalia", "", "A."),
        ("", "Rosales", "R."),
        ("  Élodie ", " Ångström", "É. Å."),
        ("E\u0301lodie", "", "É."),
        ("X\u0301a", "", "X\u0301."),
        ("王", "小明", "王. 小."),
        ("عمر", "خيام", "ع. خ."),
        ("𐐨𐐩", "𠮷田", "𐐀. 𠮷."),
        ("", "  ", ""),
    ],
)
def test_initials_are_the_first_letters_of_any_script(form_page, given, family, shown):
    assert call(form_page, "initials", "initials", given, family, "en") == shown


def test_initials_without_a_segmenter_keep_accents_and_pairs_whole(page):
    page.add_init_script("delete Intl.Segmenter;")
    open_form(page)
    assert call(page, "initials", "initials", "X\u0301a", "𠮷田", "fr") == "X\u0301. 𠮷."


def test_name_preview_shows_what_will_be_published(page):
    open_form(page)
    page.locator("[name=given_name]").press_sequentially("Amalia")
    expect(page.locator("[data-preview=initials]")).to_have_text("A.")
    page.locator("[name=family_name]").fill("Rosales")
    expect(page.locator("[data-preview=full]")).to_have_text("Amalia Rosales")
    expect(page.locator("[data-preview=initials]")).to_have_text("A. R.")
    page.locator("[name=given_name]").fill("")
    page.locator("[name=family_name]").fill("")
    expect(page.locator("[data-preview=initials]")).to_have_text("As B. C.")


@pytest.mark.parametrize(
    ("lang", "first", "other"),
    [
        ("en", "May 1, 2026", "November 26, 2026"),
        ("es", "1 de mayo de 2026", "26 de noviembre de 2026"),
        ("fr", "1er mai 2026", "26 novembre 2026"),
    ],
)
def test_date_is_formatted_as_on_the_server(form_page, app, lang, first, other):
    assert [
        call(form_page, "format", "formatDay", day, lang) for day in ("2026-05-01", "2026-11-26")
    ] == [first, other]
    with force_locale(locale_of(lang)):
        assert [day_in_words(date(2026, 5, 1)), day_in_words(date(2026, 11, 26))] == [first, other]


@pytest.mark.parametrize(
    ("ms", "en", "es", "fr"),
    [
        (300_000, "5 minutes", "5 minutos", "5 minutes"),
        (-3_540_000, "1 hour", "1 hora", "1 heure"),
        (86_400_000, "1 day", "1 día", "1 jour"),
        (-400 * 86_400_000, "400 days", "400 días", "400 jours"),
    ],
)
def test_duration_reads_as_people_say_it(form_page, ms, en, es, fr):
    texts = [call(form_page, "format", "formatDuration", ms, lang) for lang in ("en", "es", "fr")]
    assert [text.replace("\u00a0", " ") for text in texts] == [en, es, fr]


NAMES = {
    0: [{"n": 7, "name": "Amalia"}, {"n": 1000, "name": "Zora"}],
    1: [{"n": 1001, "name": "Tomás"}],
}


def _serve_names(page):
    """Answer requests for names, and return the list of their addresses."""
    asked = []

    def answer(route):
        asked.append(route.request.url.partition("/names/")[2].partition("?")[0])
        named = NAMES.get(int(asked[-1]))
        chunk = {"last": 1001, "free": [3], "butterflies": named}
        route.fulfill(
            status=200 if named else 404, content_type="application/json", body=json.dumps(chunk)
        )

    page.route("**/names/*", answer)
    return asked


def test_big_screen_names_the_newest_of_neighbouring_chunks_first(page):
    open_form(page)
    asked = _serve_names(page)
    names, knows = page.evaluate(
        """async (base) => {
            const { NameList } = await import(`${base}/projector/name-list.js`);
            const list = new NameList("/names/{k}");
            await list.ask(1001, [], 40, true);
            return [list.named.map(({ name }) => name), [2, 3, 1001, 1002].map((n) => list.knows(n))];
        }""",
        BASE,
    )
    assert names == ["Tomás", "Zora", "Amalia"]
    assert knows == [True, False, True, False]
    assert sorted(asked) == ["0", "1"]


def test_montage_fetches_the_chunk_of_a_number_once(page):
    open_form(page)
    asked = _serve_names(page)
    names = page.evaluate(
        """async (base) => {
            const { NameLoader } = await import(`${base}/montage/name-loader.js`);
            const names = new NameLoader("/names/{k}");
            const found = [];
            for (const number of [7, 1000, 1001, 2, 2001]) found.push(await names.of(number));
            return found.map((each) => each && each.name);
        }""",
        BASE,
    )
    assert names == ["Amalia", "Zora", "Tomás", None, None]
    assert asked == ["0", "1", "2"]

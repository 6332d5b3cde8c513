"""Tests of updates: subscribe, get the next one by email, and unsubscribe."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.screens.mail import email_of
from tests.browser.screens.news import (
    AskedScreen,
    EndScreen,
    NewsBox,
    PreferencesScreen,
    UpdatesScreen,
    links_in,
)

TITLES = {"en": "An answer from the Senate", "es": "El Senado responde", "fr": "Le Sénat répond"}


@pytest.mark.parametrize(
    ("lang", "width", "scripts", "scheme"),
    [("en", 390, True, "light"), ("fr", 1440, True, "dark"), ("es", 820, False, "light")],
)
def test_update_is_read_subscribed_to_and_stopped(arrive, served, lang, width, scripts, scheme):
    visitor = arrive(lang=lang, width=width, scripts=scripts, scheme=scheme)
    update = UpdatesScreen.open(visitor).follow("six-years-on")
    expect(update.find(".news-links a")).to_have_count(1)
    NewsBox.open(visitor).thanked()
    AskedScreen.by_email(visitor).confirm()
    _mail_an_update(served.var / "volante.sqlite3", f"answer-{lang}")
    email = email_of(visitor, 2)
    text = email.find("main pre").text_content()
    assert TITLES[lang] in text and f"/{lang}/updates/" in text
    end, preferences = links_in(email)
    visitor.page.goto(preferences)
    chosen = PreferencesScreen(visitor).choose("weekly", lang)
    expect(chosen.find("[name=frequency][value=weekly]")).to_be_checked()
    visitor.page.goto(end)
    EndScreen(visitor).press()
    expect(visitor.page.locator("main form")).to_have_count(0)


@pytest.mark.slow
def test_form_error_is_shown_at_its_field_and_input_is_kept(arrive):
    visitor = arrive(width=1440)
    visitor.page_errors.allowed.add(422)
    refused = NewsBox.open(visitor).refused(address="amalia@correo", often="weekly")
    expect(refused.find("[name=email]")).to_have_value("amalia@correo")
    expect(refused.find("[value=weekly]")).to_be_checked()
    refused.find(".error-links a").click()
    expect(refused.find("[name=email]")).to_be_focused()
    refused.thanked(often="weekly")


def _mail_an_update(file, slug):
    """Publish an update, and plan its mailing to people who subscribed by a form."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as database:
        database.execute("begin immediate")
        [[update_id]] = database.execute(
            "insert into campaign_update (uuid, cause_id, slug, state, publish_at, time_zone, original_lang, part_versions, created_at,"
            " changed_at) values (?, 1, ?, 'published', ?, '', 'en', '{}', ?, ?) returning id",
            (str(uuid4()), slug, now, now, now),
        ).fetchall()
        database.executemany(
            "insert into campaign_update_text (update_id, lang, title, summary, body) values (?, ?, ?, '', 'They wrote.')",
            [(update_id, lang, title) for lang, title in TITLES.items()],
        )
        [[mailing_id]] = database.execute(
            "insert into mailing (update_id, state, langs, kinds, per_minute, starts_at, reached_id, created_at, counts)"
            " values (?, 'planned', '[]', '[\"subscribers\"]', 0, ?, 0, ?, '{}') returning id",
            (update_id, now, now),
        ).fetchall()
        database.execute(
            "insert into job (kind, subject_id, state, run_at, attempts, progress, is_requested_again, holder, created_at)"
            " values ('mailing', ?, 'waiting', ?, 0, 0, 0, '', ?)",
            (mailing_id, now, now),
        )
        database.execute("commit")

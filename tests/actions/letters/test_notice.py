"""Tests that a letter has its own privacy notice, and that it is recorded with the response."""

import pytest
from flask_babel import force_locale

from campaign.extensions import db, write
from campaign.notices.composition import compose_notice
from campaign.notices.models import Notice
from campaign.petitions.jobs import record_shown_notices
from campaign.petitions.presenters import notice_of
from campaign.privacy.letters import WRITERS
from campaign.privacy.supporters import SIGNERS
from campaign.process.clock import utcnow
from tests.factories.letters import make_letter_action, target_ids
from tests.factories.signatures import AMALIA, rows


@pytest.fixture
def action(app):
    return make_letter_action()


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_notice_of_a_letter_says_what_is_kept_of_letters(action, lang):
    organisation_id = action.cause.organisation_id
    shown = notice_of(action, lang)
    signature = compose_notice(
        "signature", organisation_id=organisation_id, lang=lang, days=action.retention_days
    )
    assert shown.digest != signature.digest
    with force_locale(lang):
        for row in WRITERS:
            assert (str(row.name) in shown.text) == row.is_entered


def test_notice_names_what_writers_enter(action):
    text = notice_of(action, "en").text
    assert all(str(row.name) in text for row in WRITERS if row.is_entered)


def rows_of(notice):
    """Return {what is kept: the rest of its row} of a notice."""
    lines = [line[2:] for line in notice.text.splitlines() if line.startswith("- ")]
    return {name: rest for name, _dot, rest in (line.partition(". ") for line in lines)}


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize(
    ("index", "column"), list(enumerate(("given_name", "email", "postal_code")))
)
def test_letters_and_petitions_differ_in_who_sees_name_email_and_place(action, lang, index, column):
    petition = compose_notice(
        "signature", organisation_id=action.cause.organisation_id, lang=lang, days=30
    )
    signed, written = SIGNERS[index], WRITERS[index]
    assert f"signature.{column}" in signed.columns
    with force_locale(lang):
        name = str(signed.name)
        assert name == str(written.name)
        assert str(signed.seen_by) in rows_of(petition)[name]
        assert str(written.seen_by) in rows_of(notice_of(action, lang))[name]
        assert str(signed.seen_by) != str(written.seen_by)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("petition", "comment")),
        ("es", ("petición", "comentario")),
        ("fr", ("pétition", "commentaire")),
    ],
)
def test_notice_of_a_letter_speaks_of_no_petition_and_no_comment(action, lang, words):
    text = notice_of(action, lang).text.lower()
    assert not [word for word in words if word in text]


def test_response_is_recorded_with_the_notice_of_letters(client, action):
    answer = client.post(
        "/en/actions/river/responses", data={**AMALIA, "targets": target_ids(action)}
    )
    assert answer.status_code == 303
    [response] = rows()
    notice = db.session.get_one(Notice, response.notice_id)
    assert notice.digest == notice_of(action, "en").digest


def test_worker_records_the_notices_of_letters(action):
    assert write(record_shown_notices, now=utcnow()) >= 3
    digests = {notice.digest for notice in db.session.query(Notice)}
    assert notice_of(action, "es").digest in digests

"""Tests of the code in emails: easy to copy and read out, and seen only by those who open them."""

import re
from datetime import timedelta

import pytest
from lxml import html

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures.confirmation_emails import LAST_REMINDER, REMINDER
from campaign.signatures.jobs import remind
from campaign.signatures.signing.repeats import CONFIRMATION, FORM_CONFIRMATION, REPEAT
from tests.factories.letters import make_letter_action, write_unconfirmed
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    code,
    enter_code,
    form_code,
    form_link,
    forms,
    queued_emails,
    row,
    sign,
    sign_and_hatch,
)

SHAPE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
ASKING = (CONFIRMATION, REMINDER, LAST_REMINDER)


def code_in(message):
    """Return the code of an email, which stands alone on a line, and in one element of the HTML."""
    [line] = [line for line in message.text.splitlines() if SHAPE.fullmatch(line)]
    [element] = html.fromstring(message.html).xpath(
        "//*[@class and contains(@class, 'code')]/span[@role]"
    )
    assert element.text_content() == line
    assert element.get("aria-label").split() == list(line.replace("-", ""))
    return line


def preview_of(message):
    return message.html.partition("mso-hide:all")[2].partition("</div>")[0]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("kind", ASKING)
def test_every_email_that_asks_to_confirm_has_the_code(petition, composed, kind, lang):
    signature_id = sign(petition, lang=lang)
    expected = code(signature_id)
    message = composed(kind, signature_id, lang)
    assert code_in(message) == expected
    assert f"http://localhost/{lang}/c" in message.text.splitlines()
    [link] = html.fromstring(message.html).xpath(f"//a[@href='http://localhost/{lang}/c']")
    assert link.text_content() == "localhost/c"


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("kind", ASKING)
def test_letter_has_the_code_too(client, composed, kind, lang):
    response_id = write_unconfirmed(make_letter_action(), lang=lang)
    expected = code(response_id)
    assert code_in(composed(kind, response_id, lang)) == expected
    answer = enter_code(client, row(response_id).email, expected)
    assert client.get(answer.location).status_code == 200


def test_email_about_a_later_form_has_the_code_of_that_form(client, petition, composed):
    sign(petition, comment="First")
    sign(petition, comment="Second")
    [form] = forms()
    expected = form_code(form)
    sent = code_in(composed(FORM_CONFIRMATION, form.id))
    assert sent == expected
    assert enter_code(client, AMALIA["email"], sent).location == form_link(form)


def test_reminder_has_the_code_of_the_form_it_is_about(petition, composed):
    signed = utcnow() - timedelta(days=2)
    signature_id = sign(petition, comment="First", now=signed)
    sign(petition, comment="Second", now=signed)
    write(remind, now=utcnow())
    assert (REMINDER, signature_id, "en") in queued_emails()
    [form] = forms()
    assert code_in(composed(REMINDER, signature_id)) == form_code(form)


def test_email_about_a_repeat_has_no_code(petition, composed):
    message = composed(REPEAT, sign_and_hatch(petition))
    assert not SHAPE.search(message.text)


@pytest.mark.parametrize("neutral_emails", [True, False])
def test_code_is_neither_in_the_subject_nor_in_the_preview(composed, app, neutral_emails):
    signature_id = sign(make_petition(neutral_emails=neutral_emails))
    message = composed(CONFIRMATION, signature_id)
    sent = code_in(message)
    for seen in (message.subject, preview_of(message), message.to_name):
        assert sent not in seen
        assert not SHAPE.search(seen)


def test_code_is_no_link_that_a_scanner_could_follow(petition, composed):
    message = composed(CONFIRMATION, sign(petition))
    sent = code_in(message).replace("-", "")
    for address in re.findall(r"https?://[^\s\"<]+", message.text + message.html):
        assert sent not in address.replace("-", "").upper()

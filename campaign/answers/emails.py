"""The email that tells someone who asked that a petition or another action was answered.

Each text is written when the email is sent. It is dropped if its reader has stopped these emails or
the answer was withdrawn by then.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast

from flask import Flask, g
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.answers.queries import answer_by_id
from campaign.answers.recipients import still_asking
from campaign.answers.telling import EMAIL, TEST
from campaign.answers.telling_models import AnswerReceipt, Telling
from campaign.extensions import db
from campaign.http.urls import absolute_url, host
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.composition import Message, RenderedEmail, render
from campaign.mail.inline_styles import with_inline_styles
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.organisations.emails import email_identity
from campaign.organisations.test_emails import address_test, subject_of_test
from campaign.petitions.kinds import kind_of
from campaign.signatures import tokens
from campaign.signatures.emails import with_neutral_sender
from campaign.signatures.models import Signature
from campaign.text.markdown import to_text

TEMPLATE = "answer_published"


def init_app(app: Flask) -> None:
    """Register the renderers of the emails about answers."""
    register(app, EMAIL, _render_email, _l("Answer, to people who asked"), load=_load_people)
    register(app, TEST, _render_test, _l("Test email of an answer"))


def sample(answer: Answer, lang: str) -> Message:
    """Return the email as people will get it, to nobody. Its links only open public pages."""
    return _message(answer, lang, end_url=absolute_url("signatures.request_own_link", lang))


def _message(answer: Answer, lang: str, *, end_url: str, **addressed: Any) -> Message:
    petition = answer.petition
    message = Message(
        **{"to": "", **addressed},
        lang=lang,
        sender=email_identity(petition.cause.organisation_id, lang).sender,
        **_wording(answer, lang, end_url)._asdict(),
    )
    return with_neutral_sender(message, TEMPLATE) if petition.neutral_emails else message


def _wording(answer: Answer, lang: str, end_url: str) -> RenderedEmail:
    return render(TEMPLATE, lang, personal={"end_url": end_url}, **_shared_context(answer, lang))


def _shared_context(answer: Answer, lang: str) -> dict[str, Any]:
    """Return what all readers in `lang` get, made once for all emails of a pass."""
    contexts: dict[tuple[int, str], dict[str, Any]] = g.setdefault("contexts_of_answers", {})
    known = contexts.get((answer.id, lang))
    if known is None:
        known = contexts[answer.id, lang] = _context(answer, lang)
    return known


def _context(answer: Answer, lang: str) -> dict[str, Any]:
    petition = answer.petition
    shown = shown_answer(answer, lang)
    title = petition.current_version.text(lang, petition.original_lang)
    with force_locale(locale_of(lang)):
        outcome = str(shown.outcome_label)
    page = absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug)
    return {
        "answered_by": shown.name,
        "person": shown.person,
        "day": long_date(shown.day, locale_of(lang)),
        "outcome": outcome,
        "body": with_inline_styles(shown.body),
        "body_lang": shown.lang,
        "plain_body": to_text(answer.text_and_lang(lang)[0], (), shows_links=True),
        "has_document": shown.document is not None,
        "petition_title": title.title,
        "petition_lang": title.lang,
        "page_url": f"{page}#answer-{answer.id}",
        "cause_title": petition.cause.text(lang).title,
        "identity": email_identity(petition.cause.organisation_id, lang),
    }


def _load_people(receipt_ids: Collection[int]) -> Sequence[AnswerReceipt]:
    """Read who gets these emails, for many at once."""
    receipts = db.session.scalars(
        select(AnswerReceipt).where(AnswerReceipt.id.in_(receipt_ids))
    ).all()
    ids = [row.signature_id for row in receipts]
    people: dict[int, Signature | None] = g.setdefault("people_told", {})
    people.update(dict.fromkeys(ids))
    people.update((row.id, row) for row in still_asking(ids))
    return receipts


def _telling(telling_id: int) -> tuple[Telling | None, Answer | None]:
    """Return a Telling and its answer, read once for all emails of a pass."""
    known: dict[int, tuple[Telling | None, Answer | None]] = g.setdefault("tellings_of_emails", {})
    if telling_id not in known:
        telling = db.session.get(Telling, telling_id, populate_existing=True)
        known[telling_id] = telling, answer_by_id(telling.answer_id) if telling else None
    return known[telling_id]


def _render_email(message: OutboxRow) -> Message | None:
    """Return the email about an answer to one person, or None if it must not be sent any more."""
    receipt = db.session.get(AnswerReceipt, message.subject_id)
    telling, answer = _telling(receipt.telling_id) if receipt else (None, None)
    if receipt is None or telling is None or answer is None:
        return None
    if telling.state == "stopped" or answer.state != "published":
        return None
    person = _person(receipt)
    if person is None:
        return None
    stop_url = absolute_url(
        "signatures.stop_answers", person.lang, token=tokens.token_for(tokens.STOP_ANSWERS, person)
    )
    return _message(
        answer,
        person.lang,
        end_url=stop_url,
        to=cast(str, person.email),
        digest=person.email_digest,
        list_id=f"answers-{answer.petition.slug}.{host()}",
        list_unsubscribe=stop_url,
    )


def _person(receipt: AnswerReceipt) -> Signature | None:
    """Return the signature if its person still asks, at exactly the address that was chosen."""
    people: dict[int, Signature | None] = g.get("people_told", {})
    if receipt.signature_id in people:
        person = people[receipt.signature_id]
    else:
        person = next(iter(still_asking([receipt.signature_id])), None)
    return person if person and person.email_digest == receipt.email_digest else None


def _render_test(message: OutboxRow) -> Message | None:
    """Return a test email to an organizer, or None if they or the answer are gone."""
    answer_id = subject_of_test(message.subject_id)
    answer = answer_by_id(answer_id) if answer_id else None
    if answer is None:
        return None
    return address_test(message.subject_id, sample(answer, message.lang))

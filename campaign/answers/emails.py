"""The emails about an answer to a petition or another action, or its result, to people who asked.

Each text is written when the email is sent. It is dropped if its reader has stopped these emails,
the answer was withdrawn or the result was changed by then.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias, cast

from flask import Flask, g
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.answers.queries import answer_by_id, published_answers
from campaign.answers.recipients import still_asking
from campaign.answers.telling import EMAIL, RESULT_EMAIL, RESULT_TEST, TEST
from campaign.answers.telling_models import AnswerReceipt, Telling
from campaign.extensions import db
from campaign.http.urls import absolute_url, host
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.mail.writing.inline_styles import with_inline_styles
from campaign.organisations.emails import email_identity
from campaign.organisations.test_emails import address_test, subject_of_test
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.signatures import tokens
from campaign.signatures.emails import with_neutral_sender
from campaign.signatures.models import Signature
from campaign.text.markdown import to_text

TEMPLATE = "answer_published"
RESULT_TEMPLATE = "petition_result"
# What an email is about: an answer, or a petition with its result.
About: TypeAlias = Answer | Petition


def init_app(app: Flask) -> None:
    """Register the renderers of the emails about answers and results."""
    register(app, EMAIL, _render_email, _l("Answer, to people who asked"), load=_load_people)
    register(app, TEST, _render_test, _l("Test email about an answer"))
    register(app, RESULT_EMAIL, _render_email, _l("Result, to people who asked"), load=_load_people)
    register(app, RESULT_TEST, _render_result_test, _l("Test email about a result"))


def sample(about: About, lang: str) -> Message:
    """Return the email as people will get it, to nobody. Its links only open public pages.

    The petition must have a result if the email is about that.
    """
    return _message(about, lang, end_url=absolute_url("signatures.request_own_link", lang))


def _message(about: About, lang: str, *, end_url: str, **addressed: Any) -> Message:
    petition = _petition_of(about)
    template = RESULT_TEMPLATE if isinstance(about, Petition) else TEMPLATE
    rendered = render(template, lang, personal={"end_url": end_url}, **_shared_context(about, lang))
    message = Message(
        **{"to": "", **addressed},
        lang=lang,
        sender=email_identity(petition.cause.organisation_id, lang).sender,
        **rendered._asdict(),
    )
    return with_neutral_sender(message, template) if petition.neutral_emails else message


def _petition_of(about: About) -> Petition:
    return about if isinstance(about, Petition) else about.petition


def _shared_context(about: About, lang: str) -> dict[str, Any]:
    """Return what all readers in `lang` get, made once for all emails of a pass."""
    contexts: dict[tuple[Any, ...], dict[str, Any]] = g.setdefault("contexts_of_answers", {})
    key = (
        ("result", about.id, about.result, lang)
        if isinstance(about, Petition)
        else ("answer", about.id, lang)
    )
    known = contexts.get(key)
    if known is None:
        known = contexts[key] = _context(about, lang)
    return known


def _context(about: About, lang: str) -> dict[str, Any]:
    petition = _petition_of(about)
    title = petition.current_version.text(lang, petition.original_lang)
    page = absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug)
    own = (
        _result_context(about, lang, page)
        if isinstance(about, Petition)
        else _answer_context(about, lang, page)
    )
    return {
        **own,
        "petition_title": title.title,
        "petition_lang": title.lang,
        "cause_title": petition.cause.text(lang).title,
        "identity": email_identity(petition.cause.organisation_id, lang),
    }


def _answer_context(answer: Answer, lang: str, page: str) -> dict[str, Any]:
    shown = shown_answer(answer, lang)
    with force_locale(locale_of(lang)):
        outcome = str(shown.outcome_label)
    return {
        "answered_by": shown.name,
        "person": shown.person,
        "day": long_date(shown.day, locale_of(lang)),
        "outcome": outcome,
        "body": with_inline_styles(shown.body),
        "body_lang": shown.lang,
        "plain_body": to_text(answer.text_and_lang(lang)[0], (), shows_links=True),
        "has_document": shown.document is not None,
        "page_url": f"{page}#answer-{answer.id}",
    }


def _result_context(petition: Petition, lang: str, page: str) -> dict[str, Any]:
    has_answers = petition.result != "no_answer" and bool(published_answers(petition.id))
    return {
        "result": petition.result,
        "day": long_date(petition.result_on, locale_of(lang)) if petition.result_on else "",
        "has_answers": has_answers,
        "page_url": f"{page}#answers" if has_answers else page,
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


def _telling(telling_id: int) -> tuple[Telling | None, About | None]:
    """Return a Telling and what people are told about, read once for all emails of a pass.

    That is None unless the answer is public, or the petition still has that result.
    """
    known: dict[int, tuple[Telling | None, About | None]] = g.setdefault("tellings_of_emails", {})
    if telling_id not in known:
        telling = db.session.get(Telling, telling_id, populate_existing=True)
        known[telling_id] = telling, _about(telling) if telling else None
    return known[telling_id]


def _about(telling: Telling) -> About | None:
    if telling.answer_id:
        answer = answer_by_id(telling.answer_id)
        return answer if answer and answer.state == "published" else None
    petition = petition_by_id(telling.petition_id)
    return petition if petition and petition.result == telling.result else None


def _render_email(message: OutboxRow) -> Message | None:
    """Return the email to one person, or None if it must not be sent any more."""
    receipt = db.session.get(AnswerReceipt, message.subject_id)
    telling, about = _telling(receipt.telling_id) if receipt else (None, None)
    if receipt is None or telling is None or about is None or telling.state == "stopped":
        return None
    person = _person(receipt)
    if person is None:
        return None
    stop_url = absolute_url(
        "signatures.stop_answers", person.lang, token=tokens.token_for(tokens.STOP_ANSWERS, person)
    )
    return _message(
        about,
        person.lang,
        end_url=stop_url,
        to=cast(str, person.email),
        digest=person.email_digest,
        list_id=f"answers-{_petition_of(about).slug}.{host()}",
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


def _render_result_test(message: OutboxRow) -> Message | None:
    """Return a test email to an organizer, or None if they or the result are gone."""
    petition_id = subject_of_test(message.subject_id)
    petition = petition_by_id(petition_id) if petition_id else None
    if petition is None or not petition.result:
        return None
    return address_test(message.subject_id, sample(petition, message.lang))

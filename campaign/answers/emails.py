"""The emails about an answer to a petition or another action, or its result, to people who asked.

Each text is written when the email is sent. It is dropped if its reader has stopped these emails by
then. It waits while the answer is withdrawn, or while the petition has another result.
"""

from typing import Any, TypeAlias, cast

from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.answers.announcement_models import AnswerAnnouncement
from campaign.answers.announcements import (
    EMAIL,
    RESULT_EMAIL,
    RESULT_TEST,
    TEST,
    announcement_sender,
)
from campaign.answers.labels import RESULT_MEANINGS
from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.answers.queries import answer_by_id, published_answers
from campaign.answers.recipients import still_asking
from campaign.http.urls import absolute_url, host
from campaign.i18n.locales import language_of, locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.bulk.models import BulkReceipt
from campaign.mail.bulk.rendering import (
    BulkRenderer,
    ReadersOfPass,
    once_per_pass,
    sending_waits,
)
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.mail.writing.inline_styles import with_inline_styles
from campaign.organisations.email_tests import address_test, subject_of_test
from campaign.organisations.emails import email_identity
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
    render_one, load = announcement_renderer.render, announcement_renderer.load
    register(app, EMAIL, render_one, _l("Email about an answer"), load=load)
    register(app, TEST, _render_test, _l("Test email about an answer"))
    register(app, RESULT_EMAIL, render_one, _l("Email about a result"), load=load)
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
    """Return what all readers in `lang` get."""
    result = about.result if isinstance(about, Petition) else ""
    return once_per_pass(
        "context of announcement", (about.id, result, lang), lambda: _context(about, lang)
    )


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
        "is_neutral": petition.neutral_emails,
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
        "is_translated": language_of(shown.lang) == language_of(lang),
        "plain_body": to_text(answer.text_and_lang(lang)[0], (), shows_links=True),
        "has_document": shown.document is not None,
        "page_url": f"{page}#answer-{answer.id}",
    }


def _result_context(petition: Petition, lang: str, page: str) -> dict[str, Any]:
    has_answers = petition.result != "no_answer" and bool(published_answers(petition.id))
    with force_locale(locale_of(lang)):
        meaning = str(RESULT_MEANINGS[petition.result])
    return {
        "result": petition.result,
        "meaning": meaning,
        "day": long_date(petition.result_on, locale_of(lang)) if petition.result_on else "",
        "has_answers": has_answers,
        "page_url": f"{page}#answers" if has_answers else page,
    }


def _about(announcement: AnswerAnnouncement) -> About | None:
    """Return what is announced if the answer is public, or the petition still has that result."""
    if announcement.answer_id:
        answer = answer_by_id(announcement.answer_id)
        return answer if answer and answer.state == "published" else None
    petition = petition_by_id(announcement.petition_id)
    return petition if petition and petition.result == announcement.result else None


def _compose(
    announcement: AnswerAnnouncement, person: Signature, receipt: BulkReceipt
) -> Message | None:
    """Return the email to one person, or None if they must no longer get it.

    It is only for exactly the address that was chosen. Raise NotNow while it is not public.
    """
    if person.email_digest != receipt.email_digest:
        return None
    about = once_per_pass("announced", announcement.id, lambda: _about(announcement))
    if about is None:
        raise sending_waits()
    stop_url = absolute_url(
        "signatures.stop_answers", person.lang, token=tokens.token_for(tokens.STOP_ANSWERS, person)
    )
    return _message(
        about,
        person.lang,
        end_url=stop_url,
        to=cast(str, person.email),
        digest=person.email_digest,
        list_id=f"{_list_name(_petition_of(about))}.{host()}",
        list_unsubscribe=stop_url,
    )


def _list_name(petition: Petition) -> str:
    """Return the name of the mailing list, which some email programs show."""
    return f"list-{petition.id}" if petition.neutral_emails else f"answers-{petition.slug}"


announcement_renderer = BulkRenderer(
    announcement_sender, readers=ReadersOfPass("signatures", still_asking), compose=_compose
)


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

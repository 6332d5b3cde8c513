"""Announce an answer or a result to people who asked: how many, a preview, sending and progress."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from campaign.answers import announcements as operations
from campaign.answers.announcement_models import AnnouncementTopic, AnswerAnnouncement
from campaign.answers.announcements import announcement_sender
from campaign.answers.emails import sample
from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.answers.recipients import people_by_language
from campaign.http.responses import framed
from campaign.mail.bulk.sending import AlreadyBegun, BulkEmailOver
from campaign.organize.answers.routes import blueprint, load_answer
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.email_tests import send_test_email
from campaign.organize.core.languages import original_first
from campaign.organize.core.scope import load_petition, petition_summary
from campaign.petitions.models import RESULTS, Petition
from campaign.process.clock import utcnow
from campaign.site.languages import languages_with
from campaign.site.settings import site_settings

ANSWER = "/<slug>/<int:answer_id>/telling"
RESULT = "/<slug>/result/telling"
NO_ANSWER = {"answer_id": None}


@dataclass(frozen=True)
class Subject:
    """The answer, or the `result` of the petition, that a page announces.

    `result` is "" for an answer, and for a petition that never had a result.
    """

    petition: Petition
    answer: Answer | None
    result: str

    @property
    def topic(self) -> AnnouncementTopic:
        """What the operations are called with."""
        return AnnouncementTopic(
            self.petition.id, self.answer.id if self.answer else None, self.result
        )

    @property
    def cause_id(self) -> int:
        """The cause of the petition, where a role is needed."""
        return self.petition.cause_id

    @property
    def is_public(self) -> bool:
        """Whether the answer is published, or this is the petition's result now."""
        if self.answer:
            return self.answer.state == "published"
        return bool(self.result) and self.petition.result == self.result

    @property
    def about(self) -> Answer | Petition | None:
        """What the emails can be written from, or None if the petition has another result now."""
        return self.answer or (self.petition if self.is_public else None)

    @property
    def languages(self) -> list[str]:
        """The languages to preview, first that of the answer or of the petition."""
        original = self.answer.original_lang if self.answer else self.petition.original_lang
        return original_first(original, languages_with(self.translations))

    @property
    def translations(self) -> list[str]:
        """The languages in which the answer, or the title of the petition, is written."""
        if self.answer:
            return list(self.answer.texts)
        return [text.lang for text in self.petition.current_version.texts]

    def url(self, view: str, **values: Any) -> str:
        """Return the address of one of the views of this module."""
        return url_for(
            f"organize.answers.{view}",
            slug=self.petition.slug,
            answer_id=self.answer.id if self.answer else None,
            result=self.result or None,
            **values,
        )


def load_subject(slug: str, answer_id: int | None) -> Subject | None:
    """Return what the page is about, or None.

    A result is that of `?result=`, or the present one.
    """
    if answer_id is not None:
        answer = load_answer(slug, answer_id)
        return Subject(answer.petition, answer, "") if answer else None
    petition = load_petition(slug)
    if petition is None:
        return None
    result = request.args.get("result") or petition.result or _last_announced(petition)
    return Subject(petition, None, result) if result in ("", *RESULTS) else None


def _last_announced(petition: Petition) -> str:
    """Return the last result that was announced, or ""."""
    rows = operations.result_announcements(petition.id)
    return rows[0].result if rows else ""


@blueprint.get(ANSWER)
@blueprint.get(RESULT, defaults=NO_ANSWER)
@allowed("mail.see", load_subject)
def announcement(subject: Subject) -> ResponseReturnValue:
    """Show who would get the emails and a preview, or how far they are."""
    petition, answer, about = subject.petition, subject.answer, subject.about
    begun = operations.announcement_of(subject.topic)
    people = {} if begun else people_by_language(petition.id, now=utcnow())
    return render_template(
        "organize/answers/announcement.html",
        subject=subject,
        answer=answer,
        petition=petition,
        petition_summary=petition_summary(petition),
        name=shown_answer(answer, g.lang).name if answer else "",
        announcement=begun,
        report=announcement_sender.report(begun) if begun else None,
        earlier=_other_results(subject),
        people=sum(people.values()),
        by_language=list(people.items()),
        samples=[(lang, sample(about, lang)) for lang in subject.languages] if about else [],
    )


@blueprint.get(f"{ANSWER}/email/<lang_code>")
@blueprint.get(f"{RESULT}/email/<lang_code>", defaults=NO_ANSWER)
@allowed("mail.see", load_subject)
def announcement_preview(subject: Subject, lang_code: str) -> ResponseReturnValue:
    """Return the email as email programs show it, for the frame in the page."""
    if subject.about is None or lang_code not in subject.languages:
        abort(404)
    return framed(sample(subject.about, lang_code).html, target="_blank")


@blueprint.post(f"{ANSWER}/test/<lang_code>")
@blueprint.post(f"{RESULT}/test/<lang_code>", defaults=NO_ANSWER)
@allowed("mail.edit", load_subject)
def send_test_announcement(subject: Subject, lang_code: str) -> ResponseReturnValue:
    """Send the email only to this organizer, even before the answer is published."""
    back = _back_to(subject)
    if subject.about is None:
        return _refuse(subject)
    lang = lang_code if lang_code in site_settings().languages else g.lang
    send_test_email(operations.send_test, topic=subject.topic, lang=lang)
    return back


@blueprint.post(ANSWER)
@blueprint.post(RESULT, defaults=NO_ANSWER)
@allowed("mail.send", load_subject)
@fresh
def announce(subject: Subject) -> ResponseReturnValue:
    """Begin to email everyone who asked."""
    back = _back_to(subject)
    # Counted before the transaction, which must stay short.
    people = sum(people_by_language(subject.petition.id, now=utcnow()).values())
    try:
        act(
            _audit_event("answers.tell", "answers.tell_result", subject),
            operations.begin_announcement,
            topic=subject.topic,
            people=people,
            now=utcnow(),
        )
        flash(_("Started. You can pause or stop it here."), "success")
    except AlreadyBegun:
        # The button was pressed twice. Nobody gets the email twice.
        pass
    except operations.NothingToAnnounce:
        return _refuse(subject)
    return back


@blueprint.post(f"{ANSWER}/pause")
@blueprint.post(f"{RESULT}/pause", defaults=NO_ANSWER)
@allowed("mail.send", load_subject)
def pause_announcement(subject: Subject) -> ResponseReturnValue:
    """Pause it. A few emails may still leave."""
    return _change_state(
        subject,
        _audit_event("answers.pause", "answers.pause_result", subject),
        announcement_sender.pause,
        _("Paused. A few emails already sent may still arrive."),
    )


@blueprint.post(f"{ANSWER}/resume")
@blueprint.post(f"{RESULT}/resume", defaults=NO_ANSWER)
@allowed("mail.send", load_subject)
@fresh
def resume_announcement(subject: Subject) -> ResponseReturnValue:
    """Continue where it paused."""
    return _change_state(
        subject,
        _audit_event("answers.resume", "answers.resume_result", subject),
        announcement_sender.resume,
        _("Resumed. Sending continues where it was paused."),
    )


@blueprint.post(f"{ANSWER}/stop")
@blueprint.post(f"{RESULT}/stop", defaults=NO_ANSWER)
@allowed("mail.send", load_subject)
def stop_announcement(subject: Subject) -> ResponseReturnValue:
    """Stop it permanently."""
    return _change_state(
        subject,
        _audit_event("answers.stop", "answers.stop_result", subject),
        announcement_sender.stop,
        _("Stopped. We cannot take back emails that were already sent."),
        now=utcnow(),
    )


def _change_state(
    subject: Subject, event: AuditEvent, operation: Callable[..., Any], done: str, **named: Any
) -> ResponseReturnValue:
    back = _back_to(subject)
    begun = operations.announcement_of(subject.topic)
    if begun is not None:
        try:
            act(event, operation, row_id=begun.id, **named)
            flash(done, "success")
        except (BulkEmailOver, operations.NothingToAnnounce):
            flash(_("Something has changed, so this is no longer possible."), "waiting")
    return back


def _audit_event(of_answer: str, of_result: str, subject: Subject) -> AuditEvent:
    """Return the AuditEvent of one of these two actions."""
    details = {"petition": subject.petition.slug}
    if subject.result:
        details["result"] = subject.result
    return AuditEvent(
        of_answer if subject.answer else of_result,
        on=operations.audit_subject(subject.topic),
        cause_id=subject.cause_id,
        details=details,
    )


def _refuse(subject: Subject) -> ResponseReturnValue:
    """Say why nobody can be emailed now, and show what can be announced instead."""
    if subject.answer:
        flash(_("Publish the answer first. Then you can tell people about it."), "danger")
        return _back_to(subject)
    flash(_("The result was changed. Read the email again before you send it."), "danger")
    return redirect(url_for("organize.answers.announcement", slug=subject.petition.slug), 303)


def _other_results(subject: Subject) -> list[AnswerAnnouncement]:
    """Return the announcements of other results of the petition, for its own page."""
    if subject.answer:
        return []
    rows = operations.result_announcements(subject.petition.id)
    return [row for row in rows if row.result != subject.result]


def _back_to(subject: Subject) -> BaseResponse:
    return redirect(subject.url("announcement"), 303)

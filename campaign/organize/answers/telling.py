"""Tell people who asked about an answer: how many, a preview, sending, progress, pause and stop."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from campaign.answers import telling as operations
from campaign.answers.emails import sample
from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.answers.recipients import people_by_language
from campaign.extensions import write
from campaign.http.responses import framed
from campaign.organize.answers.routes import audit_event_of, blueprint, load_answer
from campaign.organize.core.access import allowed, fresh
from campaign.organize.core.audit import act
from campaign.organize.core.identity import actor, organizer
from campaign.organize.core.languages import original_first
from campaign.organize.core.scope import petition_summary
from campaign.process.clock import utcnow
from campaign.site.languages import languages_with
from campaign.site.settings import site_settings


@blueprint.get("/<slug>/<int:answer_id>/telling")
@allowed("mail.see", load_answer)
def telling(answer: Answer) -> ResponseReturnValue:
    """Show who would be told and the emails, or how far telling them is."""
    begun = operations.telling_of(answer.id)
    people = {} if begun else people_by_language(answer.petition_id, now=utcnow())
    return render_template(
        "organize/answers/telling.html",
        answer=answer,
        petition=answer.petition,
        petition_summary=petition_summary(answer.petition),
        name=shown_answer(answer, g.lang).name,
        telling=begun,
        report=operations.report(begun) if begun else None,
        people=sum(people.values()),
        by_language=list(people.items()),
        samples=[(lang, sample(answer, lang)) for lang in _languages(answer)],
    )


@blueprint.get("/<slug>/<int:answer_id>/telling/email/<lang_code>")
@allowed("mail.see", load_answer)
def telling_email(answer: Answer, lang_code: str) -> ResponseReturnValue:
    """Return the email as email programs show it, for the frame in the page."""
    if lang_code not in _languages(answer):
        abort(404)
    return framed(sample(answer, lang_code).html, target="_blank")


@blueprint.post("/<slug>/<int:answer_id>/telling/test/<lang_code>")
@allowed("mail.edit", load_answer)
def test_telling(answer: Answer, lang_code: str) -> ResponseReturnValue:
    """Send the email only to this organizer, even before the answer is published."""
    write(
        operations.send_test,
        actor=actor(),
        answer_id=answer.id,
        organizer_id=organizer().id,
        lang=lang_code if lang_code in site_settings().languages else g.lang,
    )
    flash(_("A test email is on its way to %(address)s.", address=organizer().email), "success")
    return _back_to(answer)


@blueprint.post("/<slug>/<int:answer_id>/telling")
@allowed("mail.send", load_answer)
@fresh
def tell(answer: Answer) -> ResponseReturnValue:
    """Begin to tell everyone who asked."""
    # Counted before the transaction, which must stay short.
    people = sum(people_by_language(answer.petition_id, now=utcnow()).values())
    try:
        act(
            audit_event_of("answers.tell", answer),
            operations.begin_telling,
            answer_id=answer.id,
            people=people,
            now=utcnow(),
        )
        flash(_("Started. You can pause or stop it here."), "success")
    except operations.ToldAlready:
        # The button was pressed twice; nobody gets the email twice.
        pass
    except operations.AnswerNotPublished:
        flash(_("Publish the answer first. Then you can tell people about it."), "danger")
    return _back_to(answer)


@blueprint.post("/<slug>/<int:answer_id>/telling/pause")
@allowed("mail.send", load_answer)
def pause_telling(answer: Answer) -> ResponseReturnValue:
    """Pause it. A few emails may still leave."""
    done = _("Paused. A few emails already sent may still arrive.")
    return _change_state(answer, "answers.pause", operations.pause_telling, done)


@blueprint.post("/<slug>/<int:answer_id>/telling/resume")
@allowed("mail.send", load_answer)
@fresh
def resume_telling(answer: Answer) -> ResponseReturnValue:
    """Continue where it paused."""
    done = _("It continues where it paused.")
    return _change_state(answer, "answers.resume", operations.resume_telling, done)


@blueprint.post("/<slug>/<int:answer_id>/telling/stop")
@allowed("mail.send", load_answer)
def stop_telling(answer: Answer) -> ResponseReturnValue:
    """Stop it permanently."""
    done = _("Stopped. Emails already sent cannot be taken back.")
    return _change_state(answer, "answers.stop", operations.stop_telling, done, now=utcnow())


def _change_state(
    answer: Answer, action: str, operation: Callable[..., Any], done: str, **named: Any
) -> ResponseReturnValue:
    begun = operations.telling_of(answer.id)
    if begun is not None:
        try:
            act(audit_event_of(action, answer), operation, telling_id=begun.id, **named)
            flash(done, "success")
        except (operations.TellingOver, operations.AnswerNotPublished):
            flash(_("This is not possible, because something has changed since."), "waiting")
    return _back_to(answer)


def _languages(answer: Answer) -> list[str]:
    """Return the languages to preview, first the one in which the answer was given."""
    return original_first(answer.original_lang, languages_with(answer.texts))


def _back_to(answer: Answer) -> BaseResponse:
    slug = answer.petition.slug
    return redirect(url_for("organize.answers.telling", slug=slug, answer_id=answer.id), 303)

"""The answers to a petition and its result, and links for targets."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from campaign.answers import operations
from campaign.answers.announcement_models import AnnouncementTopic, AnswerAnnouncement
from campaign.answers.announcements import announcement_of, result_announcements
from campaign.answers.documents import document_data
from campaign.answers.forms import MAX_UPLOAD_BYTES
from campaign.answers.labels import OUTCOME_CHOICES, RESULT_LABELS
from campaign.answers.links import UnknownTarget, create_link, revoke_link, state_of_link, token_for
from campaign.answers.models import Answer
from campaign.answers.presenters import page_answers, shown_answer, waits_of
from campaign.answers.queries import (
    answer_by_id,
    answers_of,
    link_by_id,
    links_of,
    suggested_result,
)
from campaign.http.responses import document_response
from campaign.organize.answers.forms import AnswerForm, LinkForm, ResultForm, answer_languages
from campaign.organize.core.access import accepts_bytes, allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.drafts import use_requested_language
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import sent_version
from campaign.organize.core.languages import original_first
from campaign.organize.core.scope import load_petition, petition_summary
from campaign.petitions.models import RESULTS, Petition
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.results import change_result
from campaign.process.clock import utcnow
from campaign.signatures.forms import signature_form
from campaign.signatures.presenters import petition_context
from campaign.site.settings import local_day
from campaign.text.markdown import to_html

blueprint = Blueprint("answers", __name__, url_prefix="/answers")


def load_answer(slug: str, answer_id: int) -> Answer | None:
    """Return the answer with this id to the petition with this slug, in any state, or None."""
    answer = answer_by_id(answer_id)
    return answer if answer is not None and answer.petition.slug == slug else None


@blueprint.get("/<slug>")
@allowed("answers.see", load_petition)
def index(petition: Petition) -> ResponseReturnValue:
    return list_page(petition, LinkForm.blank(petition, g.lang))


def list_page(petition: Petition, link_form: LinkForm, status: int = 200) -> tuple[str, int]:
    """Return the page with all answers to a petition, its result, and the links of targets."""
    answers = answers_of(petition.id)
    links = links_of(petition.id)
    return render_template(
        "organize/answers/index.html",
        petition=petition,
        petition_summary=petition_summary(petition),
        answers=[(answer, shown_answer(answer, g.lang)) for answer in answers],
        wait=waits_of([petition], g.lang, utcnow()).get(petition.id),
        suggestion=suggested_result(answers) if not petition.result else "",
        announcement=_result_announcement(petition),
        links=[(link, state_of_link(link)) for link in links],
        link_urls={
            link.id: url_for("answers.write", token=token_for(link), lang=link.lang)
            for link in links
        },
        link_form=link_form,
    ), status


@blueprint.get("/<slug>/new")
@allowed("answers.edit", load_petition)
def new(petition: Petition) -> ResponseReturnValue:
    return _form_page(petition, None, AnswerForm.blank(petition, g.lang))


@blueprint.post("/<slug>/new")
@accepts_bytes(MAX_UPLOAD_BYTES)
@allowed("answers.edit", load_petition)
def create(petition: Petition) -> ResponseReturnValue:
    form = AnswerForm.in_languages(answer_languages(petition))().offer(petition, g.lang)
    if not form.validate_for(None):
        return _form_page(petition, None, form, 422)
    answer = act(
        AuditEvent(
            "answers.create",
            on=lambda answer: ("answer", answer.id),
            cause_id=petition.cause_id,
            details={"petition": petition.slug},
        ),
        operations.create_answer,
        petition_id=petition.id,
        content=form.content(),
        now=utcnow(),
    )
    flash(_("Draft saved. Only organizers can see it until you publish."), "success")
    return back_to(petition.slug, answer.id)


@blueprint.get("/<slug>/<int:answer_id>")
@allowed("answers.see", load_answer)
def show(answer: Answer) -> ResponseReturnValue:
    return _answer_page(answer)


@blueprint.get("/<slug>/<int:answer_id>/edit")
@allowed("answers.edit", load_answer)
def edit(answer: Answer) -> ResponseReturnValue:
    return _form_page(answer.petition, answer, AnswerForm.of(answer, g.lang))


@blueprint.post("/<slug>/<int:answer_id>/edit")
@accepts_bytes(MAX_UPLOAD_BYTES)
@allowed("answers.edit", load_answer)
def save_edit(answer: Answer) -> ResponseReturnValue:
    languages = answer_languages(answer.petition, answer)
    form = AnswerForm.in_languages(languages)().offer(answer.petition, g.lang)
    if not form.validate_for(answer):
        return _form_page(answer.petition, answer, form, 422)
    slug, answer_id = answer.petition.slug, answer.id
    save(
        Editor(
            form,
            partial(answer_by_id, answer_id),
            lambda present: AnswerForm.of(present, g.lang),
            lambda present, form: _form_page(present.petition, present, form),
        ),
        audit_event_of("answers.edit", answer),
        operations.change_answer,
        answer_id=answer_id,
        content=form.content(),
    )
    flash(_("Saved."), "success")
    return back_to(slug, answer_id)


@blueprint.get("/<slug>/<int:answer_id>/preview")
@allowed("answers.see", load_answer)
def preview(answer: Answer) -> ResponseReturnValue:
    """Show the petition's page with this answer, in the language of `?lang=`."""
    use_requested_language()
    now = utcnow()
    context = petition_context(answer.petition, g.lang, now)
    context["answers"] = page_answers(answer.petition, g.lang, now, extra=[answer])
    shown = context["petition"]
    return render_template(
        "organize/answers/preview.html",
        answer_row=answer,
        form=signature_form(shown.required_fields, shown.questions, action=shown, lang=g.lang),
        is_preview=True,
        picture_view="organize.petitions.picture_file",
        answer_document_view="organize.answers.document",
        **context,
    )


@blueprint.get("/<slug>/<int:answer_id>/document-<digest>.<extension>")
@allowed("answers.see", load_answer)
def document(answer: Answer, digest: str, extension: str) -> ResponseReturnValue:
    """Return the document for organizers, before it is public."""
    stored = document_data(answer.id, digest, is_public=False) or abort(404)
    return document_response(*stored, name=f"answer-{answer.id}")


@blueprint.post("/<slug>/<int:answer_id>/publish")
@allowed("answers.publish", load_answer)
def publish(answer: Answer) -> ResponseReturnValue:
    was_withdrawn = answer.state == "withdrawn"
    return _change(
        answer,
        "publish",
        operations.publish_answer,
        _("The answer is online again.") if was_withdrawn else _("Published. It is now online."),
        now=utcnow(),
    )


@blueprint.post("/<slug>/<int:answer_id>/withdraw")
@allowed("answers.publish", load_answer)
def withdraw(answer: Answer) -> ResponseReturnValue:
    done = _("The answer is no longer public. We cannot take back emails that were already sent.")
    return _change(answer, "withdraw", operations.withdraw_answer, done, now=utcnow())


@blueprint.post("/<slug>/<int:answer_id>/reject")
@allowed("answers.publish", load_answer)
def reject(answer: Answer) -> ResponseReturnValue:
    done = _("Rejected. The answer stays in the list, and you can undo this.")
    return _change(answer, "reject", operations.reject_answer, done)


@blueprint.post("/<slug>/<int:answer_id>/reconsider")
@allowed("answers.publish", load_answer)
def reconsider(answer: Answer) -> ResponseReturnValue:
    done = _("Undone. The answer waits for a decision again.")
    return _change(answer, "reconsider", operations.reconsider_answer, done)


@blueprint.post("/<slug>/<int:answer_id>/delete")
@allowed("answers.edit", load_answer)
def delete(answer: Answer) -> ResponseReturnValue:
    slug = answer.petition.slug
    act(
        audit_event_of("answers.delete", answer),
        operations.delete_draft,
        answer_id=answer.id,
        version=sent_version(),
    )
    flash(_("Draft deleted."), "success")
    return redirect(url_for("organize.answers.index", slug=slug), 303)


@blueprint.get("/<slug>/result")
@allowed("answers.edit", load_petition)
def result(petition: Petition) -> ResponseReturnValue:
    form = ResultForm.of(petition)
    suggested = request.args.get("suggest", "")
    if not petition.result and suggested in RESULTS:
        form.result.data = suggested
    if not petition.result:
        form.result_on.data = local_day(utcnow())
    return _result_page(petition, form)


@blueprint.post("/<slug>/result")
@allowed("answers.edit", load_petition)
def save_result(petition: Petition) -> ResponseReturnValue:
    form = ResultForm()
    if not form.validate():
        return _result_page(petition, form, 422)
    save(
        Editor(form, partial(petition_in_any_state, petition.slug), ResultForm.of, _result_page),
        AuditEvent("answers.result", on=("petition", petition.id), cause_id=petition.cause_id),
        change_result,
        petition_id=petition.id,
        result=form.result.data,
        result_on=form.result_on.data,
    )
    flash(_("Saved. The petition’s page shows it now."), "success")
    return redirect(url_for("organize.answers.index", slug=petition.slug), 303)


@blueprint.post("/<slug>/links")
@allowed("answers.edit", load_petition)
def add_link(petition: Petition) -> ResponseReturnValue:
    form = LinkForm().offer(petition, g.lang)
    if not form.validate():
        return list_page(petition, form, 422)
    try:
        act(
            _link_event("answers.link", petition),
            create_link,
            petition_id=petition.id,
            target_id=int(form.target_id.data),
            lang=form.lang.data,
            last_day=form.last_day.data,
            now=utcnow(),
        )
    except UnknownTarget:
        form.target_id.errors = [_("Choose a target of this petition.")]
        return list_page(petition, form, 422)
    flash(_("Link created. Send it to the target."), "success")
    return redirect(url_for("organize.answers.index", slug=petition.slug, _anchor="links"), 303)


@blueprint.post("/<slug>/links/<int:link_id>/end")
@allowed("answers.edit", load_petition)
def end_link(petition: Petition, link_id: int) -> ResponseReturnValue:
    link = link_by_id(link_id)
    if link is not None and link.petition_id == petition.id:
        act(
            _link_event("answers.end_link", petition),
            revoke_link,
            link_id=link_id,
            now=utcnow(),
        )
        flash(_("Link ended. It no longer works."), "success")
    return redirect(url_for("organize.answers.index", slug=petition.slug, _anchor="links"), 303)


def audit_event_of(action: str, answer: Answer) -> AuditEvent:
    """Return the AuditEvent to record for a change to this answer."""
    details = {"petition": answer.petition.slug}
    return AuditEvent(
        action, on=("answer", answer.id), cause_id=answer.petition.cause_id, details=details
    )


def back_to(slug: str, answer_id: int) -> BaseResponse:
    """Return a redirect to the page of an answer."""
    return redirect(url_for("organize.answers.show", slug=slug, answer_id=answer_id), 303)


def _change(
    answer: Answer, verb: str, operation: Any, done: str, **named: Any
) -> ResponseReturnValue:
    slug, answer_id = answer.petition.slug, answer.id
    try:
        act(
            audit_event_of(f"answers.{verb}", answer),
            operation,
            answer_id=answer_id,
            version=sent_version(),
            **named,
        )
    except (operations.AnswerNotReady, operations.WrongState):
        flash(_("The answer has changed, so this is no longer possible."), "danger")
        return back_to(slug, answer_id)
    flash(done, "success")
    return back_to(slug, answer_id)


def _answer_page(answer: Answer) -> ResponseReturnValue:
    return render_template(
        "organize/answers/show.html",
        answer=answer,
        petition=answer.petition,
        petition_summary=petition_summary(answer.petition),
        versions=[
            (lang, shown_answer(answer, lang))
            for lang in original_first(answer.original_lang, tuple(answer.texts))
        ],
        untranslated=[
            lang for lang in answer_languages(answer.petition) if lang not in answer.texts
        ],
        outcome_choices=OUTCOME_CHOICES,
        announcement=announcement_of(AnnouncementTopic(answer.petition_id, answer.id)),
    )


def _result_page(petition: Petition, form: Any, status: int = 200) -> tuple[str, int]:
    suggestion = suggested_result(answers_of(petition.id))
    return render_template(
        "organize/answers/result.html",
        petition=petition,
        petition_summary=petition_summary(petition),
        form=form,
        suggestion=RESULT_LABELS.get(suggestion, ""),
    ), status


def _result_announcement(petition: Petition) -> AnswerAnnouncement | None:
    """Return the announcement of the result, or the last one if the result was removed."""
    if petition.result:
        return announcement_of(AnnouncementTopic(petition.id, result=petition.result))
    return next(iter(result_announcements(petition.id)), None)


def _form_page(
    petition: Petition, answer: Answer | None, form: Any, status: int = 200
) -> tuple[str, int]:
    is_own = answer is not None and answer.written_by_target
    original = form.original_lang.data
    order = (
        original_first(original, form.languages) if original in form.languages else form.languages
    )
    return render_template(
        "organize/answers/form.html",
        petition=petition,
        petition_summary=petition_summary(petition),
        answer=answer,
        form=form,
        order=order,
        is_own=is_own,
        own_text=to_html(answer.texts[answer.original_lang]) if answer and is_own else "",
        bodies={lang: to_html(form[f"text_{lang}"].data or "") for lang in form.languages},
    ), status


def _link_event(action: str, petition: Petition) -> AuditEvent:
    return AuditEvent(action, on=("petition", petition.id), cause_id=petition.cause_id)

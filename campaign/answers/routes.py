"""The documents of published answers, and the page on which a target writes its answer."""

from contextlib import suppress
from typing import Any

from flask import (
    Blueprint,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.accounts.audit import Actor, record_audit_event
from campaign.answers.documents import document_data
from campaign.answers.forms import MAX_UPLOAD_BYTES, TargetAnswerForm
from campaign.answers.links import LinkEnded, answer_through_link, link_of_token, state_of_link
from campaign.answers.models import Answer, AnswerLink
from campaign.answers.operations import AnswerContent
from campaign.answers.presenters import shown_answer
from campaign.answers.queries import answer_by_id
from campaign.extensions import write as write_to_database
from campaign.http.caching import private, public
from campaign.http.responses import abort_missing_file, document_response
from campaign.organisations.presenters import show_organisation
from campaign.petitions.models import Petition
from campaign.petitions.presenters import card
from campaign.petitions.queries import petition_by_id, petition_counts
from campaign.process.clock import utcnow
from campaign.site.settings import local_day, site_settings
from campaign.switches.state import check_switch

blueprint = Blueprint("answers", __name__)
# Short, because an answer that is withdrawn must disappear soon.
DOCUMENT_SECONDS = 60


@blueprint.get("/answers/<int:answer_id>/document-<digest>.<extension>")
def document(answer_id: int, digest: str, extension: str) -> ResponseReturnValue:
    """Return the document of a published answer. Its URL changes with its content."""
    stored = document_data(answer_id, digest) or abort_missing_file()
    response = public(document_response(*stored, name=f"answer-{answer_id}"), DOCUMENT_SECONDS)
    # A withdrawn answer must disappear from caches even while the site is down.
    del response.cache_control["stale-if-error"]
    return response


@blueprint.get("/<lang>/answers/<token>")
def write(token: str) -> ResponseReturnValue:
    """Show the form in which a target writes its answer, or what became of the link."""
    link = _link(token)
    if g.lang != link.lang and link.lang in site_settings().languages:
        return redirect(url_for("answers.write", token=token, lang=link.lang), 303)
    return _render_page(link, token, TargetAnswerForm(formdata=None))


@blueprint.post("/<lang>/answers/<token>")
def send(token: str) -> ResponseReturnValue:
    """Save the answer, which waits until an organizer publishes it."""
    link = _link(token)
    if state_of_link(link) != "open":
        return redirect(url_for("answers.write", token=token), 303)
    request.max_content_length = MAX_UPLOAD_BYTES
    if any(upload.filename for upload in request.files.values()):
        check_switch("uploads")
    form = TargetAnswerForm()
    if not form.validate():
        return _render_page(link, token, form, 422)
    content = AnswerContent(
        target_id=link.target_id,
        answered_by=form.answered_by.data or "",
        day=local_day(utcnow()),
        outcome=form.outcome.data,
        original_lang=link.lang,
        texts={link.lang: form.text.data or ""},
        document=form.document.document,
    )
    # If the button was pressed twice, or an organizer has ended the link since, its page says so.
    with suppress(LinkEnded):
        write_to_database(_receive, link_id=link.id, content=content)
    return redirect(url_for("answers.write", token=token), 303)


def _admits(token: str, **_values: Any) -> bool:
    """Return whether the token opens the form now, so that a document may be sent."""
    link = link_of_token(token)
    return link is not None and state_of_link(link) == "open"


# The server asks for these before it reads a long body.
marked: Any = send
marked.max_bytes, marked.admits = MAX_UPLOAD_BYTES, _admits


def _receive(*, link_id: int, content: AnswerContent) -> Answer:
    """Save the answer and note it in the activity log."""
    answer = answer_through_link(link_id=link_id, content=content, now=utcnow())
    record_audit_event(
        Actor(),
        "answers.receive",
        subject=("answer", answer.id),
        cause_id=answer.petition.cause_id,
        details={"petition": answer.petition.slug},
    )
    return answer


def _link(token: str) -> AnswerLink:
    """Return the link of a token, whose petition is public."""
    link = link_of_token(token) or abort(404)
    if link.petition.state == "draft" or link.petition.cause.state == "draft":
        abort(404)
    return link


def _render_page(
    link: AnswerLink, token: str, form: TargetAnswerForm, status: int = 200
) -> ResponseReturnValue:
    petition: Petition = petition_by_id(link.petition_id) or abort(404)
    show_organisation(petition.cause.organisation_id)
    state, now = state_of_link(link), utcnow()
    count = petition_counts([petition.id]).get(petition.id, 0)
    answer = answer_by_id(link.answer_id) if link.answer_id else None
    page = render_template(
        "answers/write.html",
        link=link,
        token=token,
        form=form,
        state=state,
        petition=card(petition, link.lang, count, now),
        answer=shown_answer(answer, link.lang) if answer else None,
        answer_state=answer.state if answer else "",
        target=link.target.name_and_lang(link.lang),
    )
    ended = 410 if state in ("revoked", "expired") else status
    return private(make_response(page, ended))

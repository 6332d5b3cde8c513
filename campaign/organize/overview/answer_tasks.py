"""Tasks about answers of targets, and about what came of petitions."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from campaign.answers.queries import petitions_without_result, waiting_answers
from campaign.answers.telling import paused_tellings, untold
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petition_summary
from campaign.organize.overview.task import Task
from campaign.petitions.models import Petition


def answers_to_read() -> Iterator[Task]:
    """Yield the answers of targets that wait for someone who may publish them."""
    if not may("answers.publish"):
        return
    for answer in waiting_answers(causes_where("answers.publish")):
        petition = answer.petition
        text = _("Read the answer to “%(title)s”", title=petition_summary(petition).title)
        address = url_for("organize.answers.show", slug=petition.slug, answer_id=answer.id)
        yield Task(text, _("Read"), address)


def people_to_tell(now: datetime) -> Iterator[Task]:
    """Yield the answers and results that nobody has told people about, although they asked."""
    if not may("mail.send"):
        return
    causes = causes_where("mail.send")
    for petition, answer in untold(causes, now=now):
        title = petition_summary(petition).title
        text = (
            _("Tell the people who asked: “%(title)s” was answered", title=title)
            if answer
            else _("Tell the people who asked: “%(title)s” has a result", title=title)
        )
        yield Task(text, _("View"), _telling_address(petition, answer.id if answer else None))
    for telling in paused_tellings(causes):
        title = petition_summary(telling.petition).title
        text = _("Resume or stop the emails to people who asked about “%(title)s”", title=title)
        address = _telling_address(telling.petition, telling.answer_id, telling.result)
        yield Task(text, _("View"), address)


def _telling_address(petition: Petition, answer_id: int | None, result: str = "") -> str:
    return url_for(
        "organize.answers.telling",
        slug=petition.slug,
        answer_id=answer_id,
        result=result or None,
    )


def missing_results(now: datetime) -> Iterator[Task]:
    """Yield the closed petitions whose result nobody has entered."""
    if not may("answers.edit"):
        return
    for petition in petitions_without_result(causes_where("answers.edit"), now):
        text = _("Set the result of “%(title)s”", title=petition_summary(petition).title)
        address = url_for("organize.answers.result", slug=petition.slug)
        yield Task(text, _("Choose"), address)

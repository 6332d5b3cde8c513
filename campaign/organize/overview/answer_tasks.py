"""Tasks about answers of targets, and about what came of petitions."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from campaign.answers.queries import petitions_without_result, waiting_answers
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petition_summary
from campaign.organize.overview.task import Task


def answers_to_read() -> Iterator[Task]:
    """Yield the answers of targets that wait for someone who may publish them."""
    if not may("answers.publish"):
        return
    for answer in waiting_answers(causes_where("answers.publish")):
        petition = answer.petition
        text = _("Read the answer to “%(title)s”", title=petition_summary(petition).title)
        address = url_for("organize.answers.show", slug=petition.slug, answer_id=answer.id)
        yield Task(text, _("Read"), address)


def missing_results(now: datetime) -> Iterator[Task]:
    """Yield the closed petitions of which nobody said what came of them."""
    if not may("answers.edit"):
        return
    for petition in petitions_without_result(causes_where("answers.edit"), now):
        text = _("Say what came of “%(title)s”", title=petition_summary(petition).title)
        address = url_for("organize.answers.result", slug=petition.slug)
        yield Task(text, _("Choose"), address)

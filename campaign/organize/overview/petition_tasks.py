"""The tasks of the overview about petitions, letters and their signatures."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.actions.letters.delivery.sending import SWITCH
from campaign.actions.letters.editing import delivers_by_hand
from campaign.actions.letters.models import LETTER
from campaign.actions.letters.queries import stuck_letters, waiting_count
from campaign.answers.announcements import paused_announcements, unannounced
from campaign.answers.queries import petitions_without_result, waiting_answers
from campaign.events.queries import events_among
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import long_date
from campaign.kiosk.review.queries import many_for_review
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petition_summary, petitions_where
from campaign.organize.statistics.figures import zone
from campaign.petitions.deliveries import deliveries_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petitions_among
from campaign.petitions.thresholds import due_thresholds
from campaign.signatures.erasure import erases_at, keeps_by_choice
from campaign.signatures.moderation.decisions import count_held_corrections
from campaign.signatures.name_display import count_waiting_names
from campaign.signatures.search.queries import count_unread_comments, held_by_reason
from campaign.switches.state import switched_off


class Task(NamedTuple):
    """Something to do. `act` is the label of the button that links to `address`."""

    text: str
    act: str
    address: str


def figure(many: int) -> str:
    """Format a count for the text of a task."""
    return format_decimal(many, locale=current_locale())


def to_review() -> Iterator[Task]:
    if not may("signatures.review"):
        return
    ids = [petition.id for petition in petitions_where("signatures.review")]
    if held := sum(held_by_reason(ids).values()):
        text = ngettext(
            "Review %(figure)s held signature",
            "Review %(figure)s held signatures",
            held,
            figure=figure(held),
        )
        yield Task(text, _("Review"), url_for("organize.held.index"))
    if corrections := count_held_corrections(ids):
        text = ngettext(
            "Review %(figure)s changed name",
            "Review %(figure)s changed names",
            corrections,
            figure=figure(corrections),
        )
        yield Task(text, _("Review"), url_for("organize.corrections.index"))
    events = events_among(causes_where("signatures.review"))
    waiting = many_for_review([event.id for event in events])
    for event in events:
        if records := waiting.get(event.id):
            text = ngettext(
                "Review %(num)s signature from a table",
                "Review %(num)s signatures from a table",
                records,
            )
            yield Task(text, _("Review"), url_for("organize.kiosks.review", slug=event.slug))
    waiting_names = count_waiting_names([event.id for event in events])
    for event in events:
        if names := waiting_names.get(event.id):
            text = ngettext(
                "Approve %(num)s full name from a table",
                "Approve %(num)s full names from a table",
                names,
            )
            yield Task(text, _("Review"), url_for("organize.kiosks.names", slug=event.slug))
    if unread := count_unread_comments(ids):
        text = ngettext(
            "Review %(figure)s comment",
            "Review %(figure)s comments",
            unread,
            figure=figure(unread),
        )
        yield Task(text, _("Review"), url_for("organize.comments.index"))


def answers_to_read() -> Iterator[Task]:
    """Yield the answers of targets that wait for someone who may publish them."""
    if not may("answers.publish"):
        return
    for answer in waiting_answers(causes_where("answers.publish")):
        petition = answer.petition
        text = _("Read the answer to “%(title)s”", title=petition_summary(petition).title)
        address = url_for("organize.answers.show", slug=petition.slug, answer_id=answer.id)
        yield Task(text, _("Read"), address)


def answers_to_announce(now: datetime) -> Iterator[Task]:
    """Yield the answers and results that people asked for and nobody has announced."""
    if not may("mail.send"):
        return
    causes = causes_where("mail.send")
    for petition, answer in unannounced(causes, now=now):
        title = petition_summary(petition).title
        text = (
            _("Tell people who asked about “%(title)s” that it has an answer", title=title)
            if answer
            else _("Tell people who asked about “%(title)s” that it has a result", title=title)
        )
        yield Task(text, _("View"), _announcement_address(petition, answer.id if answer else None))
    for announcement in paused_announcements(causes):
        title = petition_summary(announcement.petition).title
        text = _("Resume or stop the emails to people who asked about “%(title)s”", title=title)
        address = _announcement_address(
            announcement.petition, announcement.answer_id, announcement.result
        )
        yield Task(text, _("View"), address)


def _announcement_address(petition: Petition, answer_id: int | None, result: str = "") -> str:
    return url_for(
        "organize.answers.announcement",
        slug=petition.slug,
        answer_id=answer_id,
        result=result or None,
    )


def letters_that_stay(now: datetime) -> Iterator[Task]:
    """Yield the actions whose letters do not leave, because they are turned off or stuck."""
    listed = petitions_among(causes_where("numbers.see")) if may("numbers.see") else ()
    actions = [petition for petition in listed if petition.action_kind == LETTER]
    waiting = waiting_count([action.id for action in actions])
    stuck = stuck_letters(list(waiting), now)
    for action in actions:
        is_off = switched_off(SWITCH, action.cause.organisation_id)
        if action.id in stuck or (is_off and action.id in waiting):
            count = waiting[action.id]
            text = ngettext(
                "Find out why %(figure)s letter of “%(title)s” has not been sent",
                "Find out why %(figure)s letters of “%(title)s” have not been sent",
                count,
                figure=figure(count),
                title=petition_summary(action).title,
            )
            yield Task(text, _("View"), url_for("organize.petitions.letters", slug=action.slug))


def deliveries_due() -> Iterator[Task]:
    """Yield the petitions that have reached a threshold for the next delivery."""
    listed = petitions_among(causes_where("handovers.record")) if may("handovers.record") else ()
    ahead = [petition for petition in listed if not petition.archived_at]
    due = due_thresholds([petition.id for petition in ahead])
    for petition in ahead:
        if petition.id in due and delivers_by_hand(petition):
            address = url_for("organize.deliveries.show", slug=petition.slug)
            yield Task(_delivery_text(petition, due[petition.id].count), _("Deliver"), address)


def _delivery_text(petition: Petition, count: int) -> str:
    about = {"title": petition_summary(petition).title, "count": figure(count)}
    is_first = not deliveries_of(petition.id)
    if petition.action_kind == LETTER:
        if is_first:
            return _("Deliver the letters of “%(title)s”, which has reached %(count)s", **about)
        return _(
            "Deliver the letters of “%(title)s” again, now that it has reached %(count)s", **about
        )
    if is_first:
        return _("Deliver the signatures of “%(title)s”, which has reached %(count)s", **about)
    return _(
        "Deliver the signatures of “%(title)s” again, now that it has reached %(count)s", **about
    )


def scheduled_erasures() -> Iterator[Task]:
    """Yield the petitions whose owners were told that personal data will soon be erased."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if (
            petition.retention_notified_at
            and not petition.retention_done_at
            and (at := erases_at(petition))
        ):
            day = long_date(at.astimezone(zone()), current_locale())
            text = _(
                "Deliver or keep the names of “%(title)s” before we delete them on %(day)s",
                title=petition_summary(petition).title,
                day=day,
            )
            yield Task(text, _("View"), url_for("organize.retention.edit", slug=petition.slug))


def unlimited_retentions() -> Iterator[Task]:
    """Yield the petitions that keep personal data without limit although nobody chose that."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if petition.retention_days is None and not keeps_by_choice(petition):
            text = _(
                "Choose how long to keep the signatures of “%(title)s”",
                title=petition_summary(petition).title,
            )
            yield Task(text, _("Choose"), url_for("organize.retention.edit", slug=petition.slug))


def missing_results(now: datetime) -> Iterator[Task]:
    """Yield the closed petitions whose result nobody has entered."""
    if not may("answers.edit"):
        return
    for petition in petitions_without_result(causes_where("answers.edit"), now):
        text = _("Set the result of “%(title)s”", title=petition_summary(petition).title)
        address = url_for("organize.answers.result", slug=petition.slug)
        yield Task(text, _("Choose"), address)

"""Answers as pages show them: in one language, with their outcome and document."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from campaign.answers.labels import OUTCOME_LABELS, RESULT_LABELS
from campaign.answers.models import Answer
from campaign.answers.queries import (
    answers_by_petition,
    first_deliveries,
    published_answers,
    targets_by_petition,
)
from campaign.i18n.local_times import local_time
from campaign.petitions.models import Petition, name_in
from campaign.site.settings import site_settings
from campaign.text.markdown import to_html

HEADING = re.compile(r"<(/?)h[2-4]>")


@dataclass(frozen=True)
class ShownDocument:
    """The document of an answer: the parts of its URL, and its size in bytes and in pixels."""

    digest: str
    extension: str
    is_pdf: bool
    size: int
    width: int | None
    height: int | None


@dataclass(frozen=True)
class ShownAnswer:
    """An answer in one language. `lang` is that of its text.

    `name` is the target, or the person who answered if the answer names no target. `person` is who
    answered for the target, or "".
    """

    id: int
    name: str
    name_lang: str
    person: str
    day: date
    outcome: str
    body: Markup
    lang: str
    original_lang: str
    document: ShownDocument | None
    written_by_target: bool

    @property
    def outcome_label(self) -> LazyString | str:
        """Return what pages call its outcome, or ""."""
        return outcome_label(self.outcome)


@dataclass(frozen=True)
class Wait:
    """For how many days signatures wait for an answer.

    `targets` maps the names of those who have not answered to the names' languages. It is empty if
    nobody has.
    """

    days: int
    targets: Mapping[str, str]


@dataclass(frozen=True)
class PageAnswers:
    """What the page of a petition shows of its answers, newest first.

    `wait` is for whom its signatures wait, or None if they do not.
    """

    shown: tuple[ShownAnswer, ...]
    wait: Wait | None


def init_app(app: Flask) -> None:
    """Add the answers to the page of each petition."""
    app.extensions["petition_page_parts"] = (answers_part,)
    app.add_template_global(outcome_label)
    app.add_template_global(result_label)


def answers_part(petition: Petition, lang: str, now: datetime) -> dict[str, Any]:
    """Return the part of the context of a petition's page that shows its answers."""
    return {"answers": page_answers(petition, lang, now)}


def page_answers(
    petition: Petition, lang: str, now: datetime, *, extra: Iterable[Answer] = ()
) -> PageAnswers:
    """Return the PageAnswers of a petition. `extra` are answers that are not public yet."""
    extra = list(extra)
    ids = {answer.id for answer in extra}
    rows = [*extra, *(row for row in published_answers(petition.id) if row.id not in ids)]
    rows.sort(key=lambda row: row.day, reverse=True)
    waits = waits_of([petition], lang, now, answers={petition.id: rows} if rows else {})
    return PageAnswers(tuple(shown_answer(row, lang) for row in rows), waits.get(petition.id))


def shown_answer(answer: Answer, lang: str) -> ShownAnswer:
    """Return the ShownAnswer of an answer, whose document is loaded."""
    text, text_lang = answer.text_and_lang(lang)
    name, name_lang = (
        name_in(answer.target_names, lang) if answer.target_names else (answer.answered_by, "")
    )
    return ShownAnswer(
        id=answer.id,
        name=name,
        name_lang=name_lang,
        person=answer.answered_by if answer.target_names and answer.answered_by != name else "",
        day=answer.day,
        outcome=answer.outcome,
        body=_below_name(to_html(text)),
        lang=text_lang,
        original_lang=answer.original_lang,
        document=_document(answer),
        written_by_target=answer.written_by_target,
    )


def waits_of(
    petitions: Iterable[Any],
    lang: str,
    now: datetime,
    *,
    answers: Mapping[int, Sequence[Answer]] | None = None,
) -> Mapping[int, Wait]:
    """Return {id: Wait} for the petitions that were delivered, have no result and wait for answers.

    If a petition has several targets, it waits for each of them. Otherwise any answer ends the
    wait. `petitions` are Petitions or their cards, and `answers` their answers if these are known.
    The days are those of the site's time zone.
    """
    open_ids = [petition.id for petition in petitions if not petition.result]
    if not open_ids:
        return {}
    today = local_time(now, site_settings().time_zone).date()
    delivered = {
        petition_id: day for petition_id, day in first_deliveries(open_ids).items() if day <= today
    }
    if answers is None:
        answers = answers_by_petition(list(delivered)) if delivered else {}
    targets = targets_by_petition([row for row in delivered if row in answers])
    waits = {}
    for petition_id, day in delivered.items():
        own, asked = answers.get(petition_id, ()), targets.get(petition_id, ())
        answered = {answer.target_id for answer in own}
        missing = [target for target in asked if target.id not in answered]
        if not own or (missing and len(asked) > 1):
            names = dict(target.name_and_lang(lang) for target in missing)
            waits[petition_id] = Wait((today - day).days, names)
    return waits


def answers_on_cards(
    petitions: Sequence[Any], lang: str, now: datetime
) -> dict[str, Mapping[int, Any]]:
    """Return the part of the context of a cause's page that the cards of its petitions show.

    `outcomes` maps petitions to the outcome of the newest answer, and `waits` those that wait for
    answers to their Wait.
    """
    return {
        "outcomes": newest_outcomes(petitions),
        "waits": waits_of(petitions, lang, now),
    }


def newest_outcomes(petitions: Iterable[Any]) -> Mapping[int, str]:
    """Return {petition id: outcome of its newest answer that has an outcome}."""
    answers = answers_by_petition([petition.id for petition in petitions])
    return {
        petition_id: rows[0].outcome
        for petition_id, all_rows in answers.items()
        if (rows := [row for row in all_rows if row.outcome])
    }


def outcome_label(outcome: str) -> LazyString | str:
    """Return what pages call the outcome of an answer, or ""."""
    return OUTCOME_LABELS.get(outcome, "")


def result_label(result: str) -> LazyString | str:
    """Return what pages call the result of a petition, or ""."""
    return RESULT_LABELS.get(result, "")


def _below_name(html: Markup) -> Markup:
    """Return a text whose headings are below that of the answer, the name of its target."""
    return Markup(HEADING.sub(r"<\1h4>", html))  # noqa: S704 - it is clean


def _document(answer: Answer) -> ShownDocument | None:
    document = answer.document
    if document is None:
        return None
    return ShownDocument(
        digest=document.digest,
        extension="pdf" if document.is_pdf else "webp",
        is_pdf=document.is_pdf,
        size=document.size,
        width=document.width,
        height=document.height,
    )

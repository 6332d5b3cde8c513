"""A petition as pages show it: in one language, with its count."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from campaign.causes.presenters import news_consent
from campaign.notices.answer_texts import answer_text
from campaign.notices.composition import ComposedNotice, Subject, compose_notice
from campaign.petitions.deliveries import deliveries_of
from campaign.petitions.delivery_terms import delivered_list, delivery_sentence
from campaign.petitions.goals import current_goal, past_goals
from campaign.petitions.kinds import ActionKind, kind_of
from campaign.petitions.models import Delivery, Petition
from campaign.petitions.queries import petition_counts, published_petitions
from campaign.petitions.questions import in_language
from campaign.petitions.thresholds import next_public_threshold
from campaign.petitions.wording import Wording, wording_for
from campaign.publishing.pictures import ShownPicture, shown_picture
from campaign.site.languages import offered_among
from campaign.text.markdown import to_html


@dataclass(frozen=True)
class PetitionCard:
    """What a list or a button needs to know about a petition.

    `lang` is the language of its text. `targets` maps each target's name to the name's language.
    `percent` is the share of the current goal, at most 100. `ends_at` is when it ends or ended.
    `result` is what came of it, one of RESULTS or "".
    """

    id: int
    slug: str
    action_kind: str
    has_butterflies: bool
    lang: str
    title: str
    summary: str
    targets: dict[str, str]
    count: int
    goal: int
    past_goals: tuple[int, ...]
    to_go: int
    percent: float
    state: str
    opens_at: datetime | None
    ends_at: datetime | None
    result: str
    result_on: date | None

    @property
    def kind(self) -> ActionKind:
        """Return its kind of action."""
        return kind_of(self.action_kind)


@dataclass(frozen=True)
class PetitionPage(PetitionCard):
    """The whole petition: the card, its text and its versions.

    `news_consent` is the consent text of the box for updates, and `answer_consent` that of the box
    for answers. It is empty where no answer will come. `wording` has the organizers' own
    sentences.
    """

    cause_id: int
    published_by: str
    body: Markup
    version: int
    versions: int
    text_changed_at: datetime
    languages: tuple[str, ...]
    deliver_on: date | None
    deliver_place: str
    picture: ShownPicture | None
    required_fields: frozenset[str]
    questions: tuple[dict[str, Any], ...]
    delivered_names: str
    delivered_details: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    next_delivery: int | None
    organisation_id: int
    retention_days: int | None
    reader_lang: str
    news_consent: str
    answer_consent: str
    wording: Wording

    @property
    def notice(self) -> ComposedNotice:
        """Return the privacy notice that the form shows now, in the reader's language."""
        return _notice(
            self.kind.notice, self.organisation_id, self.retention_days, self.reader_lang
        )

    @property
    def delivered_list(self) -> str:
        """Return what is delivered of a signature, as one text."""
        if self.kind.delivered:
            return self.kind.delivered(self.id)[0]
        return delivered_list(self.delivered_names, self.delivered_details)

    @property
    def delivery_sentence(self) -> str:
        """Return the sentence about it that supporters read."""
        if self.kind.delivered:
            return self.kind.delivered(self.id)[1]
        return delivery_sentence(self.delivered_names, self.delivered_details)


def card(petition: Petition, lang: str, count: int, now: datetime) -> PetitionCard:
    """Return the PetitionCard of a Petition loaded with texts and targets."""
    return PetitionCard(**_card_values(petition, lang, count, now))


def cards_of_cause(cause_id: int, lang: str, now: datetime) -> list[PetitionCard]:
    """Return the PetitionCards of the public petitions of a cause, in their order."""
    petitions = published_petitions(cause_id)
    counts = petition_counts(petition.id for petition in petitions)
    return [card(petition, lang, counts.get(petition.id, 0), now) for petition in petitions]


def page(petition: Petition, lang: str, count: int, now: datetime) -> PetitionPage:
    """Return the PetitionPage of a Petition loaded with texts and targets."""
    version = petition.current_version
    text = version.text(lang, petition.original_lang)
    return PetitionPage(
        **_card_values(petition, lang, count, now),
        cause_id=petition.cause_id,
        published_by=text.published_by,
        body=to_html(text.body),
        version=version.number,
        versions=len(petition.versions),
        text_changed_at=version.created_at,
        languages=offered_among(text.lang for text in version.texts),
        deliver_on=petition.deliver_on,
        deliver_place=petition.deliver_place(lang),
        picture=shown_picture(petition.picture, lang, petition.original_lang),
        required_fields=frozenset(petition.required_fields),
        questions=tuple(in_language(question, lang) for question in petition.questions),
        delivered_names=petition.delivered_names,
        delivered_details=tuple(petition.delivered_details),
        deliveries=tuple(deliveries_of(petition.id)),
        next_delivery=next_public_threshold(petition, count),
        organisation_id=petition.cause.organisation_id,
        retention_days=petition.retention_days,
        reader_lang=lang,
        news_consent=news_consent(petition.cause, lang),
        answer_consent=answer_text(petition.cause.organisation_id, lang)
        if petition.may_be_answered(now)
        else "",
        wording=wording_for(petition, lang),
    )


def notice_of(petition: Petition, lang: str) -> ComposedNotice:
    """Return the privacy notice that the form of a petition shows now."""
    subject = kind_of(petition.action_kind).notice
    return _notice(subject, petition.cause.organisation_id, petition.retention_days, lang)


def _notice(subject: Subject, organisation_id: int, days: int | None, lang: str) -> ComposedNotice:
    return compose_notice(subject, organisation_id=organisation_id, lang=lang, days=days)


def _card_values(petition: Petition, lang: str, count: int, now: datetime) -> dict[str, Any]:
    text = petition.current_version.text(lang, petition.original_lang)
    goal = current_goal(count, petition.goal)
    return {
        "id": petition.id,
        "slug": petition.slug,
        "action_kind": petition.action_kind,
        "has_butterflies": petition.has_butterflies,
        "lang": text.lang,
        "title": text.title,
        "summary": text.summary,
        "targets": dict(target.name_and_lang(lang) for target in petition.targets),
        "count": count,
        "goal": goal,
        "past_goals": tuple(past_goals(count, goal)),
        "to_go": max(0, goal - count),
        "percent": min(100.0, 100 * count / goal) if goal else 0.0,
        "state": petition.phase(now),
        "opens_at": petition.opens_at,
        "ends_at": petition.ends_at,
        "result": petition.result,
        "result_on": petition.result_on,
    }

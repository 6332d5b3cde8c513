"""Serialize causes, petitions, signatures and events for the API."""

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import force_locale

from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.answers.queries import published_answers
from campaign.causes.models import Cause
from campaign.causes.presenters import news_consent
from campaign.events.models import Event
from campaign.http.urls import with_host
from campaign.i18n.locales import locale_of
from campaign.notices.answer_texts import answer_text
from campaign.petitions.delivery_terms import delivery_sentence
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.presenters import notice_of
from campaign.petitions.thresholds import next_public_threshold
from campaign.process.clock import utcnow
from campaign.signatures.models import Signature


def serialize_cause(cause: Cause, count: int, lang: str) -> dict[str, Any]:
    text = cause.text(lang)
    return {
        "slug": cause.slug,
        "title": text.title,
        "summary": text.summary,
        "count": count,
        "url": _url("causes.show", cause.slug, lang),
        "image": _url("cards.cause", cause.slug, lang),
    }


def serialize_petition(petition: Petition, count: int, lang: str) -> dict[str, Any]:
    text = petition.current_version.text(lang, petition.original_lang)
    return {
        "slug": petition.slug,
        "cause": petition.cause.slug,
        "title": text.title,
        "summary": text.summary,
        "lang": text.lang,
        "languages": sorted(item.lang for item in petition.current_version.texts),
        "state": petition.phase(utcnow()),
        "count": count,
        "goal": petition.goal or None,
        "targets": [target.name(lang) for target in petition.targets],
        "opens_at": _instant(petition.opens_at),
        "closes_at": _instant(petition.ends_at),
        "result": petition.result or None,
        "result_on": petition.result_on.isoformat() if petition.result_on else None,
        "url": _url(kind_of(petition.action_kind).show, petition.slug, lang),
        "image": _url("cards.petition", petition.slug, lang),
    }


def serialize_whole_petition(petition: Petition, count: int, lang: str) -> dict[str, Any]:
    version = petition.current_version
    text = version.text(lang, petition.original_lang)
    notice = notice_of(petition, lang)
    return serialize_petition(petition, count, lang) | {
        "organisation": text.published_by,
        "body": text.body,
        "version": version.number,
        "changed_at": _instant(version.created_at),
        "notice": {"digest": notice.digest, "text": notice.text},
        "subscribe_text": news_consent(petition.cause, lang),
        "tell_answer_text": answer_text(petition.cause.organisation_id, lang)
        if petition.may_be_answered(utcnow())
        else None,
        "delivered": _delivered(petition, lang),
        "answers": [_serialize_answer(row, lang) for row in published_answers(petition.id)],
        "next_delivery": next_public_threshold(petition, count),
    }


def _serialize_answer(answer: Answer, lang: str) -> dict[str, Any]:
    shown, text = shown_answer(answer, lang), answer.text_and_lang(lang)[0]
    document = shown.document
    return {
        "id": answer.id,
        "target": shown.name,
        "answered_by": answer.answered_by,
        "date": answer.day.isoformat(),
        "outcome": answer.outcome or None,
        "body": text,
        "lang": shown.lang,
        "languages": sorted(answer.texts),
        "written_by_target": answer.written_by_target,
        "document": with_host(
            url_for(
                "answers.document",
                answer_id=answer.id,
                digest=document.digest,
                extension=document.extension,
            )
        )
        if document
        else None,
    }


def serialize_action(action: Petition, count: int, lang: str) -> dict[str, Any]:
    return {"kind": action.action_kind} | serialize_petition(action, count, lang)


def serialize_whole_action(action: Petition, count: int, lang: str) -> dict[str, Any]:
    """Return an action with its text. `form` is what its form has besides that of a petition."""
    kind = kind_of(action.action_kind)
    return {
        "kind": kind.name,
        **serialize_whole_petition(action, count, lang),
        "form": kind.form_data(action.id, lang) if kind.form_data else {},
    }


def _delivered(petition: Petition, lang: str) -> dict[str, Any]:
    names, details = petition.delivered_names, petition.delivered_details
    with force_locale(locale_of(lang)):
        return {"names": names, "details": details, "sentence": delivery_sentence(names, details)}


def serialize_signature(signature: Signature) -> dict[str, Any]:
    """Return the public data of a signature that may be shown: only the day, not the time."""
    return {
        "number": signature.number,
        "name": signature.shown_name,
        "name_display": signature.name_display,
        "country": signature.country or None,
        "date": (signature.confirmed_at or signature.created_at).date().isoformat(),
        "comment": signature.shared_comment,
    }


def serialize_event(event: Event, lang: str) -> dict[str, Any]:
    text = event.text(lang)
    return {
        "slug": event.slug,
        "cause": event.cause.slug,
        "title": text.title,
        "lang": text.lang,
        "state": "cancelled"
        if event.state == "cancelled"
        else "past"
        if event.ends_at <= utcnow()
        else "ahead",
        "starts_at": _instant(event.starts_at),
        "ends_at": _instant(event.ends_at),
        "time_zone": event.zone,
        "place": text.place,
        "address": text.address,
        "town": event.town,
        "country": event.country or None,
        "is_free": event.is_free,
        "url": _url("events.show", event.slug, lang),
    }


def _url(endpoint: str, slug: str, lang: str) -> str:
    return with_host(url_for(endpoint, slug=slug, lang=lang))


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None

"""What a tablet needs for a day without a network: the event, its petitions with all their words, the key, the PIN."""

from hashlib import blake2b
from json import dumps

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.causes.queries import cause_count
from campaign.extensions import db
from campaign.i18n.countries import countries
from campaign.i18n.locales import LOCALES
from campaign.kiosk import codes
from campaign.kiosk.key_pairs import present_key
from campaign.kiosk.models import StaffPin
from campaign.kiosk.pairing import table_code
from campaign.kiosk.sealing import SUITE_NAME
from campaign.petitions.delivery import delivered_list
from campaign.petitions.queries import petition_counts, published_petitions
from campaign.text.markdown import to_html

CONSENT_VERSION = "2"
MAX_RECORDS = 50
MAX_BODY_BYTES = 1_000_000
MAX_SEALED_BYTES = 65_536
# What changes all the time tells a tablet nothing new: it learns the counts with each receipt.
COUNTS = ("count", "server_time")


def bundle(kiosk, now):
    """Return what `campaign.json` says to this kiosk, as a dict of plain values."""
    event, cause = kiosk.event, kiosk.event.cause
    languages = languages_of(event)
    petitions = petitions_of(event)
    counts = petition_counts(petition.id for petition in petitions)
    return {
        # A revoked one gets no bundle: that the tag turns is what tells it.
        "kiosk": {
            "id": kiosk.uuid,
            "name": kiosk.name,
            "expires_at": iso(kiosk.expires_at),
            "revoked": kiosk.revoked_at is not None,
        },
        "event": {
            "slug": event.slug,
            "title": {lang: event.text(lang).title for lang in languages},
            # Older apps know one place alone.
            "place": event.text(languages[0]).place,
            "places": {lang: event.text(lang).place for lang in languages},
            "country": event.country,
            "starts_at": iso(event.starts_at),
            "ends_at": iso(event.ends_at),
        },
        "cause": {
            "slug": cause.slug,
            "title": {lang: cause.text(lang).title for lang in languages},
            "count": cause_count(cause.id),
            "shape": cause.shape,
            "palette": cause.palette,
        },
        "languages": languages,
        "petitions": [
            _petition(each, languages, counts.get(each.id, 0), now) for each in petitions
        ],
        "countries": {
            lang: countries(lang, current_app.config["FIRST_COUNTRIES"]) for lang in languages
        },
        "consent": {
            "version": CONSENT_VERSION,
            "words": {lang: _consent(lang) for lang in languages},
        },
        "key": _key(),
        "pin": _pin(event.id),
        "table": _table(kiosk),
        "limits": {
            "batch": MAX_RECORDS,
            "body_bytes": MAX_BODY_BYTES,
            "sealed_bytes": MAX_SEALED_BYTES,
        },
        "server_time": iso(now),
    }


def tag_of(said):
    """Return the ETag of a bundle: it turns when a tablet should read it anew, and not with each signature."""
    return blake2b(
        dumps(_without_counts(said), sort_keys=True).encode(), digest_size=12
    ).hexdigest()


def languages_of(event):
    """Return the languages of an event's tablets: those that the event names come first."""
    ours = current_app.config["LANGUAGES"]
    named = [lang for lang in event.languages if lang in ours]
    return [*named, *(lang for lang in ours if lang not in named)]


def petitions_of(event):
    """Return the public petitions that can be signed at an event in their order: those it names, or else all of its cause."""
    every = published_petitions(event.cause_id)
    places = {each.petition_id: each.position for each in event.petitions}
    named = [petition for petition in every if petition.id in places]
    return sorted(named, key=lambda petition: places[petition.id]) or every


def is_signed_at(event, petition):
    """Return whether tablets of an event may collect for a petition of its cause."""
    named = {each.petition_id for each in event.petitions}
    return petition.id in named or not any(
        each.id in named for each in published_petitions(event.cause_id)
    )


def needs_address(petition):
    """Return whether an e-mail address must be given: where a witness is not enough, the letter confirms."""
    return petition.confirmation == "email"


def iso(instant):
    """Write an instant as machines read it, or None."""
    return instant and instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _petition(petition, languages, count, now):
    version = petition.current_version
    texts = {lang: version.text(lang, petition.original_lang) for lang in languages}
    return {
        "slug": petition.slug,
        "version": version.number,
        "title": {lang: text.title for lang, text in texts.items()},
        "summary": {lang: text.summary for lang, text in texts.items()},
        "body_html": {lang: str(to_html(text.body)) for lang, text in texts.items()},
        "organisation": {lang: text.organisation for lang, text in texts.items()},
        "targets": {lang: [target.name(lang) for target in petition.targets] for lang in languages},
        "required_fields": sorted(petition.required_fields),
        "questions": petition.questions,
        "delivered": {lang: _delivered(version, lang) for lang in languages},
        "email": "required" if needs_address(petition) else "optional",
        "confirmation": petition.confirmation,
        "closes_at": iso(petition.closes_at),
        "count": count,
        "phase": petition.phase(now),
    }


def _consent(lang):
    with force_locale(LOCALES[lang]):
        return _(
            "I sign these petitions with my name. The campaign keeps what I enter here to hand over the petitions and to count each person"
            " once. It never sells it, and I can withdraw at any time. If I give my email address, I get an email with my link. There I can"
            " see, correct or withdraw my signature."
        )


def _delivered(version, lang):
    with force_locale(LOCALES[lang]):
        return delivered_list(version.handed_names, version.handed_details)


def _key():
    key = present_key()
    return {"id": key.uuid, "suite": SUITE_NAME, "public": codes.to_base64(key.public)}


def _pin(event_id):
    pin = db.session.get(StaffPin, event_id, populate_existing=True)
    return pin and {
        "salt": codes.to_base64(pin.salt),
        "iterations": pin.iterations,
        "digest": codes.to_base64(pin.digest),
    }


def _table(kiosk):
    address = f"{current_app.config['PUBLIC_URL']}/t/{table_code(event_id=kiosk.event_id, kiosk_id=kiosk.id).code}"
    return {"url": address, "short": address.partition("://")[2]}


def _without_counts(said):
    if isinstance(said, dict):
        return {name: _without_counts(value) for name, value in said.items() if name not in COUNTS}
    return [_without_counts(value) for value in said] if isinstance(said, list | tuple) else said

"""Accept signatures that partners send with a key, with the fields of a petition's form."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from flask import Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.datastructures import MultiDict

from campaign.api.errors import problem
from campaign.api.models import ApiKey
from campaign.api.operations import TOUCH_INTERVAL, note_post, touch_key
from campaign.api.queries import key_of
from campaign.api.routes import blueprint
from campaign.db.transactions import DATABASE_AWAY
from campaign.errors import CampaignError
from campaign.extensions import write
from campaign.notices.models import NOT_RECORDED
from campaign.notices.operations import claimed_notice_id, record_notice
from campaign.petitions.kinds import PETITION, kind_of
from campaign.petitions.queries import SigningTerms
from campaign.petitions.questions import field_name, in_language
from campaign.petitions.signing_terms import notice_of_terms, recent_terms
from campaign.process.clock import utcnow
from campaign.sharing.attribution import clean_source
from campaign.signatures.forms import SignatureForm, signature_form
from campaign.signatures.presenters import REASONS
from campaign.signatures.signing import accept_signatures
from campaign.signatures.signing.commands import SignatureCommand, SignatureResult, Status
from campaign.signatures.signing.submission import (
    InvalidForm,
    Submission,
    submit,
)
from campaign.site.languages import offered_lang
from campaign.switches.state import SwitchedOffError

# The application registers the blueprint once the views of both modules are on it.
__all__ = ["blueprint"]

BEARER = {"WWW-Authenticate": 'Bearer realm="api"'}
TEXT_FIELDS = (
    "given_name",
    "family_name",
    "email",
    "country",
    "postal_code",
    "comment",
    "name_display",
)
AGREED_FIELDS = ("notice", "consent_text", "consent_at")
MAX_CONSENT_TEXT_LENGTH = 10_000
EXAMPLE_TIME = "2026-11-27T19:30:00Z"
MAX_CLOCK_ERROR = timedelta(minutes=5)


@blueprint.post("/petitions/<slug>/signatures")
def sign(slug: str) -> ResponseReturnValue:
    """Accept a signature from a partner with a key of the petition's cause.

    The response is the same whether or not the person has already signed.
    """
    return _take_response(slug, "petition")


@blueprint.post("/actions/<slug>/responses")
def respond(slug: str) -> ResponseReturnValue:
    """Accept a response to an action that is no petition, from a partner with a key of its cause.

    The answer is the same whether or not the person has already responded.
    """
    return _take_response(slug, "action")


def _take_response(slug: str, noun: str) -> ResponseReturnValue:
    now = utcnow()
    key = _key(now)
    values = _sent_values()
    terms = recent_terms(slug, now=now, version=values["version"])
    if terms is None or (terms.action_kind == PETITION) != (noun == "petition"):
        abort(404, f"There is no public {noun} with this slug.")
    if key.cause_id != terms.cause_id:
        abort(problem(403, "This key is for the petitions of another cause."))
    g.lang = values["lang"]
    refresh()
    notice, consent_at, errors = _agreed_to(values, terms, now)
    form = signature_form(
        terms.required_fields,
        [in_language(question, g.lang) for question in terms.questions],
        _form_data(values, terms),
        action=terms,
        lang=g.lang,
    )
    if errors:
        form.validate()
        abort(_fields_problem({**_errors_of(form), **errors}))
    # A letter waits for the person's own confirmation, even if a partner vouches for them.
    is_trusted = key.is_trusted and not kind_of(terms.action_kind).needs_email
    result = submit(
        Submission(
            terms=terms,
            form=form,
            lang=g.lang,
            received_at=now,
            source=clean_source(values["source"]) or key.source,
            # The response must not reveal whether the key is doubted or how the petition counts.
            is_vouched_for=is_trusted and key.distrusted_at is None and not terms.is_quiet,
            notice_id=notice,
            consent_at=consent_at,
        ),
        partial(_commit, key_id=key.id),
    )
    if result.error is not None:
        return _error_response(result.error, form)
    return jsonify(status="taken" if is_trusted else "pending"), 201


def _commit(command: SignatureCommand, *, key_id: int) -> SignatureResult:
    return write(_accept, command, key_id=key_id)


def _accept(command: SignatureCommand, *, key_id: int) -> SignatureResult:
    """Accept a signature and note the use of its key in the same transaction."""
    [result] = accept_signatures(commands=[command])
    if result.status != Status.REFUSED:
        note_post(key_id=key_id, is_repeat=result.status == Status.REPEAT, now=command.received_at)
    return result


def _key(now: datetime) -> ApiKey:
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    key = key_of(secret.strip()) if kind.lower() == "bearer" and secret.isascii() else None
    if key is None:
        abort(
            problem(
                401,
                "Send the key that an organizer gave you in this header: Authorization: Bearer vol_…",
                BEARER,
            )
        )
    if key.used_at is None or key.used_at <= now - TOUCH_INTERVAL:
        _record_use(key.id, now)
    return key


def _record_use(key_id: int, now: datetime) -> None:
    try:
        write(touch_key, key_id=key_id, now=now)
    except DATABASE_AWAY:
        # This matters less than the signature, so continue.
        current_app.logger.exception("the use of a partner's key could not be recorded")


def _sent_values() -> dict[str, Any]:
    """Return the request's JSON as values by name. Abort with 400 or 415 if it is invalid."""
    body = (
        request.get_json(silent=True)
        if request.is_json
        else abort(problem(415, "Send the request as application/json."))
    )
    if not isinstance(body, dict) or not isinstance(body.get("answers", {}), dict):
        abort(problem(400, "Send a JSON object. If it has answers, they must be an object too."))
    texts = {name: _text(body.get(name)) for name in (*TEXT_FIELDS, *AGREED_FIELDS, "source")}
    lang = body.get("lang")
    return texts | {
        "subscribe": body.get("subscribe") is True,
        "tell_answer": body.get("tell_answer") is True,
        "targets": body["targets"] if isinstance(body.get("targets"), list) else [],
        "shares_address": body.get("shares_address") is True,
        "answers": {
            name: "y" if value is True else _text(value)
            for name, value in body.get("answers", {}).items()
        },
        "version": version if type(version := body.get("version")) is int else None,
        "lang": offered_lang([_text(lang)]),
    }


def _agreed_to(
    values: Mapping[str, Any], terms: SigningTerms, now: datetime
) -> tuple[int, datetime | None, dict[str, list[str]]]:
    """Return what the partner says its page showed.

    That is the id of a notice, when the person agreed to it, and errors by field. The partner sends
    the digest of a `notice` of ours, or its own `consent_text`. Without either, the notice is not
    recorded.
    """
    digest, text, at = (values[name].strip() for name in AGREED_FIELDS)
    consent_at = _instant(at)
    errors = {}
    if at and (consent_at is None or consent_at > now + MAX_CLOCK_ERROR):
        errors["consent_at"] = [
            _("Send a time in the past, like %(example)s.", example=EXAMPLE_TIME)
        ]
    if text and not at:
        errors["consent_at"] = [_("Send the time when the person agreed to this text.")]
    if len(text) > MAX_CONSENT_TEXT_LENGTH:
        errors["consent_text"] = [_("This is too long. Make it shorter.")]
    if errors:
        return NOT_RECORDED, None, errors
    if text:
        notice_id = write(
            record_notice, organisation_id=terms.organisation_id, lang=values["lang"], text=text
        )
        return notice_id, consent_at, {}
    if not digest:
        return NOT_RECORDED, consent_at, {}
    notice_id = write(
        claimed_notice_id,
        digest,
        organisation_id=terms.organisation_id,
        compose=partial(notice_of_terms, terms, values["lang"]),
    )
    if notice_id == NOT_RECORDED:
        errors["notice"] = [
            _(
                "We do not recognize this privacy notice. Get the petition again, and show people the notice that comes with it."
            )
        ]
    return notice_id, consent_at, errors


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _form_data(values: Mapping[str, Any], terms: SigningTerms) -> MultiDict[str, str]:
    """Return the values as a browser would send them."""
    given = values["answers"]
    answers = {
        field_name(question): given[question["name"]]
        for question in terms.questions
        if given.get(question["name"])
    }
    texts = {name: values[name] for name in TEXT_FIELDS if values[name]}
    boxes = ("subscribe", "tell_answer", "shares_address")
    checked = {name: "y" for name in boxes if values[name]}
    targets = [str(target) for target in values["targets"]]
    return MultiDict({"targets": targets} | texts | answers | checked)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _error_response(error: CampaignError, form: SignatureForm) -> Response:
    if isinstance(error, InvalidForm):
        return _fields_problem(_errors_of(form))
    headers = {"Retry-After": str(error.retry_seconds)} if error.retry_seconds else None
    detail = str(REASONS[error.status][1])
    if isinstance(error, SwitchedOffError):
        detail = error.switch.message("en") or "Signing is paused. Send the signature again later."
    return problem(error.status, detail, headers)


def _errors_of(form: SignatureForm) -> dict[str, list[str]]:
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


def _fields_problem(errors: Mapping[str, list[str]]) -> Response:
    return problem(
        InvalidForm.status,
        "Some fields are missing or wrong. Correct them and send the request again.",
        errors=errors,
    )

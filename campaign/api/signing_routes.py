"""Accept signatures that partners send with a key, with the fields of a petition's form."""

from flask import abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import refresh
from werkzeug.datastructures import MultiDict

from campaign.api.errors import problem
from campaign.api.operations import SEEN_EVERY, note_post, see_key
from campaign.api.queries import key_of
from campaign.api.routes import blueprint
from campaign.db.transactions import DATABASE_AWAY
from campaign.extensions import write
from campaign.i18n.locales import LOCALES
from campaign.petitions.presenters import in_language
from campaign.petitions.signing_terms import recent_terms
from campaign.process.clock import utcnow
from campaign.sharing.attribution import clean_source
from campaign.signatures import operations
from campaign.signatures.error_codes import REASONS
from campaign.signatures.forms import ANSWER_PREFIX, signature_form
from campaign.signatures.rule_cache import reason_to_hold

BEARER = {"WWW-Authenticate": 'Bearer realm="Volante"'}
BUSY_SECONDS = 10
TEXTS = ("given_name", "family_name", "email", "country", "postal_code", "comment", "name_display")


@blueprint.post("/petitions/<slug>/signatures")
def sign(slug: str) -> ResponseReturnValue:
    """Accept a signature from a partner with a key of the petition's cause.

    The response is the same whether or not the person has already signed.
    """
    now = utcnow()
    key = _key(now)
    words = _words()
    terms = recent_terms(slug, now=now, version=words["version"])
    if terms is None:
        abort(404, "There is no public petition with this slug.")
    if key.cause_id != terms.cause_id:
        abort(problem(403, "This key is for the petitions of another cause."))
    g.lang = words["lang"]
    refresh()
    form = signature_form(
        terms.required_fields,
        [in_language(each, g.lang) for each in terms.questions],
        _typed(words),
    )
    if terms.phase != "open":
        abort(_refused(410 if terms.phase == "closed" else 409))
    if not form.validate():
        errors = {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}
        abort(problem(422, "Some words are missing or wrong.", errors=errors))
    return _take(form, terms, key, source=clean_source(words["source"]) or key.source, now=now)


def _take(form, terms, key, *, source, now):
    columns = form.columns()
    # The response must not reveal whether the key is doubted or how the petition counts.
    vouches = key.is_trusted and key.doubted_at is None and not terms.is_quiet
    held_reason = reason_to_hold(
        terms, network=None, mail_domain=form.email.address.domain, words=columns
    )
    signing = operations.signing(
        terms=terms, lang=g.lang, now=now, held_reason=held_reason, source=source, **columns
    )
    try:
        write(_sign, operations.vouched(signing) if vouches else signing, key_id=key.id, now=now)
    except (operations.PetitionClosed, operations.PetitionNotYetOpen) as fact:
        return _refused(fact.status)
    except DATABASE_AWAY:
        current_app.logger.exception("a signature of a partner could not be written")
        return _refused(503, {"Retry-After": str(BUSY_SECONDS)})
    return jsonify(status="taken" if key.is_trusted else "pending"), 201


def _sign(signing, *, key_id, now):
    [outcome] = operations.sign_all([signing])
    if isinstance(outcome, Exception):
        raise outcome
    note_post(key_id=key_id, is_repeat=outcome is None, now=now)


def _key(now):
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    key = key_of(secret.strip()) if kind.lower() == "bearer" and secret.isascii() else None
    if key is None:
        abort(
            problem(
                401,
                "Show a key that an organizer has given you: Authorization: Bearer vol_…",
                BEARER,
            )
        )
    if key.used_at is None or key.used_at <= now - SEEN_EVERY:
        _note_use(key.id, now)
    return key


def _note_use(key_id, now):
    try:
        write(see_key, key_id=key_id, now=now)
    except DATABASE_AWAY:
        # This matters less than the signature, so go on.
        current_app.logger.exception("that a partner's key is in use could not be noted")


def _words():
    """Return the request's JSON as values by name; abort with 400 or 415 if it is invalid."""
    sent = (
        request.get_json(silent=True)
        if request.is_json
        else abort(problem(415, "Send application/json."))
    )
    if not isinstance(sent, dict) or not isinstance(sent.get("answers", {}), dict):
        abort(problem(400, "Send an object of JSON; answers is an object of its own."))
    texts = {name: _text(sent.get(name)) for name in (*TEXTS, "source")}
    lang = sent.get("lang")
    return texts | {
        "subscribe": sent.get("subscribe") is True,
        "answers": {
            name: "y" if value is True else _text(value)
            for name, value in sent.get("answers", {}).items()
        },
        "version": version if type(version := sent.get("version")) is int else None,
        "lang": lang if isinstance(lang, str) and lang in LOCALES else next(iter(LOCALES)),
    }


def _typed(words):
    answers = {ANSWER_PREFIX + name: value for name, value in words["answers"].items() if value}
    texts = {name: words[name] for name in TEXTS if words[name]}
    return MultiDict(texts | answers | ({"subscribe": "y"} if words["subscribe"] else {}))


def _text(value):
    return value if isinstance(value, str) else ""


def _refused(status, headers=None):
    return problem(status, str(REASONS[status][1]), headers)

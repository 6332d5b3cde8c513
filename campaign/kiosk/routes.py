"""The API for tablets: pairing, fetching data, syncing. See `docs/kiosk-protocol.md`."""

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import RequestEntityTooLarge

from campaign.extensions import write
from campaign.kiosk import pairing
from campaign.kiosk.app import bundle
from campaign.kiosk.models import Kiosk
from campaign.kiosk.queries import counted_among, gaps_of, kiosk_by_id, kiosk_by_secret, tally_of
from campaign.kiosk.records import sync as record_sync
from campaign.kiosk.records.forms import open_records
from campaign.kiosk.records.parsing import (
    Malformed,
    TooLarge,
    read_ids,
    read_json,
    read_pairing,
    read_records,
    read_report,
)
from campaign.process.clock import utcnow
from campaign.security.rate_limits import limiter
from campaign.site.settings import site_settings
from campaign.surge.levels import SurgeLevel
from campaign.surge.state import SigningBusy, surge_level
from campaign.switches.state import switched_off

blueprint = Blueprint("kiosk", __name__)
MAX_NUMBERS = 500
MAX_SMALL_BODY_BYTES = 50_000
PAIRING_PAUSE, PAUSE = 900, 60
# Of a network, against guessing codes, and of a kiosk, against a broken app.
PAIRINGS = RateLimitItemPerMinute(30, 15)
REQUESTS = RateLimitItemPerMinute(240)


class RequestRefused(Exception):
    """The request is refused with this status, error code and pause (seconds) before a retry."""

    def __init__(self, status: int, error_code: str, pause: int | None = None) -> None:
        super().__init__(error_code)
        self.status, self.error_code, self.pause = status, error_code, pause


@blueprint.errorhandler(RequestRefused)
def refuse(error: RequestRefused) -> ResponseReturnValue:
    """Return the error response for a refused request."""
    response = jsonify(error=error.error_code)
    response.status_code = error.status
    if error.pause:
        response.headers["Retry-After"] = str(error.pause)
    return response


@blueprint.post("/kiosk/pairings")
def pair() -> ResponseReturnValue:
    """Pair the device that shows a code. Its secret is in this response only."""
    if not limiter().hit_network(PAIRINGS, request.remote_addr, "kiosk pairing"):
        raise RequestRefused(429, "too_many", PAIRING_PAUSE)
    typed, app = _parse(read_pairing, _request_json(MAX_SMALL_BODY_BYTES))
    try:
        kiosk, secret = write(pairing.pair, typed=typed, app=app, now=utcnow())
    except (pairing.UnknownCode, pairing.ExpiredCode, pairing.UsedCode) as error:
        raise RequestRefused(error.status, error.error_code) from error
    return jsonify(kiosk=kiosk.uuid, secret=secret, name=kiosk.name), 201


@blueprint.get("/kiosk/campaign.json")
def campaign() -> ResponseReturnValue:
    """Return the data that a tablet needs to work offline for a day."""
    kiosk, now = _kiosk(), utcnow()
    if kiosk.revoked_at:
        raise RequestRefused(403, "revoked")
    content = bundle.bundle(kiosk, now)
    response = jsonify(content)
    response.set_etag(bundle.etag_of(content), weak=True)
    # The digest of the team PIN is in it, which can be brute-forced. So no cache may keep a copy.
    response.cache_control.private = response.cache_control.no_store = True
    return response.make_conditional(request)


@blueprint.post("/kiosk/sync")
def sync() -> ResponseReturnValue:
    """Receive a batch of records. Only durable records get a receipt."""
    kiosk, now = _kiosk(), utcnow()
    kiosk_id = kiosk.id
    sent = _request_json(bundle.MAX_BODY_BYTES)
    report = read_report(sent)
    records = _parse(read_records, sent)
    if records and (switch := switched_off("signing", kiosk.event.cause.organisation_id)):
        # The tablet keeps its records, and sends them when signing is on again.
        raise RequestRefused(503, "busy", switch.retry_seconds)
    if records and surge_level() >= SurgeLevel.SIGNING_RETRIES:
        # People who sign online cannot wait as long as a tablet.
        raise RequestRefused(503, "busy", SigningBusy().retry_seconds)
    accepted = [record for record in records if not record.refusal]
    opened = open_records(kiosk, accepted, device_time=report.device_time, now=now)
    receipts = write(
        record_sync.receive,
        kiosk_id=kiosk_id,
        report=report,
        records=opened,
        max_per_hour=site_settings().kiosk_hourly_quota,
        now=now,
    )
    refusals = [
        _receipt_json(record.uuid, "refused", record.refusal)
        for record in records
        if record.refusal
    ]
    if records and not receipts and not refusals:
        raise RequestRefused(507, "full")
    kiosk = cast(Kiosk, kiosk_by_id(kiosk_id))
    content = bundle.bundle(kiosk, now)
    return jsonify(
        receipts=[
            *(_receipt_json(receipt.uuid, receipt.status, receipt.reason) for receipt in receipts),
            *refusals,
        ],
        server_time=content["server_time"],
        gaps=gaps_of(kiosk_id),
        count=content["cause"]["count"],
        tally=tally_of(kiosk, now),
        campaign=f'W/"{bundle.etag_of(content)}"',
    )


@blueprint.post("/kiosk/numbers")
def numbers() -> ResponseReturnValue:
    """Return which records are counted by now, but never anyone's number."""
    kiosk = _kiosk()
    ids = _parse(read_ids, _request_json(MAX_SMALL_BODY_BYTES), MAX_NUMBERS)
    # Older apps read `numbers`.
    return jsonify(counted=counted_among(kiosk, ids, utcnow()), numbers={})


def _kiosk() -> Kiosk:
    """Return the kiosk that sent the request.

    A revoked kiosk is accepted too, because it may have records to send.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    kiosk = kiosk_by_secret(secret.strip()) if scheme.lower() == "bearer" else None
    if kiosk is None:
        raise RequestRefused(401, "unknown_kiosk")
    if not limiter().hit(REQUESTS, "kiosk", str(kiosk.id)):
        raise RequestRefused(429, "too_many", PAUSE)
    return kiosk


def _request_json(max_bytes: int) -> dict[str, Any]:
    """Return the JSON object in the request body, of at most `max_bytes` bytes."""
    request.max_content_length = max_bytes
    try:
        return read_json(request.get_data(cache=False))
    except RequestEntityTooLarge as error:
        raise RequestRefused(413, "too_large") from error
    except Malformed as error:
        raise RequestRefused(400, "malformed") from error


def _parse(read: Callable[..., Any], *sent: Any) -> Any:
    try:
        return read(*sent)
    except Malformed as error:
        raise RequestRefused(400, "malformed") from error
    except TooLarge as error:
        raise RequestRefused(413, "too_large") from error


def _receipt_json(uuid: str, status: str, reason: str) -> dict[str, str]:
    return {"id": uuid, "status": status, "reason": reason}

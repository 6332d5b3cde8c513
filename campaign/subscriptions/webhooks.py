"""Receive from mail services which emails were not delivered."""

import hmac
from typing import Any

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.subscriptions.operations import note_bounce
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.names import clean_text

blueprint = Blueprint("webhooks", __name__)
KINDS = ("hard", "soft", "complaint")
MAX_AT_ONCE = 1000


@blueprint.post("/webhooks/bounces")
def bounces() -> ResponseReturnValue:
    """Record one bounce or a list of them: `{"email", "kind", "reason"}`. Return how many."""
    secret = current_app.config["BOUNCE_SECRET"]
    if not secret:
        abort(404)
    if not hmac.compare_digest(
        request.headers.get("Authorization", "").encode(), f"Bearer {secret}".encode()
    ):
        return jsonify(
            error="The Authorization header must be: Bearer, a space, and BOUNCE_SECRET."
        ), 401
    data = request.get_json(silent=True)
    data = data if isinstance(data, list) else [data]
    reports = [report for entry in data[:MAX_AT_ONCE] if (report := _parse_report(entry))]
    if len(reports) < len(data):
        return jsonify(
            error='Send {"email": …, "kind": "hard", "soft" or "complaint", "reason": …}, or at most 1000 of them as a list.'
        ), 422
    write(_record_all, reports)
    return jsonify(noted=len(reports))


def _record_all(reports: list[dict[str, Any]]) -> None:
    for report in reports:
        address = report.pop("address")
        note_bounce(**report, now=utcnow())
        for listen in current_app.extensions["on_bounce"]:
            listen(address=address, kind=report["kind"], now=utcnow())


def _parse_report(data: Any) -> dict[str, Any] | None:
    """Return the arguments for `note_bounce` and the `address`, or None if the data is invalid."""
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        return None
    email, reason = data.get("email"), data.get("reason", "")
    if not isinstance(email, str) or not isinstance(reason, str):
        return None
    try:
        address = parse_address(email).normalized
    except AddressRefused:
        return None
    # The reason comes from an unknown server, so remove the address that it may repeat, and
    # anything that is not text.
    return {
        "address": address,
        "email_digest": tokens.email_digest(address),
        "kind": data["kind"],
        "reason": clean_text(reason.replace(email, "…")[:200], lines=False),
    }

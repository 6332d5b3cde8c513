"""Parse untrusted data from tablets: the envelope of a sync, and the content of records."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaign.kiosk.app.bundle import MAX_RECORDS, MAX_SEALED_BYTES
from campaign.kiosk.codes import from_base64
from campaign.notices.models import DIGEST_LENGTH
from campaign.text.names import clean_text

MAX_SHIFTS = 50
MAX_SEQUENCE = 2**31 - 1
MAX_DRAWING_LENGTH = 20_000
MAX_TABLER_LENGTH = 80
MAX_APP_LENGTH = 20
MAX_CODE_LENGTH = 40
MAX_VALUES = 50
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PATH = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9 ,.eE+-]*")
_TEXT_FIELDS = (
    "given_name",
    "family_name",
    "email",
    "country",
    "postal_code",
    "comment",
    "name_display",
)


class Malformed(Exception):
    """The request is not what a tablet would send."""


class TooLarge(Exception):
    """The request exceeds the limits that tablets are told."""


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A signature as received.

    `sealed` is None if it cannot be a sealed record. `refusal` says why it is not accepted.
    """

    uuid: str
    sequence: int
    key: str
    sealed: bytes | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A tablet's report on its own state with each sync. `shifts` are columns of a Shift.

    `key` is the UUID of the key that it seals to, or "" if it does not say so.
    """

    app: str
    device_time: datetime | None
    battery: float | None
    waiting: int
    oldest_at: datetime | None
    last_sequence: int
    key: str
    shifts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RecordContent:
    """The plain content of a record, with the right types but not validated yet."""

    petition: str
    version: int | None
    lang: str
    signed_at: datetime | None
    witnessed: bool
    shift: str | None
    consent: str
    notice: str
    drawing: str
    fields: dict[str, Any]


def read_json(body: str | bytes) -> dict[str, Any]:
    """Return the JSON object in `body`. Raises Malformed."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(data, dict):
        raise Malformed
    return data


def read_pairing(sent: dict[str, Any]) -> tuple[str, str]:
    """Return (code as typed, version of the app) from a pairing request. Raises Malformed."""
    if not isinstance(sent.get("code"), str):
        raise Malformed
    return sent["code"][:MAX_CODE_LENGTH], _text(sent.get("app"), MAX_APP_LENGTH)


def read_report(sent: dict[str, Any]) -> Report:
    """Return the Report in a sync.

    Missing or invalid values are ignored, because an old or broken app must still be able to send
    its queue.
    """
    shifts = sent.get("shifts")
    return Report(
        app=_text(sent.get("app"), MAX_APP_LENGTH),
        device_time=_instant(sent.get("device_time")),
        battery=_fraction(sent.get("battery")),
        waiting=_integer(sent.get("waiting")) or 0,
        oldest_at=_instant(sent.get("oldest")),
        last_sequence=_integer(sent.get("last_sequence")) or 0,
        key=sent["key"] if _is_uuid(sent.get("key")) else "",
        shifts=[read for shift in shifts[:MAX_SHIFTS] if (read := _shift(shift))]
        if isinstance(shifts, list)
        else [],
    )


def read_records(sent: dict[str, Any]) -> list[SealedRecord]:
    """Return the SealedRecords of a sync. Those without a valid id have an empty `uuid`.

    Raises Malformed and TooLarge.
    """
    records = sent.get("records", [])
    if not isinstance(records, list):
        raise Malformed
    if len(records) > MAX_RECORDS:
        raise TooLarge
    return [_record(record) for record in records]


def read_ids(sent: dict[str, Any], max_count: int) -> list[str]:
    """Return the record ids in a request for numbers. Raises Malformed and TooLarge."""
    ids = sent.get("ids")
    if not isinstance(ids, list):
        raise Malformed
    if len(ids) > max_count:
        raise TooLarge
    return [item for item in ids if _is_uuid(item)]


def read_content(plaintext: bytes) -> RecordContent:
    """Return the content of an opened record. Raises Malformed."""
    sent = read_json(plaintext)
    if not isinstance(sent.get("petition"), str) or sent.get("v") != 1:
        raise Malformed
    answers, drawing, lang = sent.get("answers"), sent.get("drawn"), sent.get("lang")
    if not isinstance(answers, dict):
        answers = {}
    if not (
        isinstance(drawing, str) and len(drawing) <= MAX_DRAWING_LENGTH and _PATH.fullmatch(drawing)
    ):
        drawing = ""
    return RecordContent(
        petition=sent["petition"],
        version=_integer(sent.get("version")),
        lang=lang if isinstance(lang, str) else "",
        signed_at=_instant(sent.get("signed_at")),
        witnessed=sent.get("witnessed") is True,
        shift=sent.get("shift") if _is_uuid(sent.get("shift")) else None,
        consent=_text(sent.get("consent"), 10),
        notice=_text(sent.get("notice"), DIGEST_LENGTH),
        drawing=drawing,
        fields={
            **{name: value for name in _TEXT_FIELDS if isinstance(value := sent.get(name), str)},
            "answers": {
                name: value for name, value in answers.items() if isinstance(value, str | bool)
            },
            "kind_data": _kind_data(sent.get("kind_data")),
            "subscribe": sent.get("subscribe") is True,
            "tell_answer": sent.get("tell_answer") is True,
        },
    )


def _kind_data(sent: Any) -> dict[str, list[str]]:
    """Return {field of the kind of action: values as a form sends them}, without unchecked boxes.

    Records of apps that know only petitions have none.
    """
    if not isinstance(sent, dict):
        return {}
    values = {name: value if isinstance(value, list) else [value] for name, value in sent.items()}
    return {
        name: ["y" if value is True else str(value) for value in of_name[:MAX_VALUES]]
        for name, of_name in values.items()
        if False not in of_name and all(isinstance(value, str | int) for value in of_name)
    }


def _record(sent: Any) -> SealedRecord:
    sent = sent if isinstance(sent, dict) else {}
    uuid, sequence, sealed = sent.get("id"), _integer(sent.get("sequence")), sent.get("sealed")
    if not _is_uuid(uuid) or not sequence:
        return SealedRecord(uuid if _is_uuid(uuid) else "", 0, "", None, "malformed")
    key = sent.get("key") if _is_uuid(sent.get("key")) else ""
    if not isinstance(sealed, str):
        return SealedRecord(uuid, sequence, key, b"")
    # Base64 encodes three bytes in four characters.
    if len(sealed) > MAX_SEALED_BYTES * 4 // 3 + 4:
        return SealedRecord(uuid, sequence, key, None, "too_large")
    try:
        return SealedRecord(uuid, sequence, key, from_base64(sealed))
    except ValueError:
        return SealedRecord(uuid, sequence, key, sealed.encode("utf-8", "replace"))


def _shift(sent: Any) -> dict[str, Any] | None:
    started = _instant(sent.get("started_at")) if isinstance(sent, dict) else None
    if started is None or not _is_uuid(sent.get("id")):
        return None
    return {
        "uuid": sent["id"],
        "tabler": _text(sent.get("tabler"), MAX_TABLER_LENGTH),
        "started_at": started,
        "ended_at": _instant(sent.get("ended_at")),
        "tally": _integer(sent.get("tally")) or 0,
    }


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _text(value: object, max_length: int) -> str:
    return (
        clean_text(value[: 4 * max_length], lines=False)[:max_length]
        if isinstance(value, str)
        else ""
    )


def _integer(value: Any) -> int | None:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return value if is_integer and 0 <= value <= MAX_SEQUENCE else None


def _fraction(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None


def _instant(value: object) -> datetime | None:
    """Return the instant in a text, or None if it is invalid, out of range or has no time zone."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None

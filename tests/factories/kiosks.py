"""Create kiosks to test with, and tablets that talk to the server as the app does."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.kiosk import codes, pairing
from campaign.kiosk.models import Kiosk, KioskRecord, Shift
from campaign.process.clock import utcnow
from tests.factories.events import make_event
from tests.factories.petitions import make_petition

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
AMALIA = {
    "given_name": "Amalia",
    "family_name": "Rosales",
    "email": "",
    "country": "CA",
    "postal_code": "M5V 2T6",
}


class Tablet:
    """A paired device, which seals signatures and syncs through a client of the application."""

    def __init__(self, client, code):
        self.client = client
        answer = client.post("/kiosk/pairings", json={"code": code, "app": "1"})
        assert answer.status_code == 201, answer.text
        self.uuid, self.secret, self.name = (
            answer.json[name] for name in ("kiosk", "secret", "name")
        )
        self.sequence = 0
        self.key = None

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.secret}"}

    def campaign(self, **headers):
        answer = self.client.get("/kiosk/campaign.json", headers={**self.headers, **headers})
        if answer.status_code == 200:
            self.key = answer.json["key"]["id"]
        return answer

    def seal(self, petition="home", fields=AMALIA, *, key=None, **changes):
        """Return a record as it is in the tablet's queue."""
        key = key or self.campaign().json["key"]
        self.sequence += 1
        return seal(self.uuid, key, self.sequence, signature(petition, fields, **changes))

    def sync(self, *records, shifts=(), waiting=0, device_time=None, **more):
        return self.post(
            "/kiosk/sync",
            envelope(
                records,
                shifts,
                waiting,
                device_time,
                **{"last_sequence": self.sequence, "key": self.key, **more},
            ),
        )

    def receipts(self, *records, **more):
        """Sync, and return (status, reason) of the receipts, in the order of the records."""
        answer = self.sync(*records, **more)
        assert answer.status_code == 200, answer.text
        results = {item["id"]: (item["status"], item["reason"]) for item in answer.json["receipts"]}
        return [results[record["id"]] for record in records]

    def sign(self, petition="home", fields=AMALIA, **changes):
        """Seal and sync one signature, and return (status, reason)."""
        [receipt] = self.receipts(self.seal(petition, fields, **changes))
        return receipt

    def post(self, path, body):
        return self.client.post(path, json=body, headers=self.headers)


def envelope(records, shifts=(), waiting=0, device_time=None, last_sequence=0, **more):
    """Return the body of a sync."""
    body = {
        "app": "1",
        "device_time": iso_time(device_time or utcnow()),
        "battery": 0.83,
        "waiting": waiting,
        "oldest": None,
        "last_sequence": last_sequence,
        "shifts": list(shifts),
        "records": list(records),
    }
    return {**body, **more}


def signature(petition="home", fields=AMALIA, *, signed_at=None, **changes):
    """Return the unsealed data of a record."""
    return {
        "v": 1,
        "petition": petition,
        "version": 1,
        "lang": "es",
        "signed_at": iso_time(signed_at or utcnow()),
        "comment": "",
        "name_display": "counted",
        "subscribe": False,
        "answers": {},
        "consent": "1",
        "witnessed": True,
        "shift": None,
        "drawn": "",
        **fields,
        **changes,
    }


def seal(kiosk, key, sequence, content, *, uuid=None, bound_to=None):
    """Return a record sealed to `key` of campaign.json. `content` may also be odd bytes."""
    uuid = uuid or str(uuid4())
    public = X25519PublicKey.from_public_bytes(codes.from_base64(key["public"]))
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    info = bound_to or f"volante-kiosk-1|{kiosk}|{uuid}|{sequence}"
    sealed = SUITE.encrypt(content, public, info.encode())
    return {"id": uuid, "sequence": sequence, "key": key["id"], "sealed": codes.to_base64(sealed)}


def iso_time(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(instant, datetime) else instant


def make_table(slug="home", *, confirmation="email_or_witness", days=0, **settings):
    """Create an event today and a petition that can be signed there, and return both."""
    petition = make_petition(slug, confirmation=confirmation, **settings)
    event = make_event(
        "fair", cause_id=petition.cause_id, days=days, petition_ids=[petition.id], town="Toronto"
    )
    return event, petition


def give_code(event, *, now=None, name=""):
    """Return a pairing code of the event, committed."""
    return codes.code_of(
        write(pairing.new_code, event_id=event.id, name=name, now=now or utcnow()).seed
    )


def make_tablet(client, event, **more):
    return Tablet(client, give_code(event, **more))


def kiosk_of(tablet):
    """Return the tablet's row as it is in the database now."""
    db.session.rollback()
    return db.session.scalar(
        select(Kiosk).where(Kiosk.uuid == tablet.uuid).execution_options(populate_existing=True)
    )


def records():
    """Return all records as they are in the database now, oldest first."""
    db.session.rollback()
    query = select(KioskRecord).order_by(KioskRecord.id).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


def shifts():
    db.session.rollback()
    return db.session.scalars(
        select(Shift).order_by(Shift.id).execution_options(populate_existing=True)
    ).all()


def long_ago(minutes):
    return utcnow().replace(microsecond=0) - timedelta(minutes=minutes)

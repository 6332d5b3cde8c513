"""Compute what follows from SECRET_KEY: digests of rows, tokens in emails, ciphertexts.

Each is computed for an invented row. A changed label, separator or length shows here, whatever its
name in the code.
"""

from datetime import UTC, date, datetime
from types import SimpleNamespace

from campaign.accounts import tokens as account_keys
from campaign.api.operations import PREFIX
from campaign.db import ended_log
from campaign.events import tokens as event_keys
from campaign.kiosk import codes as kiosk_keys
from campaign.kiosk.records import sealing
from campaign.mail.writing import message_ids
from campaign.security import digests, sealed_files
from campaign.security.secret_key import secret_key
from campaign.sharing import referral_codes
from campaign.signatures import tokens as signature_keys
from campaign.subscriptions import tokens as subscription_keys

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DIGEST = bytes(range(16))
ROW = SimpleNamespace(
    id=4711,
    petition_id=43,
    event_id=26,
    cause_id=9,
    organizer_id=5,
    email_digest=DIGEST,
    person_digest=None,
    created_at=AT,
    email="Amalia@example.org",
)
# The version that wrote this file encrypted it under the tests' key. Every later version must still
# open it.
SEALED_WORDS = b"gAAAAABrCXvW4MDFOz2wIrNhl_rppVu-kcySo-0rUojq5f854xiBzbqHOBrmFGdeqrQepmlX-llSsO1eX4PZ7basFfzHVIha3Q=="
SEALED_KEY = "edc4eff1f913a5f0f35e27493d048412ec4092bf95d707f40350b5c8611b8c507f4021436323347f014944a3591b918ed3060b600524e2dd1693ecbe"


def keyed_values() -> set[str]:
    return {
        f"{name} → {value.hex() if isinstance(value, bytes) else value}"
        for name, value in _values().items()
    }


def _values():
    key, kiosk = secret_key(), "3f0c1d5e-0000-4000-8000-000000000001"
    return {
        "digest of an email address": signature_keys.email_digest(
            "Amalia.Rosales+news@Example.org"
        ),
        "digest of an email address, for an account": account_keys.email_digest(
            "Amalia.Rosales+news@Example.org"
        ),
        "digest of an email address as typed": signature_keys.exact_digest(
            "Amalia.Rosales+news@Example.org"
        ),
        "digest of a person": signature_keys.person_digest("Amalia", "Rosales Núñez", "M5V 2T6"),
        "digest of an IPv4 address": digests.address_digest(key, "203.0.113.7"),
        "digest of an IPv6 address": digests.address_digest(key, "2001:db8:1:2:3:4:5:6"),
        "digest of a recovery code": account_keys.code_digest(5, "1234567812345678"),
        "digest of a pairing code": kiosk_keys.code_digest("K7M29QXW"),
        "digest of a PIN": kiosk_keys.pin_digest("123456", DIGEST, 1000),
        "digest of a session token": account_keys.token_digest("token"),
        "digest of a tablet's secret": kiosk_keys.secret_digest("secret"),
        "token: confirm a signature": signature_keys.token_for(signature_keys.CONFIRM, ROW),
        "token: receipt of a signature": signature_keys.token_for(signature_keys.RECEIPT, ROW),
        "token: a supporter's own page": signature_keys.own_token(ROW, date(2026, 2, 3)),
        "token: confirm a later form": signature_keys.form_token(8, ROW),
        "code: confirm a signature": signature_keys.confirm_code(ROW, None),
        "code: confirm a later form": signature_keys.confirm_code(ROW, 8),
        "token: confirm a name taken at a table": signature_keys.token_for(
            kiosk_keys.CONFIRM_NAME, ROW
        ),
        "token: confirm a subscription": subscription_keys.token_for(
            subscription_keys.CONFIRM, ROW
        ),
        "token: own subscription": subscription_keys.token_for(subscription_keys.STOP, ROW),
        "token: preferences of a subscription": subscription_keys.preferences_token(
            ROW, date(2026, 2, 3)
        ),
        "token: registration": event_keys.token_for(ROW),
        **{
            f"token: {name}": account_keys.link_token(SimpleNamespace(**vars(ROW), purpose=name))
            for name in ("invitation", "reset")
        },
        "code of a pairing": kiosk_keys.code_of(DIGEST),
        "code in a supporter's link": referral_codes.code_of(4711),
        "local part of a Message-ID": message_ids.local_part(
            key, "signature_confirmation 4711", DIGEST
        ),
        "line in the list of what ended": ended_log.seal_of(key, "signature", 4711, AT.isoformat()),
        "key of a sealed file": sealed_files.key_of(key, DIGEST),
        "sealed words": account_keys.unseal(SEALED_WORDS),
        "sealed key of tablets": sealing.private_key("name", bytes.fromhex(SEALED_KEY))
        .public_key()
        .public_bytes_raw(),
        "what a tablet's record is bound to": sealing.binding(kiosk, "record", 7).decode(),
        "suite of tablets": sealing.SUITE_NAME,
        "prefix of an API key": PREFIX,
    }

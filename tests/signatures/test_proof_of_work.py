"""Tests of the proof of work that a browser does in a rush."""

import base64
import json
from datetime import timedelta

import pytest
from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, solve_challenge_v1

from campaign.process.clock import utcnow
from campaign.signatures.signing import abuse_limits as module
from campaign.signatures.signing.abuse_limits import is_proof, new_challenge
from tests.factories.signatures import AMALIA


@pytest.fixture(autouse=True)
def light_work(monkeypatch):
    monkeypatch.setattr(module, "MAX_PROOF_NUMBER", 200)


def solved(task):
    """Return what a browser sends for a task."""
    solution = solve_challenge_v1(task["challenge"], task["salt"], max_number=task["maxnumber"])
    parts = (task["algorithm"], task["challenge"], solution.number, task["salt"], task["signature"])
    return PayloadV1(*parts).to_base64()


def test_proof_of_our_task_is_valid_and_a_changed_or_foreign_one_is_not(app):
    good = solved(new_challenge())
    payload = json.loads(base64.b64decode(good))
    assert is_proof(good)
    for change in (
        {"number": payload["number"] + 1},
        {"signature": "0" * 64},
        {"salt": payload["salt"] + "0"},
        {"algorithm": "MD5"},
    ):
        assert not is_proof(base64.b64encode(json.dumps({**payload, **change}).encode()).decode())
    foreign = create_challenge_v1(ChallengeOptionsV1(hmac_key="not ours", max_number=50)).to_dict()
    assert not is_proof(solved({**foreign, "maxnumber": foreign["maxNumber"]}))


def test_expired_proof_is_invalid(app, monkeypatch):
    monkeypatch.setattr(module, "utcnow", lambda: utcnow() - timedelta(hours=1))
    assert not is_proof(solved(new_challenge()))


def test_task_has_the_format_that_the_browser_reads(app):
    assert set(new_challenge()) == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert new_challenge()["algorithm"] == "SHA-256"
    assert AMALIA["email"] not in str(new_challenge())

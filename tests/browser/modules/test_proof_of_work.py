"""Tests of the proof of work that the form does while a petition is under pressure."""

import base64
import hashlib
import json

import altcha.v1 as altcha
import pytest

from tests.browser.modules.actions import call, fill_form, open_form
from tests.browser.modules.little_site import BASE


def sign_with_proof(page):
    open_form(page, "?altcha=data-altcha=/altcha.json")
    fill_form(page)
    page.locator("#sign form button").click()


def test_proof_of_work_is_accepted_by_the_server(page, site):
    challenge = altcha.create_challenge(hmac_key="key", max_number=5000, number=4321)
    site.challenge = {
        "algorithm": challenge.algorithm,
        "challenge": challenge.challenge,
        "maxnumber": 5000,
        "salt": challenge.salt,
        "signature": challenge.signature,
    }
    sign_with_proof(page)
    page.wait_for_url("**/thanks.html")
    [proof] = site.posts[0]["altcha"]
    assert json.loads(base64.b64decode(proof))["number"] == 4321
    assert altcha.verify_solution(proof, "key") == (True, None)


@pytest.mark.parametrize("length", [0, 12, 40, 46, 47, 48, 54, 55, 56, 63, 64, 120])
def test_workers_hash_is_right_at_every_length_of_salt(form_page, length):
    salt = "é" * (length // 2) + "s" * (length % 2)
    challenge = hashlib.sha256(f"{salt}1234".encode()).hexdigest()
    script = """([url, task]) => new Promise((resolve) => {
        const worker = new Worker(url);
        worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
        worker.postMessage(task);
    })"""
    task = {"salt": salt, "challenge": challenge, "maxnumber": 2000}
    assert form_page.evaluate(script, [f"{BASE}/lib/altcha-worker.js", task]) == 1234


@pytest.mark.parametrize(
    "challenge", [{}, None, {"algorithm": "SHA-512", "challenge": "ab", "salt": "s"}]
)
def test_form_is_sent_even_without_a_solvable_challenge(page, site, challenge):
    site.challenge = challenge
    sign_with_proof(page)
    page.wait_for_url("**/thanks.html")
    assert site.posts[0]["altcha"] == [""]


def test_proof_that_takes_too_long_is_given_up(form_page, server):
    server.site.challenge = {
        "algorithm": "SHA-256",
        "challenge": "0" * 64,
        "maxnumber": 10**12,
        "salt": "s",
        "signature": "x",
    }
    assert call(form_page, "altcha", "proofFor", "/altcha.json", 150) == ""

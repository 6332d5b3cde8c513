"""Tests that copied form fields carry nothing from one visitor to the next."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign.signatures.forms import signature_form

pytestmark = pytest.mark.both_databases

WRONG = {
    "given_name": "x@y.example",
    "email": "nobody",
    "country": "ZZ",
    "comment": "a" * 501,
    "name_display": "loud",
}
RIGHT = {
    "given_name": "Amalia",
    "email": "amalia@example.org",
    "country": "MX",
    "postal_code": "06600",
}
ASKED = [{"name": "reason", "type": "text", "label": "Why?", "required": True}]


def filled(app, words):
    with app.test_request_context("/en/", method="POST", data=words):
        form = signature_form({"country"}, ASKED)
        form.validate()
        return {
            name: [str(error) for error in errors] for name, errors in form.errors.items()
        }, form.data


def test_new_form_has_neither_data_nor_errors_of_the_last_one(app):
    errors, _ = filled(app, WRONG)
    assert {"given_name", "email", "country", "comment"} <= errors.keys()
    with app.test_request_context("/en/"):
        form = signature_form({"country"}, ASKED)
        assert not form.errors
        assert not any(form[name].data for name in ("given_name", "email", "country", "comment"))


def test_people_who_sign_at_once_see_their_own_input(app):
    people = [
        {**RIGHT, "given_name": f"Person {chr(65 + n % 26)}", "answers-reason": f"reason {n}"}
        for n in range(120)
    ]
    mixed = [words for pair in zip(people, [WRONG] * len(people), strict=True) for words in pair]
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda words: filled(app, words), mixed))
    for words, (errors, data) in zip(mixed, outcomes, strict=True):
        if words is WRONG:
            assert {"given_name", "email", "country"} <= errors.keys()
        else:
            assert errors == {}
            assert data["given_name"] == words["given_name"]
            assert data["answers-reason"] == words["answers-reason"]


@pytest.fixture
def no_collector():
    gc.disable()
    yield
    gc.enable()


def test_form_is_freed_with_its_request_without_garbage_collection(app, no_collector):
    with app.test_request_context("/en/", method="POST", data=RIGHT):
        form = signature_form({"country"}, [])
        assert form.validate()
        kept = weakref.ref(form)
        del form
        assert kept() is None

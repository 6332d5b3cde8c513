"""Tests of every readable address, on both databases, with the demonstration in them."""

from flask import current_app
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from campaign.answers.models import Answer
from campaign.causes.models import Cause
from campaign.events.models import Event
from campaign.extensions import db
from campaign.kiosk.models import Kiosk
from campaign.petitions.models import Petition
from campaign.signatures.models import Signature
from campaign.updates.models import Update
from tests.factories.organizers import make_organizer, sign_in
from tests.factories.search import index_now

SLUGS = {"causes": Cause, "petitions": Petition, "events": Event, "updates": Update}
NUMBERS = {"signature_id": Signature, "kiosk_id": Kiosk, "answer_id": Answer}
NOBODY = 9_999_999
WORDS = {
    "lang": "en",
    "kind": "petitions",
    "file_format": "svg",
    "path": "css/site.css",
    "extension": "pdf",
}


def first(model, column):
    return db.session.scalar(select(column).select_from(model).order_by(model.id).limit(1))


def value_of(rule, name):
    """Return a value for an argument of a route, from the demonstration where possible."""
    if name == "slug":
        # A path that names none of the subjects before its slug is about a petition.
        subject = next(
            (
                part
                for part in reversed(rule.rule.partition("<slug>")[0].split("/"))
                if part in SLUGS
            ),
            "petitions",
        )
        return first(SLUGS[subject], SLUGS[subject].slug)
    if isinstance(rule._converters[name], IntegerConverter):
        model = NUMBERS.get(name)
        return (model and first(model, model.id)) or NOBODY
    return WORDS.get(name, "no-such-thing")


def addresses():
    for rule in current_app.url_map.iter_rules():
        if "GET" in rule.methods:
            in_address = rule.arguments - (rule.defaults or {}).keys()
            values = {name: value_of(rule, name) for name in in_address}
            yield current_app.url_map.bind("").build(rule.endpoint, values, method="GET")


def test_no_address_fails(client, run, few_signers):
    assert run("demo", "load").exit_code == 0
    index_now()
    sign_in(client, make_organizer())
    answers = {path: client.get(path).status_code for path in addresses()}
    assert {
        path: status for path, status in answers.items() if status >= 500 and path != "/readyz"
    } == {}
    # The demonstration has content for most of them.
    assert sum(status == 200 for status in answers.values()) > len(answers) / 2

"""Build a small site with something of every kind, and find what a visitor reaches."""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urljoin, urlsplit

from flask import current_app
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from campaign.api.operations import make_key
from campaign.exports.operations import request_export
from campaign.exports.selection import Selection
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures import tokens as signature_keys
from campaign.signatures.moderation.rules import create_rule, switch_on
from campaign.subscriptions.operations import suppress
from tests.factories import events, paper, subscriptions
from tests.factories.causes import make_cause
from tests.factories.kiosks import give_code, make_tablet
from tests.factories.one_press import press_path
from tests.factories.organizers import make_organizer
from tests.factories.petitions import make_petition, new_version
from tests.factories.search import index_now
from tests.factories.signatures import AMALIA, TEO, hatch_now, link, sign, sign_and_hatch, withdraw
from tests.factories.updates import make_update

QUESTIONS = [
    {
        "name": "town",
        "type": "choice",
        "label": {"en": "Town"},
        "choices": {"en": ["North", "South"]},
        "required": False,
    },
    {"name": "why", "type": "text", "label": {"en": "Why?"}, "required": False},
    {"name": "call", "type": "tick", "label": {"en": "May we call?"}, "required": False},
]
PLAUSIBLE = {
    **{
        "email": "new.person@lane.example",
        "password": "otter violin",
        "url": "https://a.example/",
        "number": "3",
    },
    **{"date": "2026-12-01", "datetime-local": "2026-12-01T10:00", "time": "10:00"},
}


@dataclass
class Site:
    cause: object
    event: object
    tablet: object
    key: str
    # These URLs, and those below them, belong to one supporter, who sees their own email address
    # there.
    own: list


def build(client):
    """Fill the empty database and return the Site."""
    cause = make_cause(story="A *story*.")
    petition = make_petition(
        cause_id=cause.id, questions=QUESTIONS, confirmation="email_or_witness", goal=100
    )
    new_version(petition)
    make_petition("draft", cause_id=cause.id, state="draft")
    following = make_petition("next", cause_id=cause.id, questions=QUESTIONS)
    event = events.make_event("fair", cause_id=cause.id, days=0, petition_ids=[petition.id])
    registered = events.come(events.make_event(cause_id=cause.id, questions=QUESTIONS))
    update = make_update(cause_id=cause.id, petition_ids=[petition.id], event_id=event.id)
    hatched = sign_and_hatch(
        petition, {**AMALIA, "comment": "Together."}, name_display="full", subscribe=True
    )
    pending = sign(petition, {**TEO, "email": "teo@rosales.example"})
    held = [
        sign(
            petition,
            {**TEO, "given_name": name, "email": f"{name}@rosales.example"},
            held_reason="hidden_field",
        )
        for name in ("Ana", "Bea")
    ]
    withdraw(
        sign_and_hatch(petition, {**TEO, "given_name": "Cleo", "email": "cleo@rosales.example"})
    )
    news = [subscriptions.subscribe(), subscriptions.ask_for_news("dora", cause_id=cause.id)]
    rule = write(
        create_rule, cause_id=cause.id, petition_id=petition.id, kind="words", pattern="zzzqqq"
    )
    write(switch_on, rule_id=rule.id, now=utcnow())
    write(
        suppress,
        email_digest=signature_keys.email_digest("nobody@rosales.example"),
        reason="organizer",
        now=utcnow(),
    )
    _, secret = write(make_key, cause_id=cause.id, name="Friends", is_trusted=False, now=utcnow())
    tablet = make_tablet(client, event)
    tablet.receipts(tablet.seal(), tablet.seal(given_name="<fuzz>"), tablet.seal(version="x"))
    give_code(event)
    paper.begin(
        petition, paper.csv_of("Zora,Quetzalli,zora@rosales.example,MX,06600,2026-11-20,S1,1")
    )
    asker = make_organizer("owner", cause.id, email="asker@kwan.example")
    choice = Selection(petition.id).to_json()
    of = {
        "petition_id": petition.id,
        "cause_id": cause.id,
        "organizer_id": asker.id,
        "kind": "csv",
        "aim": "records",
        "purpose": "A test",
    }
    write(request_export, **of, choice=choice, now=utcnow())
    hatch_now()
    index_now()
    own = [
        link("confirm", pending),
        link("mine", hatched),
        link("hatched", hatched),
        press_path(hatched, following),
        events.link(registered),
    ]
    own += [
        subscriptions.link("confirm", news[1]),
        subscriptions.link("preferences", news[0]),
        subscriptions.link("end", news[0]),
    ]
    assert held and update
    return Site(cause, event, tablet, secret, own)


@dataclass
class Form:
    action: str
    fields: list
    files: list

    def filled(self, random: Random):
        """Return (name, value) of the fields, with plausible values in the empty ones."""
        return [
            (name, value or (random.choice(options) if options else ""))
            for name, value, options in self.fields
        ]


@dataclass
class Reach:
    """What a visitor reaches by links: URLs by rule, and the forms found on the way."""

    addresses: dict = field(default_factory=lambda: defaultdict(list))
    forms: dict = field(default_factory=dict)

    def crawl(self, get, starts, *, each=1):
        """Follow links from `starts` with `get`, at most `each` per rule."""
        waiting = list(starts)
        while waiting:
            address = waiting.pop()
            rule = rule_of(address)
            if rule is None or address in self.addresses[rule] or len(self.addresses[rule]) >= each:
                continue
            self.addresses[rule].append(address)
            answer = get(address)
            if answer.location:
                waiting.append(urljoin(address, answer.location))
            if answer.mimetype == "text/html" and answer.status_code == 200 and answer.data.strip():
                waiting += self._read(address, html.fromstring(answer.data))
        return self

    def _read(self, address, page):
        for form in page.forms:
            action = urljoin(address, form.get("action") or address)
            if form.method == "POST" and rule_of(action, "POST"):
                self.forms[rule_of(action, "POST")] = read_form(action, form)
        return [
            urljoin(address, link)
            for _, name, link, _ in page.iterlinks()
            if name in ("href", "src", "action")
        ]


def read_form(action, form):
    fields, files = [], []
    for item in form.inputs:
        if item.name and item.get("type") == "file":
            files.append(item.name)
        elif item.name:
            fields.append((item.name, *_value_of(item)))
    fields += [
        (button.get("name"), button.get("value") or "", [])
        for button in form.xpath(".//button[@name]")
    ]
    return Form(action, fields, files)


def _value_of(each):
    if each.tag == "select":
        options = [option for option in each.value_options if option]
        return (each.value if isinstance(each.value, str) else ""), options
    if each.get("type") in ("checkbox", "radio"):
        return each.get("value") or "y", []
    return each.value if each.tag == "textarea" else each.get("value") or "", [
        PLAUSIBLE.get(each.get("type"), "Some words"),
        "",
    ]


def rule_of(address, method="GET"):
    """Return the rule that a URL of ours matches, or None."""
    parts = urlsplit(address)
    if parts.netloc not in ("", "localhost"):
        return None
    try:
        rule, _ = current_app.url_map.bind("localhost").match(
            parts.path, method=method, return_rule=True
        )
    except (RequestRedirect, HTTPException):
        return None
    return rule.rule

"""Tests of every form and every URL that accepts one, with spoiled input."""

import re

import pytest
from flask import current_app

from campaign.accounts.permissions import ADMIN, ROLES
from tests.fuzz.site import Reach
from tests.fuzz.test_addresses import BLIND, STARTS, hostile


def send_form(dice, watcher, client, form, **options):
    pairs = form.filled(dice.random)
    body, kind = dice.body(dice.spoil(pairs) if dice.chance(0.9) else pairs, form.files)
    return watcher.send(
        client, "POST", form.action, headers=dice.headers(), data=body, content_type=kind, **options
    )


@pytest.mark.slow
@pytest.mark.parametrize("role", [ADMIN, None, *ROLES])
def test_no_form_fails_and_no_markup_is_returned(
    client, site, dice, watcher, unlimited, organizer_with, role
):
    again = None
    if role:
        client, again = organizer_with(role)
    starts = STARTS + ([] if role else site.own)
    people = role not in BLIND

    def is_own(address):
        return "/mine/" in address or address.startswith(tuple(site.own))

    def look(address):
        return watcher.send(client, "GET", address, shows_people=people or is_own(address))

    forms = list(Reach().crawl(look, starts).forms.values())
    for turn in range(dice.count):
        form = dice.choice(forms)
        shows_people = people or is_own(form.action)
        answer = send_form(dice, watcher, client, form, shows_people=shows_people)
        if again and "/organize/sign-in" in (answer.location or ""):
            again()
        if turn % 20 == 0:
            unlimited()
    Reach().crawl(look, STARTS)


@pytest.mark.parametrize("role", [None, ADMIN])
def test_no_url_fails_for_an_unknown_body(
    client, site, dice, watcher, unlimited, organizer_with, role
):
    if role:
        client, _ = organizer_with(role)
    rules = [rule for rule in current_app.url_map.iter_rules() if "POST" in rule.methods]
    for turn in range(dice.count):
        rule = dice.choice(rules)
        address = re.sub(r"<lang>", "en", hostile(rule, dice, None))
        body, kind = dice.body([(dice.value(), dice.value())])
        if dice.chance(0.4):
            body, kind = (
                dice.json_body(
                    {
                        "id": "x",
                        "response": {"id": "x", "type": ""},
                        "events": [{"email": "a@lane.example"}],
                    }
                ),
                "application/json",
            )
        watcher.send(
            client,
            dice.choice(["POST", "POST", "PUT", "DELETE", "FUZZ"]),
            address,
            headers=dice.headers(),
            data=body,
            content_type=kind,
        )
        if turn % 20 == 0:
            unlimited()

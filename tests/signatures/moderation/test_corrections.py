"""Tests of supporters' corrections: a held one is not shown until an organizer reviews it."""

import pytest

from campaign.db.versioned import content_version
from campaign.errors import EditConflict
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.moderation.decisions import (
    correction_of,
    count_held_corrections,
    held_corrections,
    settle_correction,
)
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.owner.operations import erase
from campaign.signatures.queries import differences
from tests.factories.signatures import AMALIA, hatch_now, link, owned, row, sign, sign_and_hatch
from tests.signatures.moderation.test_rules import make_rule

SHOWN = {**AMALIA, "name_display": "full"}


def correct(signature_id, **columns):
    return write(owner_operations.correct, **owned(signature_id), now=utcnow(), **columns)


def settle(signature_id, *, is_accepted, version=None):
    version = version or content_version(correction_of(signature_id).changes)
    return write(
        settle_correction, signature_id=signature_id, version=version, is_accepted=is_accepted
    )


@pytest.fixture
def held(petition):
    """The id of a counted signature whose name correction is held."""
    make_rule(petition, "words", "zzzqqq")
    signature_id = sign_and_hatch(petition, SHOWN)
    correct(
        signature_id,
        given_name="Zzzqqq",
        family_name="Is Shown",
        postal_code="H3Z 2Y7",
        name_display="initials",
    )
    return signature_id


def test_former_name_is_shown_and_counted_until_the_review(client, held):
    hatch_now()
    signature = row(held)
    assert (signature.full_name, signature.state, signature.number) == (
        "Amalia Rosales",
        "counted",
        1,
    )
    assert "Zzzqqq" not in client.get("/en/petitions/home").text


def test_correction_that_no_rule_holds_applies_at_once(held):
    assert (row(held).postal_code, row(held).name_display) == ("H3Z 2Y7", "initials")


def test_supporter_is_told_that_the_correction_waits(client, held):
    page = client.get(link("mine", held)).text
    assert "alert--waiting" in page
    assert "Zzzqqq" not in page
    downloaded = client.get(f"{link('mine', held)}/download.json").json["signatures"][0]
    assert downloaded["correction_in_review"] == {"given_name": "Zzzqqq", "family_name": "Is Shown"}


def test_accepted_correction_is_shown(petition, held):
    [(correction, signature)] = held_corrections([petition.id], limit=10)
    assert (correction.changes, signature.id) == (
        {"given_name": "Zzzqqq", "family_name": "Is Shown"},
        held,
    )
    assert settle(held, is_accepted=True) == [held]
    assert row(held).full_name == "Zzzqqq Is Shown"
    assert row(held).person_digest == tokens.person_digest("Zzzqqq", "Is Shown", "H3Z 2Y7")
    assert count_held_corrections([petition.id]) == 0
    assert differences() == []


def test_refused_correction_keeps_the_former_name(petition, held):
    assert settle(held, is_accepted=False) == [held]
    assert row(held).full_name == "Amalia Rosales"
    assert count_held_corrections([petition.id]) == 0


def test_correction_changed_since_it_was_read_is_not_decided(held):
    version = content_version(correction_of(held).changes)
    correct(held, given_name="Zzzqqq", family_name="Again")
    with pytest.raises(EditConflict):
        settle(held, is_accepted=True, version=version)
    assert row(held).full_name == "Amalia Rosales"


def test_later_correction_replaces_the_waiting_one(petition, held):
    correct(held, given_name="Amália", family_name="Rosales")
    assert row(held).full_name == "Amália Rosales"
    assert count_held_corrections([petition.id]) == 0


def test_unconfirmed_signature_is_held_as_at_signing(petition):
    rule = make_rule(petition, "words", "zzzqqq")
    signature_id = sign(petition, SHOWN)
    correct(signature_id, given_name="Zzzqqq")
    assert (row(signature_id).state, row(signature_id).held_reason) == ("held", rule.reason)


def test_unchanged_fields_hold_nothing(petition):
    signature_id = sign_and_hatch(petition, SHOWN)
    make_rule(petition, "words", "rosales")
    make_rule(petition, "mail_domain", "rosales.example")
    correct(signature_id, postal_code="H3Z 2Y7", given_name="Amália")
    assert row(signature_id).full_name == "Amália Rosales"


def test_held_country_waits_too(petition):
    make_rule(petition, "country", "FR")
    signature_id = sign_and_hatch(petition, SHOWN)
    correct(signature_id, country="FR", postal_code="75011")
    assert row(signature_id).country == "CA"
    assert correction_of(signature_id).changes == {"country": "FR"}


def test_erasing_deletes_the_correction(held):
    write(erase, [held])
    assert correction_of(held) is None

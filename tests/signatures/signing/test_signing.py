"""Tests of accepting signatures, above all from tables and paper: one per person."""

from datetime import timedelta

import pytest

from campaign.process.clock import utcnow
from campaign.signatures.queries import differences
from campaign.signatures.signing.commands import Evidence, PetitionClosed
from campaign.signatures.signing.operations import MAX_BATCH_SIZE, find_repeats
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    accept,
    answer_now,
    confirm,
    forms,
    hatch_now,
    queued_emails,
    repeats_wait,
    row,
    rows,
    sign,
    signature_command,
)
from tests.together import together

pytestmark = pytest.mark.both_databases

NOON = utcnow().replace(microsecond=0) - timedelta(hours=3)


def collected(petition, details, *, evidence="paper", is_confirmed=True, **more):
    """Return the command for one collected signature. `details` may have no email address."""
    return signature_command(
        petition,
        details,
        signed_at=NOON,
        lang="es",
        evidence=Evidence(evidence),
        is_confirmed=is_confirmed,
        notes_repeat=False,
        **more,
    )


def without_address(details):
    return {**details, "email": None}


def statuses(results):
    return ["repeat" if result.status == "repeat" else "new" for result in results]


def test_witnessed_signature_is_counted_with_its_evidence_and_time(petition):
    [result] = accept(
        collected(petition, without_address(AMALIA), evidence="in_person", name_display="full")
    )
    signature = row(result.signature_id)
    assert (signature.state, signature.evidence, signature.lang) == ("confirmed", "in_person", "es")
    assert signature.created_at == signature.confirmed_at == NOON
    assert (signature.email, signature.mail_count, queued_emails()) == (None, 0, [])
    hatch_now()
    assert (row(result.signature_id).state, row(result.signature_id).number) == ("counted", 1)


def test_supporter_who_must_confirm_gets_an_email_in_the_same_transaction(petition):
    [result] = accept(collected(petition, ODILE, evidence="in_person", is_confirmed=False))
    signature = row(result.signature_id)
    assert (signature.state, signature.confirmed_at, signature.mail_count) == ("pending", None, 1)
    assert signature.created_at > NOON
    assert queued_emails() == [("signature_confirmation", result.signature_id, "es")]


def test_supporter_without_an_address_cannot_be_asked_to_confirm(petition):
    with pytest.raises(ValueError, match="address"):
        collected(petition, without_address(ODILE), is_confirmed=False)


def test_held_signature_stays_held_with_its_reason(petition):
    [result] = accept(collected(petition, AMALIA, held_reason="rule"))
    assert (row(result.signature_id).state, row(result.signature_id).held_reason) == (
        "held",
        "rule",
    )
    hatch_now()
    assert row(result.signature_id).number is None


@pytest.mark.parametrize("details", [AMALIA, without_address(AMALIA)])
def test_repeated_person_is_written_once_before_or_within_the_batch(petition, details):
    batch = [collected(petition, details), collected(petition, details), collected(petition, ODILE)]
    assert find_repeats(commands=batch) == [False, True, False]
    assert statuses(accept(*batch)) == ["new", "repeat", "new"]
    assert find_repeats(commands=batch) == [True, True, True]
    assert statuses(accept(*batch)) == ["repeat"] * 3
    assert len(rows()) == 2


@pytest.mark.parametrize("details", [AMALIA, without_address(AMALIA)])
def test_unconfirmed_online_signature_is_confirmed_by_a_witness(petition, details):
    online = sign(petition, AMALIA)
    batch = [collected(petition, {**details, "country": "CA"}), collected(petition, details)]
    assert find_repeats(commands=batch) == [False, True]
    taken, again = accept(*batch)
    assert (taken.signature_id, taken.status, again.status) == (online, "confirmed", "repeat")
    signature = row(online)
    assert (signature.state, signature.evidence, signature.country) == ("confirmed", "paper", "CA")
    assert (signature.email, signature.confirmed_at) == ("amalia@rosales.example", NOON)
    assert len(rows()) == 1
    # The confirmation email on its way to them no longer changes anything.
    assert confirm(online) == online
    hatch_now()
    assert differences() == []


@pytest.mark.parametrize(
    ("online", "taken", "shown", "requested"),
    [
        ("counted", "full", "counted", "full"),
        ("counted", "initials", "counted", "initials"),
        ("initials", "full", "initials", "full"),
        ("full", "initials", "initials", ""),
        ("full", "counted", "counted", ""),
        ("full", "full", "full", ""),
    ],
)
def test_witness_makes_no_online_signature_more_public(petition, online, taken, shown, requested):
    signed = sign(petition, AMALIA, name_display=online, comment="Vivos", subscribe=False)
    accept(collected(petition, AMALIA, name_display=taken, comment="Never said", subscribe=True))
    signature = row(signed)
    assert (signature.name_display, signature.name_display_requested) == (shown, requested)
    assert (signature.comment, signature.subscribe) == ("", False)


def test_choices_that_online_and_paper_share_are_kept(petition):
    signed = sign(petition, AMALIA, comment="Vivos", subscribe=True)
    accept(collected(petition, AMALIA, comment="Vivos", subscribe=True))
    signature = row(signed)
    assert (signature.comment, signature.subscribe) == ("Vivos", True)


def test_witness_does_not_confirm_another_persons_signature(petition):
    online = sign(petition, AMALIA)
    assert statuses(accept(collected(petition, TEO))) == ["repeat"]
    assert row(online).state == "pending"
    assert statuses(
        accept(collected(petition, AMALIA, evidence="in_person", is_confirmed=False))
    ) == ["repeat"]


def test_online_supporter_is_recognized_on_paper_by_name_and_postal_code(petition):
    confirm(sign(petition, AMALIA))
    assert statuses(accept(collected(petition, without_address(AMALIA)))) == ["repeat"]
    elsewhere = {**without_address(AMALIA), "postal_code": "H3Z 2Y7"}
    assert statuses(accept(collected(petition, elsewhere))) == ["new"]


def test_couple_shares_an_address_where_the_petition_allows_it(petition):
    shared_petition = make_petition(slug="shared", cause_id=petition.cause_id, two_per_address=True)
    third = {**TEO, "given_name": "Ida"}
    batch = [collected(shared_petition, details) for details in (AMALIA, TEO, third, AMALIA)]
    assert find_repeats(commands=batch) == [False, False, True, True]
    assert statuses(accept(*batch)) == ["new", "new", "repeat", "repeat"]
    assert [(row.given_name, row.position_at_address) for row in rows()] == [
        ("Amalia", 1),
        ("Teo", 2),
    ]
    assert statuses(accept(collected(petition, AMALIA), collected(petition, TEO))) == [
        "new",
        "repeat",
    ]


def test_one_person_signs_many_petitions(petition):
    other = make_petition(slug="other", cause_id=petition.cause_id)
    batch = [collected(item, without_address(AMALIA)) for item in (petition, other)]
    assert statuses(accept(*batch)) == ["new", "new"]


def test_results_come_in_order_over_many_statements(petition):
    batch = [
        collected(petition, {**without_address(ODILE), "given_name": f"Ño {place}"})
        for place in range(MAX_BATCH_SIZE + 30)
    ]
    results = accept(*batch)
    assert [
        row.given_name
        for row in sorted(
            rows(), key=lambda r: [result.signature_id for result in results].index(r.id)
        )
    ] == [command.supporter.given_name for command in batch]
    hatch_now()
    assert differences() == []


def test_same_batch_at_the_same_instant_is_written_once(app, petition):
    batch = [
        collected(petition, {**AMALIA, "email": f"a{place}@rosales.example"}) for place in range(8)
    ]
    batch += [
        collected(petition, {**without_address(ODILE), "given_name": f"O {place}"})
        for place in range(8)
    ]
    forwards, backwards = together(app, [lambda: accept(*batch), lambda: accept(*reversed(batch))])
    assert sorted(statuses(forwards) + statuses(backwards)) == ["new"] * 16 + ["repeat"] * 16
    assert len(rows()) == 16


def test_batch_may_mix_all_kinds_of_signatures_and_results_keep_their_order(petition):
    closed = make_petition("shut", cause_id=petition.cause_id, closes_at=NOON)
    results = accept(
        collected(petition, without_address(TEO)),
        signature_command(petition, AMALIA),
        signature_command(closed, AMALIA),
        signature_command(petition, AMALIA),
        collected(petition, ODILE, held_reason="rule"),
        collected(petition, ODILE),
    )
    assert [result.status for result in results] == [
        *("confirmed", "pending", "refused", "repeat", "held", "repeat"),
    ]
    assert [result.is_new for result in results] == [True, True, False, False, True, False]
    assert isinstance(results[2].error, PetitionClosed)
    assert queued_emails() == [("signature_confirmation", results[1].signature_id, "en")]


def test_repeat_with_an_email_address_is_noted_for_the_worker(petition):
    sign(petition, AMALIA, now=utcnow() - timedelta(days=1))
    again = {**AMALIA, "given_name": "Amelia"}
    accept(collected(petition, again))
    assert not repeats_wait()
    accept(signature_command(petition, again, evidence=Evidence.IN_PERSON, is_confirmed=True))
    assert repeats_wait()
    answer_now()
    [form] = forms()
    assert queued_emails()[1:] == [("signature_form_confirmation", form.id, "en")]

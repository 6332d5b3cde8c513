"""Tests of shared email addresses: two may sign where the petition allows it, and neither twice."""

from datetime import timedelta

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures.jobs import forget
from campaign.signatures.owner import operations as owner_operations
from tests.factories.signatures import (
    AMALIA,
    TEO,
    change,
    confirm,
    confirm_form,
    forms,
    owned,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

DAY = timedelta(days=1)
FORTNIGHT = {"unconfirmed_days": 14, "address_days": 14}


def names():
    return [(row.position_at_address, row.full_name) for row in rows()]


def test_couple_signs_with_one_address_and_each_gets_an_email(shared_petition):
    amalia, teo = sign(shared_petition, AMALIA), sign(shared_petition, TEO)
    assert names() == [(1, "Amalia Rosales"), (2, "Teo Brandt")]
    assert [subject for _, subject, _ in queued_emails()] == [amalia, teo]


def test_third_signature_with_one_address_is_a_repeat(shared_petition):
    amalia = sign(shared_petition, AMALIA, now=utcnow() - DAY)
    sign(shared_petition, TEO, now=utcnow() - DAY)
    assert sign(shared_petition, AMALIA, given_name="Nestor") == amalia
    assert len(rows()) == 2
    assert len(queued_emails()) == 3


def test_each_of_a_couple_who_signs_again_is_recognized(shared_petition):
    amalia, teo = sign(shared_petition, AMALIA), sign(shared_petition, TEO)
    assert sign(shared_petition, TEO) == teo
    assert sign(shared_petition, AMALIA) == amalia
    assert len(rows()) == 2


def test_accents_and_case_make_no_second_person(shared_petition):
    amalia = sign(shared_petition, AMALIA, family_name="Rosáles")
    assert sign(shared_petition, AMALIA, given_name="AMALIA") == amalia


def test_another_name_from_another_place_is_no_second_person(shared_petition):
    sign(shared_petition, AMALIA)
    sign(shared_petition, TEO, postal_code="H3Z 2Y7")
    assert len(rows()) == 1


def test_without_a_postal_code_the_second_is_a_repeat(shared_petition):
    sign(shared_petition, AMALIA, postal_code="")
    sign(shared_petition, TEO, postal_code="")
    assert len(rows()) == 1


def test_petition_that_does_not_allow_it_takes_one_per_address(petition):
    sign(petition, AMALIA)
    sign(petition, TEO)
    assert names() == [(1, "Amalia Rosales")]


def test_supporter_who_corrected_a_name_is_still_the_same_person(shared_petition):
    signature_id = sign(shared_petition, AMALIA, family_name="Rosale")
    write(owner_operations.correct, **owned(signature_id), now=utcnow(), family_name="Rosales")
    assert sign(shared_petition, AMALIA) == signature_id
    assert names() == [(1, "Amalia Rosales")]


def test_remaining_partner_cannot_sign_twice_when_the_other_is_deleted(shared_petition):
    long_ago = utcnow() - 20 * DAY
    sign(shared_petition, AMALIA, now=long_ago)
    teo = sign_and_hatch(shared_petition, TEO)
    write(forget, now=utcnow(), **FORTNIGHT)
    assert sign(shared_petition, TEO) == teo
    assert names() == [(1, "Teo Brandt")]


def test_remaining_partner_cannot_sign_twice_when_the_others_data_is_erased(shared_petition):
    amalia = sign(shared_petition, AMALIA)
    teo = sign_and_hatch(shared_petition, TEO)
    withdraw(amalia, now=utcnow() - 20 * DAY)
    write(forget, now=utcnow(), **FORTNIGHT)
    assert row(amalia).state == "erased"
    assert sign(shared_petition, TEO) == teo
    assert sign(shared_petition, AMALIA) not in (amalia, teo)
    assert len(rows()) == 3


def test_couple_deleted_together_leaves_nothing(shared_petition):
    for person in (AMALIA, TEO):
        sign(shared_petition, person, now=utcnow() - 20 * DAY)
    write(forget, now=utcnow(), **FORTNIGHT)
    assert rows() == []


def test_place_of_a_partner_who_withdrew_can_be_used(shared_petition):
    amalia = sign(shared_petition, AMALIA, now=utcnow() - DAY)
    teo = sign(shared_petition, TEO)
    withdraw(amalia)
    sign(shared_petition, AMALIA, given_name="Nestor")
    [form] = forms()
    assert form.signature_id == amalia
    confirm_form(form)
    confirm(teo)
    assert names() == [(1, "Nestor Rosales"), (2, "Teo Brandt")]
    assert row(amalia).state == "confirmed"


def test_extra_email_to_one_of_a_couple_uses_none_of_the_others(shared_petition):
    amalia, teo = sign(shared_petition, AMALIA), sign(shared_petition, TEO)
    change(amalia, mail_count=5)
    sign(shared_petition, TEO, now=utcnow() + DAY)
    assert (row(amalia).mail_count, row(teo).mail_count) == (5, 2)

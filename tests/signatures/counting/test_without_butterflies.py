"""Tests of actions without butterflies: counted for themselves, with no place in their cause."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaign.causes.queries import cause_count, cause_numbers
from campaign.extensions import db, write
from campaign.petitions.editing import ResponsesCounted, change_form
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_counts
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.erasure import erase_one
from campaign.signatures.models import Signature
from campaign.signatures.queries import differences, newest_signers
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    confirm,
    hatch_now,
    restore,
    row,
    sign,
    withdraw,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def silent(petition):
    """An action without butterflies, in the cause of `petition`."""
    return make_petition("silent", cause_id=petition.cause_id, has_butterflies=False)


def counted(action, person=AMALIA, **more):
    signature_id = sign(action, person, **more)
    confirm(signature_id)
    hatch_now()
    return signature_id


def tally(action):
    db.session.rollback()
    return petition_counts([action.id])[action.id]


def form_of(action, **changes):
    current = db.session.get(Petition, action.id)
    values = {
        "required_fields": current.required_fields,
        "questions": current.questions,
        "confirmation": current.confirmation,
        "two_per_address": current.two_per_address,
        "neutral_emails": current.neutral_emails,
        **changes,
    }
    return write(change_form, petition_id=action.id, version=None, now=utcnow(), **values)


def test_response_counts_for_its_action_alone(petition, silent):
    without = row(counted(silent))
    assert (without.state, without.number) == ("counted", None)
    assert without.hatched_at is not None
    counted(petition, ODILE)
    assert (tally(silent), tally(petition), cause_count(petition.cause_id)) == (1, 1, 1)
    assert cause_numbers(petition.cause_id)[0] == 1
    assert differences() == []


def test_both_in_one_batch_are_counted_each_in_its_way(petition, silent):
    first, second = sign(silent), sign(petition, ODILE)
    confirm(first)
    confirm(second)
    assert hatch_now() == 2
    assert (row(first).number, row(second).number) == (None, 1)
    assert differences() == []


def test_withdrawn_response_leaves_the_tally_and_frees_no_number(petition, silent):
    signature_id = counted(silent)
    withdraw(signature_id)
    assert hatch_now() == 1
    assert (tally(silent), cause_count(petition.cause_id)) == (0, 0)
    assert row(signature_id).hatched_at is None
    assert differences() == []
    assert hatch_now() == 0


def test_withdrawal_that_is_undone_in_time_stays_counted(silent):
    signature_id = counted(silent)
    withdraw(signature_id)
    restore(signature_id)
    hatch_now()
    assert row(signature_id).state == "counted" and tally(silent) == 1
    assert differences() == []


def test_erased_response_stays_counted(silent):
    signature_id = counted(silent)
    write(erase_one, signature_id=signature_id)
    assert row(signature_id).state == "erased" and tally(silent) == 1
    assert differences() == []


def test_names_are_shown_beside_butterflies_only(petition, silent):
    counted(silent, name_display="full")
    counted(petition, ODILE, name_display="full")
    assert newest_signers(silent.id) == []
    assert len(newest_signers(petition.id)) == 1


def test_page_after_confirming_waits_for_no_number(client, silent):
    signature = row(counted(silent))
    page = client.get(f"/en/signatures/hatched/{tokens.token_for(tokens.RECEIPT, signature)}")
    assert page.status_code == 200
    assert 'data-module="hatch-poll"' not in page.text
    assert 'data-state="confirmed"' in page.text


def test_page_lists_no_names_and_does_not_say_that_they_are_hidden(client, silent):
    assert "petition-signers" in client.get("/en/petitions/silent").text
    counted(silent, name_display="full")
    page = client.get("/en/petitions/silent").text
    assert "petition-signers" not in page and 'name="name_display"' not in page


def test_switch_changes_until_a_response_is_counted(silent):
    form_of(silent, has_butterflies=True)
    assert db.session.get(Petition, silent.id).has_butterflies
    form_of(silent, has_butterflies=False)
    counted(silent)
    form_of(silent, has_butterflies=False)
    with pytest.raises(ResponsesCounted):
        form_of(silent, has_butterflies=True)
    db.session.rollback()
    assert not db.session.get(Petition, silent.id).has_butterflies


def test_audit_reports_a_number_that_should_not_be(silent):
    counted(silent)
    db.session.execute(text("update petition set has_butterflies = true where slug = 'silent'"))
    db.session.commit()
    assert [line.split(":")[0] for line in differences()] == [f"petition {silent.id}"]


def test_quiet_action_counts_in_its_group(silent):
    db.session.get(Petition, silent.id).is_quiet = True
    db.session.commit()
    signature_id = sign(silent)
    confirm(signature_id)
    hatch_now()
    assert row(signature_id).waits_until is not None and tally(silent) == 0
    hatch_now(now=utcnow() + timedelta(days=2))
    assert (row(signature_id).state, row(signature_id).number) == ("counted", None)
    assert isinstance(row(signature_id), Signature) and differences() == []

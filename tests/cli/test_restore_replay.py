"""Tests that a restored backup brings back nothing that had ended since."""

import pytest
from sqlalchemy import select

from campaign.accounts import tokens as account_keys
from campaign.accounts.models import AccountLink, OrganizerSession
from campaign.accounts.operations import make_link, remove, remove_role
from campaign.accounts.queries import link_by_token
from campaign.actions.letters.delivery.addresses import refusing_among
from campaign.actions.letters.delivery.refusals import refuse
from campaign.actions.letters.operations import stop_letter
from campaign.answers.links import revoke_link, state_of_link
from campaign.answers.operations import publish_answer, withdraw_answer
from campaign.answers.queries import link_by_id, published_answers
from campaign.api.models import ApiKey
from campaign.api.operations import make_key, revoke_key
from campaign.extensions import db, write
from campaign.kiosk.pairing import revoke
from campaign.mail.bulk.sending import AlreadyBegun
from campaign.mailboxes import operations as address_changes
from campaign.process.clock import utcnow
from campaign.signatures.erasure import erase_one
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.queries import differences
from campaign.signatures.tokens import email_digest
from campaign.subscriptions import operations as subscriptions
from campaign.subscriptions.queries import is_suppressed
from campaign.targets.queries import profile_by_id
from tests.factories import mailboxes
from tests.factories.announcements import (
    announcement_now,
    answer_announcement_now,
    begin,
    begin_about,
    set_result,
)
from tests.factories.answers import make_answer, make_answer_link
from tests.factories.causes import make_cause
from tests.factories.kiosks import kiosk_of, make_table, make_tablet
from tests.factories.letters import letters, make_letter_action, write_letter
from tests.factories.organizers import fresh, make_organizer, sign_in, with_app, with_password
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    hatch_now,
    owned,
    row,
    sign_and_hatch,
    withdraw,
)
from tests.factories.subscriptions import digest, subscribe, subscription
from tests.factories.targets import make_target, some_organisation_id

pytestmark = pytest.mark.usefixtures("postgresql_programs", "ended")


def test_withdrawals_and_erasures_are_repeated(restored):
    petition = make_petition()
    withdrawn, erased, back = (
        sign_and_hatch(petition, fields)
        for fields in (AMALIA, ODILE, {**ODILE, "email": "ines@kwan.example", "given_name": "Ines"})
    )
    restored.back_up()
    withdraw(withdrawn)
    write(erase_one, signature_id=erased)
    withdraw(back)
    write(owner_operations.restore, **owned(back))
    hatch_now()
    output = restored()
    assert "signature.withdrawn: 1" in output
    assert "signature.erased: 1" in output
    hatch_now()
    assert (row(withdrawn).state, row(withdrawn).number) == ("withdrawn", None)
    assert (row(erased).state, row(erased).email, row(erased).given_name) == ("erased", None, None)
    assert row(back).state == "counted"
    assert differences() == []


@pytest.mark.parametrize("end", ["stop", "refuse_change", "replace"])
def test_change_of_an_address_that_was_stopped_stays_stopped(restored, end):
    signature_id = sign_and_hatch(make_petition())
    change_id = mailboxes.confirmed()
    restored.back_up()
    if end == "replace":
        mailboxes.confirmed(new="other@nueva.example")
    else:
        write(getattr(address_changes, end), change_id=change_id, now=utcnow())
    assert "address_change.stopped: 1" in restored()
    assert mailboxes.change(change_id).state == "stopped"
    later = utcnow() + 2 * address_changes.OBJECTION_PERIOD
    assert not write(address_changes.take_effect, change_id=change_id, now=later)
    assert row(signature_id).email == AMALIA["email"]


def test_nobody_is_told_of_an_answer_twice_or_after_stopping_it(restored):
    petition = make_petition()
    stopped, again = (
        sign_and_hatch(petition, person, tell_answer=True) for person in (AMALIA, ODILE)
    )
    answer = make_answer(petition)
    restored.back_up()
    begin(answer)
    for signature_id in (stopped, again):
        write(owner_operations.stop_answers, signature_id=signature_id, now=utcnow())
    write(owner_operations.choose_answers, **owned(again), wants=True, now=utcnow())
    output = restored()
    assert "signature.answers_stopped: 1" in output
    assert "answer.told: 1" in output
    assert [row(item).tell_answer for item in (stopped, again)] == [False, True]
    assert answer_announcement_now(answer).state == "stopped"
    with pytest.raises(AlreadyBegun):
        begin(answer)


@pytest.mark.parametrize("had_begun", [False, True])
def test_nobody_is_told_of_a_result_twice(restored, had_begun):
    petition = make_petition()
    sign_and_hatch(petition, AMALIA, tell_answer=True)
    partly = set_result(petition, "partly_won")
    if had_begun:
        begin_about(partly)
    restored.back_up()
    if not had_begun:
        begin_about(partly)
    begin_about(set_result(petition, "won"))
    output = restored()
    assert "petition.told_partly_won: 1" in output
    assert "petition.told_won: 1" in output
    for result in ("partly_won", "won"):
        topic = set_result(petition, result)
        assert announcement_now(topic).state == "stopped"
        with pytest.raises(AlreadyBegun):
            begin_about(topic)
    begin_about(set_result(petition, "no_answer"))


def test_letter_that_its_writer_stopped_does_not_leave_after_a_restore(restored):
    signature_id = write_letter(make_letter_action(targets=2))
    stopped, other = (letter.id for letter in letters())
    restored.back_up()
    write(stop_letter, letter_id=stopped, signature_ids=[signature_id], now=utcnow())
    assert "letter.stopped: 1" in restored()
    assert [(letter.id, letter.state, letter.reason) for letter in letters()] == [
        (stopped, "stopped", "withdrawn"),
        (other, "waiting", ""),
    ]


def test_withdrawn_and_erased_signature_is_not_counted_again(restored):
    signature = sign_and_hatch(make_petition(), AMALIA)
    restored.back_up()
    withdraw(signature)
    hatch_now()
    write(erase_one, signature_id=signature)
    restored()
    assert (row(signature).state, row(signature).number) == ("erased", None)
    assert differences() == []


def test_removals_of_organizers_roles_and_sign_in_factors_are_repeated(restored, client):
    cause = make_cause()
    with_password(make_organizer())
    gone, demoted = (
        with_password(make_organizer("reviewer", cause.id)),
        with_password(make_organizer("editor", cause.id)),
    )
    with_app(gone)
    sign_in(client, gone)
    link = write(make_link, organizer_id=demoted.id, purpose="reset", now=utcnow())
    token = account_keys.link_token(link)
    assert link_by_token("reset", token, utcnow())
    restored.back_up()
    write(remove, organizer_id=gone.id, now=utcnow())
    write(remove_role, grant_id=demoted.grants[0].id)
    output = restored()
    assert "organizer.removed: 1" in output
    assert (fresh(gone).password_hash, fresh(gone).grants, fresh(gone).has_second_factor) == (
        None,
        [],
        False,
    )
    assert fresh(demoted).grants == []
    assert db.session.scalar(select(OrganizerSession.id)) is None
    assert link_by_token("reset", token, utcnow()) is None


def test_ends_of_keys_tablets_and_subscriptions_are_repeated(restored, client):
    event, petition = make_table()
    tablet = make_tablet(client, event)
    key, _ = write(
        make_key, cause_id=petition.cause_id, name="Partner", is_trusted=True, now=utcnow()
    )
    reader, silent = subscribe("amalia"), subscribe("odile")
    restored.back_up()
    write(revoke_key, key_id=key.id, now=utcnow())
    write(revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    write(
        subscriptions.end,
        subscription_id=reader,
        email_digest=digest("amalia"),
        email="amalia@rosales.example",
        now=utcnow(),
    )
    write(subscriptions.suppress, email_digest=digest("odile"), reason="request", now=utcnow())
    restored()
    assert db.session.get(ApiKey, key.id).revoked_at
    assert kiosk_of(tablet).revoked_at
    assert subscription(reader).state == subscription(silent).state == "ended"
    assert is_suppressed(digest("odile"))


def test_target_that_stopped_letters_gets_none_after_a_restore(restored, app):
    profile = make_target(some_organisation_id(), ["target@office.example"])
    restored.back_up()
    write(refuse, address_digest=email_digest("target@office.example"), now=utcnow())
    restored()
    assert refusing_among([profile_by_id(profile.id)]) == {profile.id}


def test_number_now_used_by_another_signature_is_left_alone(restored, ended):
    restored.back_up()
    signature = sign_and_hatch(make_petition(), AMALIA)
    write(erase_one, signature_id=signature)
    restored()
    other = sign_and_hatch(make_petition(), ODILE)
    assert other == signature
    restored.back_up()
    assert "signature.erased" not in restored()
    assert row(other).state == "counted"


def test_list_of_another_machine_is_replayed_too(restored, ended, tmp_path):
    signature = sign_and_hatch(make_petition(), AMALIA)
    restored.back_up()
    write(erase_one, signature_id=signature)
    elsewhere = ended.rename(tmp_path / "elsewhere.jsonl")
    restored()
    assert row(signature).state == "counted"
    restored("--ended", elsewhere)
    assert row(signature).state == "erased"


def test_list_contains_no_names(restored, ended):
    signature = sign_and_hatch(make_petition(), AMALIA)
    write(erase_one, signature_id=signature)
    write(
        subscriptions.suppress,
        email_digest=email_digest(AMALIA["email"]),
        reason="request",
        now=utcnow(),
    )
    text = ended.read_text()
    for value in (AMALIA["email"], AMALIA["given_name"], AMALIA["family_name"]):
        assert value not in text


def test_account_link_opens_only_the_row_it_was_made_for(app):
    first = with_password(make_organizer("editor", make_cause().id))
    link = write(make_link, organizer_id=first.id, purpose="reset", now=utcnow())
    token = account_keys.link_token(link)
    write(lambda: db.session.delete(db.session.get(AccountLink, link.id)))
    other = with_password(make_organizer())
    again = AccountLink(
        id=link.id,
        organizer_id=other.id,
        purpose="reset",
        created_at=utcnow(),
        expires_at=link.expires_at,
    )
    write(lambda: db.session.add(again))
    assert link_by_token("reset", token, utcnow()) is None


def test_withdrawn_answer_and_ended_link_stay_so_after_a_restore(restored):
    petition = make_petition()
    answer, back = make_answer(petition), make_answer(petition, answered_by="The mayor")
    link, _token = make_answer_link(petition)
    restored.back_up()
    for answer_id in (answer.id, back.id):
        write(withdraw_answer, answer_id=answer_id, now=utcnow())
    write(publish_answer, answer_id=back.id, now=utcnow())
    write(revoke_link, link_id=link.id, now=utcnow())
    lines = restored()
    assert "answer.withdrawn: 1" in lines and "answer_link.revoked: 1" in lines
    assert [row.id for row in published_answers(petition.id)] == [back.id]
    assert state_of_link(link_by_id(link.id)) == "revoked"

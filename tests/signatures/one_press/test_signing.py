"""Tests of pressing: what is signed, and what it does where someone signed before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.notices.models import NOT_RECORDED
from campaign.notices.queries import consents_of
from campaign.process.clock import utcnow
from campaign.sharing.models import ShareAssignment
from campaign.sharing.operations import change_texts
from campaign.signatures.answer_consents import ANSWER
from campaign.signatures.models import RepeatSigning, Signature
from campaign.signatures.queries import differences
from tests.factories.one_press import press, press_path, signer
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    answer_now,
    change,
    confirm,
    forms,
    hatch_now,
    row,
    rows,
    sign,
    withdraw,
)
from tests.page_parts import tree

pytestmark = pytest.mark.both_databases


def signed_under(petition):
    return [signature for signature in rows() if signature.petition_id == petition.id]


def kinds_of_emails():
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def test_press_signs_with_what_is_known(client, following, signed, path):
    change(signed, lang="es", comment="Only there", subscribe=True)
    emails = kinds_of_emails()
    answer = press(client, path.replace("/en/", "/es/"), source="next-mine", name_display="full")
    assert answer.status_code == 303
    [signature] = signed_under(following)
    assert (signature.state, signature.evidence) == ("confirmed", "email")
    assert signature.confirmed_at == signature.created_at
    assert [getattr(signature, name) for name in AMALIA] == list(AMALIA.values())
    assert (signature.comment, signature.subscribe, signature.lang) == ("", False, "es")
    assert signature.source == "next-mine"
    assert signature.referrer_id is None
    assert signature.notice_id != NOT_RECORDED
    # Never more visible than before.
    assert signature.name_display == "initials"
    assert kinds_of_emails() == [*emails, "signature_pressed"], "no email asks to confirm it"
    hatch_now()
    assert row(signature.id).number == 2
    assert not differences()


def test_newest_details_of_the_person_are_used(client, petition, following, path):
    other = make_petition("air", cause_id=petition.cause_id)
    signer(other, postal_code="H2X 1Y4", name_display="counted")
    press(client, path)
    [signature] = signed_under(following)
    assert (signature.postal_code, signature.name_display) == ("H2X 1Y4", "counted")


def test_news_come_only_if_asked_for_there(client, following, path):
    press(client, path, subscribe="y")
    assert signed_under(following)[0].subscribe


@pytest.mark.parametrize(
    ("checked", "asks"), [({"tell_answer": "y"}, True), ({"subscribe": "y"}, False)]
)
def test_answers_are_told_only_if_asked_for_there(client, signed, following, path, checked, asks):
    change(signed, tell_answer=True)
    page = tree(client.get(path))
    [box] = page.xpath("//input[@name='tell_answer']")
    assert box.get("checked") is None
    press(client, path, **checked)
    [signature] = signed_under(following)
    assert (signature.tell_answer, signature.subscribe) == (asks, not asks)
    hatch_now()
    consents = {
        consent.purpose: consent.channel for consent in consents_of("signature", [signature.id])
    }
    assert consents.get(ANSWER) == ("web" if asks else None)


def test_share_text_is_given_as_after_confirming(client, following, path):
    write(change_texts, petition_id=following.id, texts={"en": ["Please sign"]}, now=utcnow())
    press(client, path)
    assert db.session.scalar(select(ShareAssignment.signature_id)) == signed_under(following)[0].id


def test_second_press_changes_nothing(client, following, path):
    first = press(client, path)
    emails = kinds_of_emails()
    second = press(client, path)
    assert (second.status_code, second.location) == (303, first.location)
    assert len(signed_under(following)) == 1
    assert kinds_of_emails() == emails
    assert not forms()


def test_someone_who_signed_long_ago_is_told_on_the_page_and_by_email(client, following, path):
    earlier = signer(following)
    days_ago = utcnow() - timedelta(days=3)
    change(earlier, confirmed_at=days_ago, mailed_at=days_ago)
    answer = press(client, path)
    assert answer.status_code == 303
    assert answer.location.endswith("?again=1")
    assert len(signed_under(following)) == 1
    assert kinds_of_emails()[-1] == "signature_repeat"
    assert "data-signed-before" in client.get(answer.location).text


def test_unconfirmed_signature_is_confirmed_by_the_pressed_form_alone(client, following, path):
    waiting = sign(following, comment="Was never confirmed", name_display="counted", country="MX")
    answer = press(client, path)
    assert answer.status_code == 303
    [signature] = signed_under(following)
    assert (signature.id, signature.state) == (waiting, "confirmed")
    assert (signature.comment, signature.country) == ("", "CA")
    # The more private choice of both forms counts, as with other forms.
    assert signature.name_display == "counted"
    [used] = forms()
    assert used.used_at and not used.form_data
    confirm(waiting)
    assert row(waiting).comment == ""


def test_held_unconfirmed_signature_can_be_pressed_too(client, following, path):
    sign(following, held_reason="no_proof")
    press(client, path)
    assert signed_under(following)[0].state == "confirmed"


def test_withdrawn_signature_is_not_brought_back(client, following, path):
    withdrawn = signer(following)
    withdraw(withdrawn)
    answer = press(client, path)
    assert answer.status_code == 409
    assert 'data-state="withdrawn"' in answer.text
    assert row(withdrawn).state == "withdrawn"


def test_second_of_a_couple_gets_the_second_place(client, petition, signed):
    shared = make_petition("shared", cause_id=petition.cause_id, two_per_address=True)
    signer(shared, TEO)
    assert press(client, press_path(signed, shared)).status_code == 303
    assert {
        (item.given_name, item.position_at_address, item.state) for item in signed_under(shared)
    } == {
        ("Teo", 1, "confirmed"),
        ("Amalia", 2, "confirmed"),
    }
    hatch_now()
    assert not differences()


def test_address_of_another_person_takes_no_second_signature(client, following, path):
    signer(following, TEO)
    answer = press(client, path)
    assert answer.status_code == 409
    assert 'data-state="taken"' in answer.text
    assert "Teo" not in answer.text
    answer_now()
    assert [item.given_name for item in signed_under(following)] == ["Teo"]


def test_another_persons_unconfirmed_form_stays_theirs(client, following, path):
    theirs = sign(following, TEO)
    assert press(client, path).status_code == 303
    answer_now()
    assert (row(theirs).given_name, row(theirs).state) == ("Teo", "pending")
    assert [form.form_data["given_name"] for form in forms()] == ["Amalia"]


def test_another_spelling_of_the_address_is_told_nothing(client, petition, following):
    signed = signer(petition, email="vera@yahoo.com")
    signer(following, email="vera-x9@yahoo.com")
    answer = press(client, press_path(signed, following))
    assert answer.status_code == 303
    assert answer.location == f"/en/petitions/{following.slug}/thanks"
    assert len(signed_under(following)) == 1


def test_two_people_of_one_address_have_their_own_links(client, shared_petition):
    following = make_petition("law", cause_id=shared_petition.cause_id)
    signer(shared_petition)
    teo = signer(shared_petition, TEO)
    press(client, press_path(teo, following))
    assert [item.given_name for item in signed_under(following)] == ["Teo"]


def test_rules_hold_a_pressed_signature_and_it_counts_after_review(client, following, path):
    answer = press(client, path, website="https://spam.example")
    assert answer.status_code == 303
    [signature] = signed_under(following)
    assert (signature.state, signature.held_reason) == ("held", "hidden_field")
    assert signature.confirmed_at
    hatch_now()
    assert row(signature.id).number is None


def test_presses_in_two_tabs_at_once_sign_once(served, following, path):
    def one_press(_):
        with served.app_context():
            return press(served.test_client(), path).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one_press, range(4))) == {303}
    assert len(signed_under(following)) == 1
    assert not db.session.scalar(select(RepeatSigning.id))


def test_press_and_ordinary_form_at_once_leave_one_signature(client, following, path):
    sign(following, ODILE)
    press(client, path)
    client.post(f"/en/petitions/{following.slug}/signatures", data=AMALIA)
    answer_now()
    mine = [item for item in signed_under(following) if item.given_name == "Amalia"]
    assert [item.state for item in mine] == ["confirmed"]
    assert not forms()


def test_erased_signature_of_that_petition_lets_the_person_sign_again(client, following, path):
    earlier = signer(following)
    write(
        lambda: db.session.execute(
            update(Signature)
            .where(Signature.id == earlier)
            .values(state="erased", email=None, email_digest=None, person_digest=None)
        )
    )
    assert press(client, path).status_code == 303
    assert signed_under(following)[-1].state == "confirmed"

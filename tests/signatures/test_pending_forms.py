"""Tests of several forms with one address before it is confirmed.

Each link confirms the form that it was sent for, and nothing of another.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from campaign.errors import LinkExpired
from campaign.extensions import write
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.signatures.jobs import forget, remind
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.owner.operations import erase
from campaign.signatures.signing.repeats import CONFIRMATION, FORM_CONFIRMATION, MAX_EMAILS, REPEAT
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    JSON,
    TEO,
    answer_now,
    change,
    confirm,
    confirm_form,
    form_link,
    forms,
    hatch_now,
    link,
    owned,
    post_signature,
    queued_emails,
    row,
    rows,
    sign,
    sign_and_hatch,
    sign_unanswered,
    withdraw,
)
from tests.together import together

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
STRANGER = {
    **AMALIA,
    "given_name": "Puppet",
    "family_name": "Of State",
    "postal_code": "H3Z 2Y7",
    "comment": "Not hers",
    "name_display": "full",
    "subscribe": True,
}
HERS = {**AMALIA, "comment": "", "name_display": "counted", "subscribe": False}
RECORDED = ("given_name", "family_name", "postal_code", "comment", "name_display", "subscribe")


def page_details(page):
    """Return the part of the page that says what would be recorded."""
    return page.partition('<dl class="detail-list')[2].partition("</dl>")[0]


def recorded(signature_id, names=RECORDED):
    signature = row(signature_id)
    return {name: getattr(signature, name) for name in names}


def to_record(form_data, **changes):
    return {name: {**form_data, **changes}[name] for name in RECORDED}


@pytest.fixture
def both(petition):
    """A stranger's form, then the supporter's. Returns the signature's id and the latter's row."""
    now = utcnow()
    signature_id = sign(petition, STRANGER, now=now)
    assert sign(petition, HERS, now=now + SECOND / 2) == signature_id
    [form] = forms()
    return signature_id, form


def test_each_form_gets_its_own_email(both):
    signature_id, form = both
    assert queued_emails() == [
        (CONFIRMATION, signature_id, "en"),
        (FORM_CONFIRMATION, form.id, "en"),
    ]


def test_later_form_changes_nothing_until_confirmed(both):
    signature_id, _form = both
    assert recorded(signature_id) == to_record(STRANGER)


def test_supporters_link_records_the_supporters_form(client, both):
    signature_id, form = both
    answer = client.post(form_link(form))
    assert (answer.status_code, answer.location) == (303, link("hatched", signature_id))
    assert recorded(signature_id) == to_record(HERS)
    assert row(signature_id).state == "confirmed"


def test_first_link_records_the_first_form_with_the_more_private_choices(client, both):
    signature_id, _form = both
    client.post(link("confirm", signature_id))
    assert recorded(signature_id) == to_record(STRANGER, name_display="counted", subscribe=False)


def test_more_private_choices_win_whichever_came_first(petition):
    signature_id = sign(petition, HERS)
    sign(petition, STRANGER)
    [form] = forms()
    confirm_form(form)
    assert recorded(signature_id) == to_record(STRANGER, name_display="counted", subscribe=False)


def test_page_shows_everything_its_form_would_record_and_nothing_of_the_other(client):
    question = {"name": "how", "type": "text", "label": {"en": "How did you hear?"}}
    petition = make_petition(questions=[question])
    sign(petition, STRANGER, answers={"how": "By radio"})
    sign(petition, HERS, answers={"how": "From my sister"}, comment="For my brother")
    [form] = forms()
    first = page_details(client.get(link("confirm", rows()[0].id)).text)
    second = page_details(client.get(form_link(form)).text)
    for seen, unseen, texts in (
        (first, second, ("Puppet Of State", "H3Z 2Y7", "Not hers", "By radio")),
        (second, first, ("Amalia Rosales", "M5V 2T6", "For my brother", "From my sister")),
    ):
        for text in texts:
            assert text in seen
            assert text not in unseen


def test_page_says_where_its_form_asked_for_more_than_is_recorded(client, both):
    signature_id, form = both
    first, second = client.get(link("confirm", signature_id)).text, client.get(form_link(form)).text
    assert first.count("detail-note") == second.count("detail-note") + 3
    assert "Puppet Of State" in first


def test_each_page_links_to_the_other_form(client, both):
    signature_id, form = both
    assert f'href="{form_link(form)}"' in client.get(link("confirm", signature_id)).text
    assert f'href="{link("confirm", signature_id)}"' in client.get(form_link(form)).text


def test_viewing_any_of_the_links_changes_nothing(client, both):
    signature_id, form = both
    before = recorded(signature_id)
    for path in (link("confirm", signature_id), form_link(form)):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert recorded(signature_id) == before
    assert forms()[0].form_data == form.form_data


@pytest.mark.parametrize("first", ["signature", "form"])
def test_link_pressed_after_another_changes_nothing_and_says_so(client, both, first):
    signature_id, form = both
    pair = [link("confirm", signature_id), form_link(form)]
    used, other = pair if first == "signature" else pair[::-1]
    client.post(used)
    before = recorded(signature_id)
    late = client.post(other)
    assert (late.status_code, late.location) == (303, other)
    page = client.get(other)
    assert page.status_code == 200
    assert 'method="post"' not in page.text
    assert 'href="/en/mine"' in page.text
    assert recorded(signature_id) == before
    assert client.post(used).location == client.get(used).location == link("hatched", signature_id)


def test_unconfirmed_forms_are_emptied_at_once(both):
    _signature_id, form = both
    confirm_form(form)
    [left] = forms()
    assert (left.form_data, left.address_digest) == ({}, None)


def test_both_links_at_once_record_one_whole_form(app, both):
    signature_id, form = both
    presses = [lambda: confirm(signature_id), lambda: confirm_form(form)] * 3
    assert set(together(app, presses)) == {signature_id}
    private = {"name_display": "counted", "subscribe": False}
    assert recorded(signature_id) in (to_record(STRANGER, **private), to_record(HERS))
    assert row(signature_id).state == "confirmed"
    hatch_now()
    assert row(signature_id).number == 1


def test_form_that_arrives_during_a_confirmation_changes_nothing(app, petition):
    signature_id = sign(petition, HERS)
    sign_unanswered(petition, STRANGER)
    together(app, [lambda: confirm(signature_id), answer_now])
    assert recorded(signature_id) == to_record(HERS)
    assert row(signature_id).state == "confirmed"


def test_identical_form_has_the_same_link(petition):
    now = utcnow()
    signature_id = sign(petition, HERS, now=now)
    for minute in (1, 2):
        sign(petition, HERS, now=now + timedelta(minutes=minute))
    sign(petition, STRANGER, now=now + timedelta(minutes=3))
    sign(petition, STRANGER, now=now + timedelta(minutes=4))
    [form] = forms()
    assert (
        queued_emails()
        == [(CONFIRMATION, signature_id, "en")] * 3 + [(FORM_CONFIRMATION, form.id, "en")] * 2
    )


def test_flood_of_forms_causes_five_emails_and_keeps_as_many_forms_and_the_newest(petition):
    signature_id = sign(petition, HERS)
    for place in range(20):
        sign(petition, STRANGER, given_name=f"Puppet {place}")
    assert len(queued_emails()) == row(signature_id).mail_count == MAX_EMAILS
    assert [form.form_data["given_name"] for form in forms()] == [
        *(f"Puppet {place}" for place in range(4)),
        "Puppet 19",
    ]


def test_supporter_reaches_their_form_when_a_stranger_has_used_up_the_emails(client, petition):
    signature_id = sign(petition, STRANGER)
    for place in range(4):
        sign(petition, STRANGER, given_name=f"Puppet {place}")
    sign(petition, HERS)
    assert len(queued_emails()) == MAX_EMAILS
    hers = forms()[-1]
    page = client.get(link("confirm", signature_id)).text
    assert f'href="{form_link(hers)}"' in page
    client.post(form_link(hers))
    assert recorded(signature_id) == to_record(HERS)


def test_other_spelling_of_the_address_does_not_see_the_forms(client, petition):
    signature_id = sign(petition, STRANGER, email="amaliarosales@gmail.com")
    sign(petition, HERS, email="amalia.rosales@gmail.com")
    [form] = forms()
    assert form_link(form) not in client.get(link("confirm", signature_id)).text
    assert link("confirm", signature_id) not in client.get(form_link(form)).text


def test_confirming_a_form_gives_its_address_to_the_signature(petition):
    signature_id = sign(petition, STRANGER, email="amaliarosales@gmail.com")
    sign(petition, HERS, email="amalia.rosales@gmail.com")
    [form] = forms()
    confirm_form(form)
    assert row(signature_id).email == "amalia.rosales@gmail.com"


def test_expired_link_of_a_form_offers_a_new_email_about_the_same_form(client, petition):
    long_ago = utcnow() - 8 * DAY
    signature_id = sign(petition, STRANGER, now=long_ago)
    sign(petition, HERS, now=long_ago)
    [form] = forms()
    with pytest.raises(LinkExpired):
        confirm_form(form)
    assert client.get(form_link(form)).status_code == 410
    client.post(form_link(form), data={"again": "1"})
    assert queued_emails()[-1] == (FORM_CONFIRMATION, form.id, "en")
    client.post(form_link(form))
    assert recorded(signature_id) == to_record(HERS)


def test_form_after_confirming_changes_nothing_and_is_not_stored(petition):
    signature_id = sign(petition, HERS, now=utcnow() - DAY)
    confirm(signature_id)
    sign(petition, STRANGER)
    assert forms() == []
    assert recorded(signature_id) == to_record(HERS)
    assert queued_emails()[-1] == (REPEAT, signature_id, "en")


def test_forms_of_a_couple_go_to_the_signature_of_each(shared_petition):
    first = sign(shared_petition, AMALIA)
    second = sign(shared_petition, TEO)
    sign(shared_petition, TEO, name_display="full")
    [form] = forms()
    assert form.signature_id == second
    confirm_form(form)
    assert (row(first).state, row(second).state) == ("pending", "confirmed")


def test_each_form_is_held_for_its_own_content(petition):
    signature_id = sign(petition, STRANGER, held_reason="rule:1")
    sign(petition, HERS)
    [form] = forms()
    confirm_form(form)
    assert (row(signature_id).state, row(signature_id).held_reason) == ("confirmed", "")
    other = sign(petition, HERS, email="other@rosales.example")
    sign(petition, STRANGER, email="other@rosales.example", held_reason="rule:1")
    confirm_form(forms()[-1])
    assert (row(other).state, row(other).held_reason) == ("held", "rule:1")


def test_another_form_does_not_evade_a_rejection(petition):
    signature_id = sign(petition, STRANGER, held_reason="rule:1")
    sign(petition, HERS)
    change(signature_id, rejected_at=utcnow())
    confirm_form(forms()[0])
    assert (row(signature_id).state, row(signature_id).held_reason) == ("held", "rule:1")


def test_after_a_withdrawal_nothing_changes_before_the_new_form_is_confirmed(client, petition):
    signature_id = sign_and_hatch(petition, HERS, now=utcnow() - DAY)
    old = link("confirm", signature_id)
    withdraw(signature_id)
    hatch_now()
    sign(petition, STRANGER)
    assert (row(signature_id).state, recorded(signature_id)) == ("withdrawn", to_record(HERS))
    assert client.post(old).status_code == 404
    [form] = forms()
    client.post(form_link(form))
    assert (row(signature_id).state, recorded(signature_id)) == ("confirmed", to_record(STRANGER))


def test_withdrawal_cancels_the_forms_that_came_before_it(client, both):
    signature_id, form = both
    withdraw(signature_id, now=utcnow() + SECOND)
    for path in (link("confirm", signature_id), form_link(form)):
        assert client.post(path).status_code == 404
        assert client.get(path).status_code == 404
    assert row(signature_id).state == "withdrawn"


def test_undoing_a_withdrawal_leaves_later_forms_without_effect(petition):
    signature_id = sign_and_hatch(petition, HERS, now=utcnow() - DAY)
    withdraw(signature_id)
    sign(petition, STRANGER)
    write(owner_operations.restore, **owned(signature_id))
    confirm_form(forms()[0])
    assert recorded(signature_id) == to_record(HERS)


def test_reminder_is_about_the_newest_form_that_was_mailed(app, petition):
    signed = utcnow() - 2 * DAY
    signature_id = sign(petition, STRANGER, now=signed)
    sign(petition, HERS, now=signed)
    write(remind, now=utcnow())
    kind, subject_id, lang = queued_emails()[-1]
    assert subject_id == signature_id
    message = renderers_of(app)[kind](SimpleNamespace(subject_id=subject_id, lang=lang))
    assert f"http://localhost{form_link(forms()[0])}" in message.text.split()
    assert "Puppet" not in message.text + message.subject


def test_erasing_a_signature_deletes_its_forms(both):
    signature_id, _form = both
    write(erase, [signature_id])
    assert forms() == []


def test_forms_are_deleted_with_time(petition):
    signed = utcnow() - 13 * DAY
    signature_id = sign(petition, HERS, now=signed)
    sign(petition, STRANGER, now=signed)
    later = utcnow() + 2 * DAY
    write(forget, now=later, unconfirmed_days=14, address_days=14)
    assert (forms(), row(signature_id)) == ([], None)


def test_newer_form_outlives_the_signature_it_waited_with(client, petition):
    now = utcnow()
    first = sign(petition, STRANGER, now=now - 14 * DAY)
    sign(petition, HERS, now=now - DAY)
    [form] = forms()
    path = form_link(form)
    old = link("confirm", first)
    write(forget, now=now, unconfirmed_days=14, address_days=14)
    assert row(first) is None
    [signature] = rows()
    assert recorded(signature.id) == to_record(HERS)
    assert client.get(old).status_code == 404
    assert client.get(path).status_code == 200
    client.post(path)
    assert row(signature.id).state == "confirmed"


def test_newer_form_outlives_an_erased_withdrawal(client, petition):
    now = utcnow()
    first = sign(petition, STRANGER, now=now - 20 * DAY)
    confirm(first, now=now - 20 * DAY)
    withdraw(first, now=now - 15 * DAY)
    hatch_now()
    sign(petition, HERS, now=now - DAY)
    path = form_link(forms()[0])
    write(forget, now=now, unconfirmed_days=14, address_days=14)
    assert row(first).state == "erased"
    client.post(path)
    assert [item.state for item in rows()] == ["erased", "confirmed"]
    assert recorded(rows()[1].id) == to_record(HERS)


def test_network_of_a_form_is_deleted_earlier_than_the_form(client, petition):
    sign(petition, HERS, now=utcnow() - 5 * DAY)
    post_signature(client, petition, {**STRANGER, "subscribe": "y"}, address="203.0.113.7")
    answer_now()
    assert forms()[0].address_digest
    write(forget, now=utcnow() + DAY, unconfirmed_days=14, address_days=1)
    [form] = forms()
    assert form.address_digest is None
    assert form.form_data["given_name"] == "Puppet"


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: "1" + t, lambda t: t.swapcase()]
)
def test_garbled_link_of_a_form_is_not_found(client, both, spoil):
    _signature_id, form = both
    token = form_link(form).rpartition("/")[2]
    assert client.get(f"/en/signatures/confirm/{spoil(token)}").status_code == 404


def test_api_clients_get_the_same_answer_for_a_form_that_waits(client, petition):
    first = post_signature(client, petition, HERS | {"subscribe": ""}, headers=JSON)
    second = post_signature(client, petition, STRANGER | {"subscribe": "y"}, headers=JSON)
    assert (first.status_code, first.text) == (second.status_code, second.text)


def test_queued_emails_contain_no_address(both):
    columns = {column.name for column in OutboxMessage.__table__.c}
    assert not {name for name in columns if "email" in name or "address" in name}


def test_supporters_download_contains_the_waiting_forms(client, both):
    signature_id, _form = both
    downloaded = client.get(f"{link('mine', signature_id)}/download.json").json["signatures"][0]
    [form] = downloaded["unconfirmed_forms"]
    assert (form["given_name"], form["postal_code"], form["subscribe"]) == (
        "Amalia",
        "M5V 2T6",
        False,
    )

"""Tests of emails that tell people something: who gets them, and what cannot get into them."""

from campaign.signatures.signing.repeats import REPEAT
from tests.factories.signatures import change, link, sign, sign_and_hatch, withdraw


def test_confirmed_supporter_is_told_of_a_repeat_with_a_link_to_everything(petition, composed):
    signature_id = sign_and_hatch(petition)
    message = composed(REPEAT, signature_id)
    assert f"http://localhost{link('mine', signature_id)}" in message.text.split()
    assert "/confirm/" not in message.text
    change(signature_id, state="held", held_reason="reviewed")
    assert composed(REPEAT, signature_id).subject == message.subject


def test_unconfirmed_or_withdrawn_supporter_is_not_told_of_a_repeat(petition, composed):
    assert composed(REPEAT, sign(petition)) is None
    gone = sign_and_hatch(petition, email="gone@rosales.example")
    withdraw(gone)
    assert composed(REPEAT, gone) is None


def test_repeat_cannot_put_text_into_the_supporters_email(petition, composed):
    signature_id = sign_and_hatch(petition)
    sign(petition, given_name="Mallory", family_name="Grin", comment="Come to my shop")
    text = composed(REPEAT, signature_id).text
    assert "Amalia" in text
    assert "Mallory" not in text
    assert "shop" not in text

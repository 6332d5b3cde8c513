"""Tests that every wrong code gets the same answer, so that no one learns who signed."""

from datetime import timedelta

import pytest

from campaign.process.clock import utcnow
from campaign.security.short_codes import make_short_code
from campaign.signatures import tokens
from tests.conftest import SECRET
from tests.factories.signatures import (
    ODILE,
    code,
    confirm,
    enter_code,
    form_code,
    forms,
    hatch_now,
    link,
    sign,
    withdraw,
)

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
WRONG = "K7M2-9QXW"


def nobody(petition, details):
    """No one has signed with this address."""
    return WRONG


def pending(petition, details):
    sign(petition, details)
    return WRONG


def confirmed(petition, details):
    confirm(sign(petition, details))
    return WRONG


def counted(petition, details):
    confirmed(petition, details)
    hatch_now()
    return WRONG


def held(petition, details):
    sign(petition, details, held_reason="hidden_field")
    return WRONG


def several_forms(petition, details):
    for number in range(4):
        sign(petition, details, comment=str(number))
    return WRONG


def withdrawn(petition, details):
    signature_id = sign(petition, details)
    confirm(signature_id)
    sent = code(signature_id)
    withdraw(signature_id)
    return sent


def expired(petition, details):
    return code(sign(petition, details, now=utcnow() - 8 * DAY))


def of_another_address(petition, details):
    return code(sign(petition, ODILE))


PASTS = (
    *(nobody, pending, confirmed, counted, held, several_forms),
    *(withdrawn, expired, of_another_address),
)


def address_of(past):
    return f"{past.__name__.replace('_', '.')}@kwan.example"


def form_of(past):
    return {**ODILE, "email": address_of(past)}


def test_answer_is_the_same_in_every_case(client, petition):
    seen = set()
    for past in PASTS:
        sent = past(petition, form_of(past))
        answer = enter_code(client, address_of(past), sent)
        text = answer.text.replace(address_of(past), "address").replace(sent, "code")
        headers = {name: value for name, value in answer.headers if name != "X-Request-ID"}
        headers.pop("Content-Length", None)
        seen.add((answer.status_code, text, tuple(headers.items())))
    assert len(seen) == 1
    [(status, _, _)] = seen
    assert status == 422


def test_guess_costs_the_same_statements_for_every_address(client, petition, statements):
    # A guess claims a random row. So that all claim one of the same kind, the last bit is set here.
    costs = {}
    enter_code(client, "first@kwan.example", WRONG)
    for past in PASTS:
        past(petition, form_of(past))
        for is_later in (False, True):
            digest = tokens.email_digest(address_of(past))
            number = (2**38 + len(costs)) << 1 | is_later
            guess = make_short_code(SECRET.encode(), tokens.CONFIRM_CODE, number, digest)
            statements.clear()
            assert enter_code(client, address_of(past), guess).status_code == 422
            costs[past.__name__, is_later] = len(statements)
    for kind in (False, True):
        assert len({cost for (_, later), cost in costs.items() if later == kind}) == 1, costs


def test_real_code_that_opens_nothing_costs_as_much_as_a_guess(client, petition, statements):
    digest = tokens.email_digest(address_of(nobody))
    guesses = [
        make_short_code(SECRET.encode(), tokens.CONFIRM_CODE, number, digest)
        for number in (2**38 << 1, 2**38 << 1 | 1)
    ]
    enter_code(client, address_of(nobody), WRONG)

    def cost(past, sent):
        statements.clear()
        assert enter_code(client, address_of(past), sent).status_code == 422
        return len(statements)

    first, later = (cost(nobody, guess) for guess in guesses)
    for past in (withdrawn, expired):
        assert cost(past, past(petition, form_of(past))) == first
    old = {**ODILE, "email": "old@kwan.example"}
    for comment in ("First", "Second"):
        sign(petition, old, comment=comment, now=utcnow() - 8 * DAY)
    form = forms()[-1]
    sent = form_code(form)
    statements.clear()
    assert enter_code(client, "old@kwan.example", sent).status_code == 422
    assert len(statements) == later


def test_page_of_the_code_does_not_reveal_who_signed(client, petition):
    before = client.get("/en/c").text
    link("confirm", sign(petition))
    assert client.get("/en/c").text == before

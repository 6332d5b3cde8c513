"""Tests of the pages for a new email address: nothing happens by a GET, nothing is revealed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.mail.operations import refuse_address
from campaign.mailboxes import operations
from campaign.mailboxes.models import AddressChange
from campaign.mailboxes.views import REQUESTS_PER_MAILBOX, REQUESTS_PER_NETWORK
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from tests.factories.mailboxes import NEW, OLD, change, changes, confirmed, link, move, request
from tests.factories.signatures import ODILE, queued_emails, row, sign, sign_and_hatch
from tests.factories.signatures import link as signature_link
from tests.factories.subscriptions import link as news_link
from tests.factories.subscriptions import subscribe
from tests.page_parts import wrong_fields

DAY = timedelta(days=1)


def mine(signature_id, lang="en"):
    return f"{signature_link('mine', signature_id, lang)}/address"


def ask(client, path, email=NEW, *, address="127.0.0.1", **options):
    return client.post(
        path, data={"email": email}, environ_overrides={"REMOTE_ADDR": address}, **options
    )


def state_of(page):
    return re.search(r'data-state="(\w*)"', page.text).group(1)


def states():
    return [each.state for each in changes()]


def answers_in(page):
    """The buttons of the page, by the last part of where they lead."""
    return set(re.findall(r'action="[^"]*/address-changes/[^"/]+/(\w+)"', page.text))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_request_from_what_you_signed(client, petition, lang):
    path = mine(sign_and_hatch(petition), lang)
    assert client.get(path).headers["Cache-Control"] == "no-store"
    answer = ask(client, path)
    assert (answer.status_code, answer.location) == (303, f"{path}?sent=1")
    assert state_of(client.get(answer.location)) == "sent"
    [row] = changes()
    assert (row.state, row.lang, row.old_email, row.new_email) == ("requested", lang, OLD, NEW)
    assert queued_emails()[-1] == (operations.REQUEST, row.id, lang)


def test_request_from_the_news_settings(client, petition):
    path = f"{news_link('preferences', subscribe(cause_id=petition.cause_id))}/address"
    assert path in client.get(path.removesuffix("/address")).text
    assert ask(client, path).location == f"{path}?sent=1"
    assert [(each.old_email, each.new_email) for each in changes()] == [(OLD, NEW)]


@pytest.mark.parametrize("email", ["", "no", "a@b", "a b@nueva.example", f"{'x' * 400}@b.mx"])
def test_wrong_address_stays_in_the_field(client, petition, email):
    page = ask(client, mine(sign_and_hatch(petition)), email)
    assert page.status_code == 422
    assert wrong_fields(page.text).keys() == {"email"}
    assert states() == []


def test_everyone_gets_the_same_answer_and_the_same_statements(client, petition, statements):
    path = mine(sign_and_hatch(petition))
    sign_and_hatch(petition, ODILE)
    write(refuse_address, tokens.email_digest("bounced@kwan.example"), reason="", now=utcnow())
    client.get(path)
    answers, counts = set(), set()
    for email in ("nobody@kwan.example", ODILE["email"], "bounced@kwan.example"):
        # An earlier request would be replaced.
        write(lambda: db.session.execute(update(AddressChange).values(state="expired")))
        statements.clear()
        answer = ask(client, path, email)
        counts.add(len(statements))
        answers.add((answer.status_code, answer.location, answer.text))
    assert len(answers) == len(counts) == 1


def test_requests_of_a_mailbox_are_limited(client, petition):
    path = mine(sign_and_hatch(petition))
    limit = REQUESTS_PER_MAILBOX.amount
    statuses = [ask(client, path).status_code for _ in range(limit + 1)]
    assert statuses == [303] * limit + [429]
    assert ask(client, path, "not an address").status_code == 422


def test_requests_of_a_network_are_limited(client, petition):
    people = REQUESTS_PER_NETWORK.amount + 1
    statuses = [
        ask(
            client,
            mine(sign(petition, ODILE, email=f"odile.{place}@kwan.example")),
            address="198.51.100.7",
        ).status_code
        for place in range(people)
    ]
    assert statuses == [303] * (people - 1) + [429]


@pytest.mark.parametrize("to_old", [True, False])
def test_opening_the_page_changes_nothing(client, petition, to_old):
    sign_and_hatch(petition)
    change_id = confirmed() if to_old else request()
    before = states()
    page = client.get(link(change_id, to_old=to_old))
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert states() == before
    assert answers_in(page) == ({"stop", "agree"} if to_old else {"confirm", "refuse"})


def counts_in(page):
    return dict(re.findall(r'data-part="(\w+)" data-count="(\d+)"', page.text))


def test_page_shows_how_much_moves_and_no_whole_address(client, petition):
    sign_and_hatch(petition)
    subscribe(cause_id=petition.cause_id)
    change_id = confirmed()
    for to_old in (False, True):
        page = client.get(link(change_id, to_old=to_old))
        assert counts_in(page) == {"signatures": "1", "subscriptions": "1", "registrations": "0"}
        assert OLD not in page.text
        assert NEW not in page.text


def test_stranger_at_a_mistyped_address_sees_nothing_of_the_other_mailbox(client, petition):
    sign_and_hatch(petition)
    page = client.get(link(request()))
    assert counts_in(page) == {}
    assert OLD.partition("@")[2] not in page.text


@pytest.mark.parametrize(
    ("to_old", "button", "answer", "state"),
    [
        (False, "confirm", "confirmed", "waiting"),
        (False, "refuse", "refused", "refused"),
        (True, "agree", "agreed", "waiting"),
        (True, "stop", "stopped", "stopped"),
    ],
)
def test_each_button_redirects_to_a_page_without_the_token(
    client, petition, to_old, button, answer, state
):
    sign_and_hatch(petition)
    change_id = confirmed() if to_old else request()
    path = link(change_id, to_old=to_old)
    for _ in range(2):
        pressed = client.post(f"{path}/{button}")
        assert pressed.status_code == 303
        assert pressed.location == f"/en/address-changes/answers/{answer}"
    assert states() == [state]
    page = client.get(pressed.location)
    assert page.status_code == 200
    assert f'data-answer="{answer}"' in page.text
    assert "public" in page.headers["Cache-Control"]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("to_old", "button"),
    [(True, "confirm"), (True, "refuse"), (False, "agree"), (False, "stop")],
)
def test_nobody_presses_the_buttons_of_the_other_mailbox(client, petition, to_old, button):
    change_id = confirmed()
    assert client.post(f"{link(change_id, to_old=to_old)}/{button}").status_code == 404
    assert states() == ["waiting"]


def test_expired_link(client, petition):
    change_id = request(now=utcnow() - 8 * DAY)
    page = client.get(link(change_id))
    assert (page.status_code, state_of(page)) == (410, "expired")
    assert answers_in(page) == set()
    pressed = client.post(f"{link(change_id)}/confirm")
    assert pressed.location == link(change_id)
    assert states() == ["requested"]


@pytest.mark.parametrize(
    "token", ["x", "1.aaaaaaaaaaaaaaaaaaaa", "zzzzzzzzzzzzz.aaaaaaaaaaaaaaaaaaaa"]
)
def test_guessed_link(client, petition, token):
    confirmed()
    for path in (f"/en/address-changes/{token}", f"/fr/address-changes/{token}"):
        assert client.get(path).status_code == 404
    for button in ("confirm", "refuse", "agree", "stop"):
        assert client.post(f"/en/address-changes/{token}/{button}").status_code == 404
    assert states() == ["waiting"]


def test_link_of_another_change_does_not_open_it(client, petition):
    first, second = confirmed(), confirmed("odile@kwan.example")
    number, mac = (
        link(first, to_old=True).rpartition("/")[2].partition(".")[0],
        link(second, to_old=True).rpartition(".")[2],
    )
    assert client.post(f"/en/address-changes/{number}.{mac}/stop").status_code == 404
    assert states() == ["waiting", "waiting"]


def test_ended_change_shows_no_button(client, petition):
    sign_and_hatch(petition)
    done = move()
    for to_old in (True, False):
        page = client.get(link(done, to_old=to_old))
        assert (state_of(page), answers_in(page)) == ("done", set())
    for button in ("stop", "agree"):
        client.post(f"{link(done, to_old=True)}/{button}")
    assert change(done).state == "done"


def test_stopping_after_it_was_replaced_says_so(client, petition):
    first = confirmed()
    confirmed(new="other@nueva.example")
    pressed = client.post(f"{link(first, to_old=True)}/stop")
    assert state_of(client.get(pressed.location)) == "replaced"


def test_form_shows_a_change_that_waits(client, petition):
    path = mine(sign_and_hatch(petition))
    assert "data-waiting" not in client.get(path).text
    confirmed()
    page = client.get(path).text
    assert "data-waiting" in page
    assert NEW not in page


def test_download_has_the_change_that_waits_without_the_whole_address(client, petition):
    signature_id = sign_and_hatch(petition)
    download = f"{signature_link('mine', signature_id)}/download.json"
    request()
    assert client.get(download).json["new_address"] is None
    waiting = change(confirmed())
    answer = client.get(download)
    assert answer.json["new_address"]["takes_effect_at"] == waiting.takes_effect_at.isoformat()
    assert NEW not in answer.text


def test_own_page_links_to_the_form(client, petition):
    path = mine(sign_and_hatch(petition))
    assert f'href="{path}"' in client.get(path.removesuffix("/address")).text


@pytest.mark.parametrize("path", ["/en/signatures/mine/x/address", "/en/subscriptions/x/address"])
def test_form_needs_a_link_that_opens(client, petition, path):
    assert client.get(path).status_code == 404
    assert ask(client, path).status_code == 404
    assert states() == []


def test_expired_personal_link_requests_nothing(client, petition):
    signature_id = sign_and_hatch(petition)
    token = tokens.own_token(row(signature_id), utcnow().date() - 3 * DAY)
    path = f"/en/signatures/mine/{token}/address"
    assert client.get(path).status_code == 410
    assert ask(client, path).status_code == 410
    assert states() == []


def test_unknown_answer(client):
    assert client.get("/en/address-changes/answers/other").status_code == 404


def test_cross_site_posts_are_refused(client, petition):
    change_id = confirmed()
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{link(change_id, to_old=True)}/stop", headers=headers).status_code == 403
    assert states() == ["waiting"]

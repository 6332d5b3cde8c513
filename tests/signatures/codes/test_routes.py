"""Tests of codes to type: each opens what the link in the same email opens, and nothing else."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.exc import OperationalError

from campaign.extensions import db, write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.signatures.codes import routes
from campaign.signatures.jobs import remind
from campaign.switches.operations import switch_off
from campaign.switches.state import forget_switches
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    TEO,
    code,
    columns_of_rows,
    confirm,
    confirm_form,
    enter_code,
    form_code,
    form_link,
    forms,
    hatch_now,
    link,
    row,
    sign,
    sign_and_hatch,
    withdraw,
)
from tests.page_parts import alerts, tree, values, wrong_fields

EMAIL = AMALIA["email"]
DAY = timedelta(days=1)


def state_of(answer):
    """Return the state of the page of the code: `new`, `invalid`, `wrong`, `limited` or `busy`."""
    [state] = values(answer, "data-code-page")
    return state


def typed_in(answer, name):
    [value] = tree(answer).xpath(f"//main//input[@name='{name}']/@value") or [""]
    return value


def assert_wrong(answer):
    assert (answer.status_code, state_of(answer)) == (422, "wrong")
    assert alerts(answer) == ["danger"]
    assert wrong_fields(answer).keys() == {"code"}


def test_code_opens_the_page_of_the_link_and_changes_nothing(client, petition):
    signature_id = sign(petition)
    before = columns_of_rows()
    answer = enter_code(client, EMAIL, code(signature_id))
    assert (answer.status_code, answer.location) == (303, link("confirm", signature_id))
    assert client.get(answer.location).status_code == 200
    assert columns_of_rows() == before
    assert client.post(answer.location).status_code == 303
    assert row(signature_id).state == "confirmed"


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_page_of_the_code_and_the_next_one_have_the_same_language(client, petition, lang):
    signature_id = sign(petition, lang="fr")
    assert client.get(f"/{lang}/c").status_code == 200
    answer = enter_code(client, EMAIL, code(signature_id), lang=lang)
    assert answer.location == link("confirm", signature_id, lang)


def test_short_address_redirects_to_the_readers_language(client, app):
    answer = client.get("/c", headers={"Accept-Language": "es-MX"})
    assert (answer.status_code, answer.location) == (302, "/es/c")
    assert client.get("/en/c/").location == "/en/c"
    assert client.get("/xx/c").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda text: f"  {text}\n",
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " "),
        lambda text: text.replace("-", "\u2013"),
        " ".join,
        lambda text: text.replace("0", "O").replace("1", "I"),
        lambda text: text.replace("0", "o").replace("1", "l"),
    ],
)
def test_code_may_be_typed_in_any_way(client, petition, change):
    signature_id = sign(petition)
    answer = enter_code(client, EMAIL, change(code(signature_id)))
    assert answer.location == link("confirm", signature_id)


@pytest.mark.parametrize("email", ["Amalia@Rosales.Example", f" {EMAIL} ", f"<{EMAIL}>"])
def test_address_may_be_typed_in_any_way(client, petition, email):
    signature_id = sign(petition)
    assert enter_code(client, email, code(signature_id)).status_code == 303


def test_code_works_only_with_the_address_that_it_was_sent_to(client, petition):
    signature_id = sign(petition)
    sign(petition, ODILE)
    assert_wrong(enter_code(client, ODILE["email"], code(signature_id)))
    assert_wrong(enter_code(client, "nobody@kwan.example", code(signature_id)))


def test_code_of_one_petition_does_not_open_another(client, petition):
    first = sign(petition)
    second = sign(make_petition("law", cause_id=petition.cause_id))
    assert code(first) != code(second)
    assert enter_code(client, EMAIL, code(second)).location == link("confirm", second)


def test_code_that_was_used_leads_where_its_link_leads(client, petition):
    signature_id = sign_and_hatch(petition)
    for _ in range(2):
        answer = enter_code(client, EMAIL, code(signature_id))
        assert answer.location == link("confirm", signature_id)
    assert "/signatures/hatched/" in client.get(answer.location).location


def test_two_tabs_confirm_once(client, petition):
    signature_id = sign(petition)
    tabs = [enter_code(client, EMAIL, code(signature_id)).location for _ in range(2)]
    assert len(set(tabs)) == 1
    first, second = (client.post(tab) for tab in tabs)
    assert (first.status_code, first.location) == (second.status_code, second.location)


def test_each_code_confirms_the_form_that_it_was_sent_for(client, petition):
    signature_id = sign(petition, comment="First")
    sign(petition, comment="Second")
    [form] = forms()
    assert form_code(form) != code(signature_id)
    assert enter_code(client, EMAIL, code(signature_id)).location == link("confirm", signature_id)
    later = enter_code(client, EMAIL, form_code(form))
    assert later.location == form_link(form)
    client.post(later.location)
    assert row(signature_id).comment == "Second"


def test_code_of_a_form_beside_the_confirmed_one_says_so(client, petition):
    signature_id = sign(petition, comment="First")
    sign(petition, comment="Second")
    [form] = forms()
    confirm(signature_id)
    answer = enter_code(client, EMAIL, form_code(form))
    assert answer.location == form_link(form)
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "/signatures/hatched/" not in page.text
    confirmed = row(signature_id)
    assert confirmed.comment == "First"


def test_codes_of_two_people_at_one_address_open_their_own(client, shared_petition):
    amalia, teo = sign(shared_petition), sign(shared_petition, TEO)
    assert amalia != teo
    for signature_id in (amalia, teo):
        answer = enter_code(client, EMAIL, code(signature_id))
        assert answer.location == link("confirm", signature_id)


def test_code_of_another_spelling_of_the_mailbox_opens_its_form(client, petition):
    sign(petition, email="vera@yahoo.com")
    sign(petition, ODILE, email="vera-x9@yahoo.com")
    [form] = forms()
    assert enter_code(client, "vera-x9@yahoo.com", form_code(form)).location == form_link(form)


def test_code_ends_when_its_signature_is_withdrawn(client, petition):
    signature_id = sign_and_hatch(petition)
    sent = code(signature_id)
    withdraw(signature_id)
    assert_wrong(enter_code(client, EMAIL, sent))


def test_form_sent_after_withdrawing_has_a_code_that_works(client, petition):
    signature_id = sign_and_hatch(petition)
    withdraw(signature_id)
    sign(petition, comment="Again", now=utcnow() + timedelta(minutes=2))
    [form] = forms()
    answer = enter_code(client, EMAIL, form_code(form))
    assert answer.location == form_link(form)
    assert_wrong(enter_code(client, EMAIL, code(signature_id)))


def test_code_of_an_erased_signature_opens_nothing(client, petition):
    pending, withdrawn = sign(petition), sign_and_hatch(petition, ODILE)
    sent = code(pending), code(withdrawn)
    withdraw(withdrawn)
    hatch_now()
    for signature_id, person in ((pending, AMALIA), (withdrawn, ODILE)):
        path = f"{link('mine', signature_id)}/{signature_id}/erase"
        assert client.post(path).status_code == 303
        assert_wrong(enter_code(client, person["email"], sent[0]))
        sent = sent[1:]


def test_code_expires_with_its_link(client, petition):
    signature_id = sign(petition, now=utcnow() - 8 * DAY)
    assert client.get(link("confirm", signature_id)).status_code == 410
    assert_wrong(enter_code(client, EMAIL, code(signature_id)))
    client.post(link("confirm", signature_id), data={"again": "1"})
    assert enter_code(client, EMAIL, code(signature_id)).status_code == 303


def test_reminder_keeps_the_code_working(client, petition):
    signature_id = sign(petition, now=utcnow() - 2 * DAY)
    write(remind, now=utcnow())
    assert enter_code(client, EMAIL, code(signature_id)).status_code == 303


def test_held_signature_is_opened_like_any_other(client, petition):
    held = sign(petition, held_reason="hidden_field")
    free = sign(petition, ODILE)
    answers = [
        enter_code(client, person["email"], code(signature_id))
        for person, signature_id in ((AMALIA, held), (ODILE, free))
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    client.post(answers[0].location)
    assert row(held).state == "held"
    assert enter_code(client, EMAIL, code(held)).location == link("confirm", held)


def test_code_works_after_the_petition_has_closed(client, petition):
    signature_id = sign(petition)
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    assert enter_code(client, EMAIL, code(signature_id)).status_code == 303


def test_code_works_while_signing_is_switched_off(client, petition):
    signature_id = sign(petition)
    write(switch_off, name="signing", now=utcnow())
    forget_switches()
    answer = enter_code(client, EMAIL, code(signature_id))
    assert client.post(answer.location).status_code == 303
    assert row(signature_id).state == "confirmed"


def test_address_bar_never_holds_the_code(client, petition):
    signature_id = sign(petition)
    sent = code(signature_id)
    page = client.get("/en/c", query_string={"email": EMAIL, "code": sent})
    assert (page.status_code, state_of(page)) == (200, "new")
    assert (typed_in(page, "email"), typed_in(page, "code")) == ("", "")
    assert sent not in enter_code(client, EMAIL, sent).location
    assert row(signature_id).state == "pending"


def test_form_posts_only_to_the_page_of_the_code(client, petition):
    for path in ("/es/c", "/es/petitions/home/thanks", "/embed/petitions/home/thanks?lang=es"):
        page = client.get(path)
        [form] = tree(page).xpath("//form[.//input[@name='code']]")
        assert (form.get("method"), form.get("action")) == ("post", "/es/c")
        [field] = form.xpath(".//input[@name='code']")
        assert field.get("autocomplete") == "one-time-code"
        assert field.get("autocapitalize") == "characters"
        assert field.get("inputmode") == "text"


def test_page_of_the_code_is_public_and_sets_no_cookie(client, app):
    page = client.get("/en/c")
    assert page.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in page.headers


def test_answers_are_not_cached(client, petition):
    for sent in ("", "K7M2-9QXW"):
        headers = enter_code(client, EMAIL, sent).headers
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("email", "sent", "wrong"),
    [
        ("", "", {"email", "code"}),
        ("amalia@rosales", "K7M2-9QXW", {"email"}),
        (EMAIL, "K7M2", {"code"}),
        (EMAIL, "K7M2-9QXW-K7M2", {"code"}),
        (EMAIL, "-" * 9, {"code"}),
        (EMAIL, "K" * 5000, {"code"}),
    ],
)
def test_mistake_is_explained_at_its_field_and_input_is_kept(client, app, email, sent, wrong):
    answer = enter_code(client, email, sent)
    assert (answer.status_code, state_of(answer)) == (422, "invalid")
    assert wrong_fields(answer).keys() == wrong
    assert (typed_in(answer, "email"), typed_in(answer, "code")) == (email, sent)


def test_wrong_code_keeps_what_was_typed(client, app):
    answer = enter_code(client, EMAIL, "k7m2 9qxw")
    assert_wrong(answer)
    assert (typed_in(answer, "email"), typed_in(answer, "code")) == (EMAIL, "k7m2 9qxw")


def test_database_away_keeps_what_was_typed(client, petition, monkeypatch):
    sent = code(sign(petition))

    def fail(*_, **__):
        raise OperationalError("select", None, Exception("the database is away"))

    monkeypatch.setattr(routes, "confirmable_by_code", fail)
    answer = enter_code(client, EMAIL, sent)
    assert (answer.status_code, state_of(answer)) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert (typed_in(answer, "email"), typed_in(answer, "code")) == (EMAIL, sent)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}],
)
def test_page_of_another_site_cannot_send_a_code(client, petition, headers):
    sent = code(sign(petition))
    assert enter_code(client, EMAIL, sent, headers=headers).status_code == 403


def test_hostile_input_gets_an_answer(client, petition):
    sign(petition)
    dice = Random(7)
    pieces = (
        *("K7M2", "-", "O", "\0", "\ud800", "\u202e", "\U0001f98b", "'", '"><fuzz>', "{{7*7}}"),
        *("\uff2b", "٣", "ß", "ı", "%00", "\r\n", "@", ".", "a@b.mx", EMAIL, " " * 50, "Z" * 300),
    )
    statuses = set()
    for _ in range(300):
        email, sent = (
            "".join(dice.choices(pieces, k=dice.randint(0, 6))).encode(errors="replace").decode()
            for _ in range(2)
        )
        answer = enter_code(client, dice.choice([email, EMAIL]), dice.choice([sent, "K7M29QXW"]))
        statuses.add(answer.status_code)
        assert "<fuzz>" not in answer.text
    assert statuses == {422, 429}


@pytest.mark.parametrize(
    "body", [b"", b"email", b"email=%ff&code=%ff", b"code=1&code=2&email=&email="]
)
def test_odd_body_gets_an_answer(client, app, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/en/c", data=body, headers=headers).status_code == 422
    assert client.post("/en/c", json={"email": EMAIL, "code": "K7M29QXW"}).status_code == 422


def test_row_with_a_reused_id_does_not_open_for_another_address(client, petition):
    """After a backup is restored, a new signature may get the id of a lost one."""
    signature_id = sign(petition)
    lost = code(signature_id)
    db.session.rollback()
    write(lambda: db.session.delete(row(signature_id)))
    other = sign(petition, ODILE)
    write(
        lambda: db.session.execute(
            db.text(f"update signature set id = {signature_id} where id = {other}")
        )
    )
    assert_wrong(enter_code(client, EMAIL, lost))
    assert_wrong(enter_code(client, ODILE["email"], lost))


def test_confirmed_later_form_opens_its_number(client, petition):
    sign(petition, comment="First")
    sign(petition, comment="Second")
    [form] = forms()
    sent = form_code(form)
    confirm_form(form)
    hatch_now()
    answer = enter_code(client, EMAIL, sent)
    assert "/signatures/hatched/" in client.get(answer.location).location

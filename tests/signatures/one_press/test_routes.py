"""Tests of the one-press page: what it shows, to whom, and when it signs nothing."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from campaign.extensions import db, write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.security.secret_key import secret_key
from campaign.security.tokens import base36, make_token
from campaign.signatures import tokens
from campaign.signatures.erasure import erase_one
from campaign.signatures.models import NAME_DISPLAYS
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.signing import abuse_limits
from campaign.surge.levels import SurgeLevel
from campaign.surge.state import MAX_SIGNINGS_AT_ONCE, STATE
from campaign.switches.operations import switch_off
from campaign.switches.state import forget_switches
from tests.factories.causes import make_cause
from tests.factories.letter_actions import make_letter_action
from tests.factories.one_press import press, press_path, signer, state_of
from tests.factories.organisations import make_organisation
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    columns_of_rows,
    owned,
    row,
    rows,
    withdraw,
)
from tests.page_parts import alerts, links, sends_to, tree, values, wrong_fields

QUESTION = {
    "name": "role",
    "type": "choice",
    "label": {"en": "Who are you?"},
    "required": True,
    "choices": {"en": ["A neighbour", "A visitor"]},
}


def set_petition(petition, **columns):
    def change_it():
        found = db.session.get(Petition, petition.id)
        for name, value in columns.items():
            setattr(found, name, value)

    write(change_it)


def close(petition):
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())


def test_page_shows_petition_notice_and_button_and_signs_nothing(client, following, path):
    before = columns_of_rows()
    page = client.get(path)
    assert page.status_code == 200
    assert state_of(page) == "ready"
    assert sends_to(page)[-1] == path
    assert values(page, "data-signer") == [""]
    assert tree(page).find_class("petition-body")
    assert tree(page).find_class("privacy-notice")
    assert columns_of_rows() == before
    client.head(path)
    assert columns_of_rows() == before


def test_page_is_private_and_its_code_goes_nowhere(client, path):
    for answer in (client.get(path), press(client, path)):
        assert path.rpartition("/")[2] not in (answer.location or "")
        if answer.status_code == 200:
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["X-Robots-Tag"] == "noindex"
            assert 'name="robots" content="noindex"' in answer.text
        assert not answer.headers.getlist("Set-Cookie")


def test_forwarded_email_shows_only_given_name_and_initial(client, signed, following, path):
    change(signed, comment="A secret comment")
    page = client.get(path).text
    shown = page.replace("Amalia\u00a0R.", "")
    for text in (*AMALIA.values(), "A secret comment"):
        assert text == "CA" or text not in shown, text
    assert "a•••@rosales.example" in page
    assert f"/en/petitions/{following.slug}#sign" in links(page)


@pytest.mark.parametrize(
    "later",
    [
        lambda _: None,
        withdraw,
        lambda target: change(target, state="held", held_reason="no_proof"),
        lambda target: change(target, state="counted", number=7, hatched_at=utcnow()),
        lambda target: write(
            owner_operations.correct, **owned(target), now=utcnow(), given_name="Ana"
        ),
        lambda target: write(erase_one, signature_id=target),
    ],
    ids=["confirmed", "withdrawn", "held", "counted", "corrected", "erased"],
)
def test_page_is_the_same_for_someone_who_has_signed(client, petition, signed, later):
    following = make_petition(
        "law", cause_id=petition.cause_id, required_fields=["country", "postal_code"]
    )
    # What the page shows of the earlier signature differs from the later one in each way.
    change(signed, confirmed_at=utcnow() - timedelta(days=10), country="", postal_code="")
    path = press_path(signed, following)

    def shown():
        answers = [client.get(path), press(client, path), press(client, path, version=9)]
        return [(answer.status_code, answer.text) for answer in answers]

    before = shown()
    assert [status for status, _ in before] == [200, 422, 409]
    later(signer(following, name_display="counted"))
    assert shown() == before


def test_link_from_the_petition_itself_shows_the_signature_that_it_names(client, petition, signed):
    assert "Amalia" in client.get(press_path(signed, petition)).text


@pytest.mark.parametrize("known", NAME_DISPLAYS)
def test_name_is_never_shown_more_than_before(client, signed, following, path, known):
    change(signed, name_display=known)
    offered = tree(client.get(path)).xpath("//input[@name='name_display']")
    choices = NAME_DISPLAYS[NAME_DISPLAYS.index(known) :]
    assert [item.get("value") for item in offered] == (list(choices) if known != "counted" else [])
    assert [item.get("value") for item in offered if item.get("checked") is not None] in (
        [known],
        [],
    )
    press(client, path, name_display="full")
    assert rows()[-1].name_display == known


def test_news_are_not_checked_in_advance(client, signed, path):
    change(signed, subscribe=True)
    [box] = tree(client.get(path)).xpath("//input[@name='subscribe']")
    assert box.get("checked") is None


def test_what_the_petition_also_needs_is_asked_and_kept_on_error(client, petition, signed):
    following = make_petition(
        "law", cause_id=petition.cause_id, required_fields=["postal_code", "comment"]
    )
    set_petition(following, questions=[QUESTION])
    change(signed, country="", postal_code="")
    path = press_path(signed, following)
    page = client.get(path)
    assert {
        name
        for name in ("family_name", "country", "postal_code", "comment", "answers-role")
        if tree(page).xpath(f"//*[@name='{name}']")
    } == {"country", "postal_code", "comment", "answers-role"}
    assert not alerts(page)
    entered = {"country": "CA", "postal_code": "nonsense", "comment": "Please"}
    refused = press(client, path, **entered)
    assert refused.status_code == 422
    assert wrong_fields(refused).keys() == {"postal_code", "answers-role"}
    assert "Please" in refused.text and "nonsense" in refused.text
    assert len(rows()) == 1
    answer = press(
        client, path, **{**entered, "postal_code": "h2x1y4", "answers-role": "A neighbour"}
    )
    assert answer.status_code == 303
    made = rows()[-1]
    assert (made.country, made.postal_code, made.comment) == ("CA", "H2X 1Y4", "Please")
    assert made.answers == {"role": "A neighbour"}


def test_family_name_is_asked_only_if_it_is_needed_and_unknown(client, petition):
    signed = signer(petition, family_name="", name_display="full")
    following = make_petition(
        "law", cause_id=petition.cause_id, required_fields=["family_name", "country"]
    )
    path = press_path(signed, following)
    page = client.get(path)
    assert tree(page).xpath("//input[@name='family_name']")
    assert not tree(page).xpath("//*[@name='country']")
    refused = press(client, path)
    assert (refused.status_code, [*wrong_fields(refused)]) == (422, ["family_name"])
    answer = press(client, path, family_name="Rosales")
    assert answer.status_code == 303
    assert rows()[-1].full_name == "Amalia Rosales"
    assert press(client, path, family_name="rosales").location == answer.location
    assert press(client, path, family_name="Kwan").status_code == 409
    assert len(rows()) == 2


def test_link_with_an_invalid_name_opens_the_ordinary_form(client, signed, following, path):
    change(signed, given_name="https://spam.example")
    for answer in (client.get(path), press(client, path)):
        assert answer.status_code == 410
        assert state_of(answer) == "void"
        assert "spam" not in answer.text
    assert len(rows()) == 1


def test_fields_that_were_not_asked_change_nothing(client, following, path):
    forged = {**ODILE, "comment": "x", "answers-role": "y", "family_name": "Kwan"}
    assert press(client, path, **forged).status_code == 303
    made = rows()[-1]
    assert [getattr(made, name) for name in AMALIA] == list(AMALIA.values())
    assert made.comment == ""


def test_changed_text_is_shown_again_before_it_is_signed(client, following, path):
    new_version(following)
    answer = press(client, path, version=1)
    assert answer.status_code == 409
    assert state_of(answer) == "changed"
    assert alerts(answer) == ["waiting"]
    assert f"/en/petitions/{following.slug}/versions/1" in links(answer)
    assert len(rows()) == 1
    assert press(client, path, version=2).status_code == 303
    assert rows()[-1].version_id == max(
        version.id for version in db.session.get(Petition, following.id).versions
    )


@pytest.mark.parametrize("version", ["", "0", "-1", "9" * 30, "x", "2"])
def test_unknown_version_is_not_signed(client, path, version):
    answer = press(client, path, version=version)
    assert answer.status_code == 409
    assert state_of(answer) == "changed"
    assert len(rows()) == 1


def test_closed_petition_says_so(client, following, path):
    close(following)
    assert client.get(path).status_code == 410
    answer = press(client, path)
    assert answer.status_code == 410
    assert tree(answer).xpath("//*[@id='sign' and @data-state='closed']")
    assert len(rows()) == 1


def test_archived_petition_says_so(client, following, path):
    write(petition_life_cycle.archive, row_id=following.id, now=utcnow())
    assert client.get(path).status_code == 410
    assert press(client, path).status_code == 410


def test_petition_that_is_not_open_yet_says_so(client, following, path):
    set_petition(following, opens_at=utcnow() + timedelta(days=1))
    assert client.get(path).status_code == 409
    answer = press(client, path)
    assert answer.status_code == 409
    assert tree(answer).xpath("//*[@id='sign' and @data-state='not_yet']")
    assert len(rows()) == 1


def test_unpublished_petition_is_unknown(client, following, path):
    set_petition(following, state="draft")
    assert client.get(path).status_code == 404
    assert press(client, path).status_code == 404


def test_paused_signing_says_so_and_stores_nothing(client, following, path):
    write(switch_off, name="signing", now=utcnow(), organisation_id=None)
    forget_switches()
    assert client.get(path).status_code == 200
    answer = press(client, path)
    assert answer.status_code == 503
    assert alerts(answer) == ["waiting"]
    assert len(rows()) == 1


def test_expired_link_opens_the_ordinary_form(client, signed, following):
    path = press_path(signed, following, days=-2)
    for answer in (client.get(path), press(client, path)):
        assert answer.status_code == 410
        assert state_of(answer) == "ended"
        assert f"/en/petitions/{following.slug}" in links(answer)
        assert "Amalia" not in answer.text
    assert len(rows()) == 1


def _void(client, following, path):
    for answer in (client.get(path), press(client, path)):
        assert answer.status_code == 410
        assert state_of(answer) == "void"
        assert f"/en/petitions/{following.slug}" in links(answer)
        assert "Amalia" not in answer.text
    return [item for item in rows() if item.petition_id == following.id]


def test_link_of_a_withdrawn_signature_signs_nothing(client, signed, following, path):
    withdraw(signed)
    assert not _void(client, following, path)


def test_link_of_a_signature_of_another_organisation_signs_nothing(client, following, path):
    elsewhere = make_cause("river", organisation_id=make_organisation("b").id)
    set_petition(following, cause_id=elsewhere.id)
    assert not _void(client, following, path)


def _unknown(client, path):
    for answer in (client.get(path), press(client, path)):
        assert answer.status_code == 404
        assert state_of(answer) == "unknown"


def test_link_of_an_erased_signature_is_unknown(client, signed, path):
    write(erase_one, signature_id=signed)
    _unknown(client, path)
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "amalia@elsewhere.example"},
        {"email_digest": b"x" * 32},
        {"person_digest": b"x" * 32},
    ],
)
def test_link_ends_when_address_or_person_changes(client, signed, path, changed):
    change(signed, **changed)
    _unknown(client, path)


def test_link_ends_when_the_name_is_corrected(client, signed, path):
    write(owner_operations.correct, **owned(signed), now=utcnow(), given_name="Ana")
    _unknown(client, path)


def test_upper_case_of_the_address_does_not_matter(client, signed, path):
    change(signed, email="Amalia@Rosales.example")
    assert client.get(path).status_code == 200


def test_code_for_one_petition_opens_no_other(client, petition, signed, path):
    other = make_petition("air", cause_id=petition.cause_id)
    code = path.rpartition("/")[2]
    _unknown(client, path.replace(code, f"{base36(other.id)}.{code.partition('.')[2]}"))


def test_code_works_for_its_purpose_only(client, signed, following, path):
    code = path.rpartition("/")[2]
    inner = code.partition(".")[2]
    for address in ("confirm", "mine", "hatched"):
        for token in (code, inner, inner.rpartition(".")[0]):
            assert client.get(f"/en/signatures/{address}/{token}").status_code == 404
    for purpose in (tokens.CONFIRM, tokens.MINE, tokens.RECEIPT):
        other = tokens.token_for(purpose, row(signed))
        _unknown(client, f"/en/signatures/next/{base36(following.id)}.{other}")
        _unknown(client, f"/en/signatures/next/{other}")


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    "change_code",
    [
        lambda code: code[:-1],
        lambda code: code + "9",
        lambda code: code[::-1],
        lambda code: code.upper(),
        lambda code: "0" + code,
        lambda code: code.replace(".", "..", 1),
        lambda code: code.replace(".", ".0", 1),
        lambda code: code.rpartition(".")[0],
        lambda code: code.rpartition(".")[0] + ".999999",
        lambda code: code.rpartition(".")[0] + ".٢٠٧٩٤",
        lambda code: "zzzzzzzzzzzzz." + code.partition(".")[2],
        lambda code: "zzzzzzzzzzzzzz." + code.partition(".")[2],
        lambda code: "é." + code.partition(".")[2],
        lambda code: "x",
        lambda code: ".",
        lambda code: "...",
        lambda code: "1." + "zzzzzzzzzzzzz." + "a" * 20 + ".20000",
        lambda code: "a" * 5000,
        lambda code: code + "%0a",
    ],
)
def test_forged_code_is_unknown(client, path, change_code):
    code = path.rpartition("/")[2]
    _unknown(client, path.replace(code, change_code(code)))
    assert len(rows()) == 1


def test_code_made_without_the_seal_is_unknown(client, signed, following):
    plain = make_token(secret_key(), f"sign:{following.id}:20000", signed)
    _unknown(client, f"/en/signatures/next/{base36(following.id)}.{plain}.20000")


def test_letter_opens_its_own_form_and_nothing_is_signed(client, app):
    letter = make_letter_action()
    signed = signer(make_petition(cause_id=letter.cause_id))
    path = press_path(signed, letter)
    before = columns_of_rows()
    for answer in (client.get(path), press(client, path)):
        assert answer.status_code == 303
        assert answer.location == f"/en/actions/{letter.slug}"
    assert columns_of_rows() == before


def test_too_many_presses_from_one_network_are_refused(client, petition, signed, monkeypatch):
    monkeypatch.setattr(
        abuse_limits, "site_settings", lambda: SimpleNamespace(sign_limit="2 per minute")
    )
    answers = [
        press(
            client,
            press_path(signed, make_petition(f"p{n}", cause_id=petition.cause_id)),
            address="203.0.113.7",
        ).status_code
        for n in range(3)
    ]
    assert answers == [303, 303, 429]


def test_press_without_a_proof_in_a_rush_is_held(client, app, following, path, monkeypatch):
    monkeypatch.setitem(app.config, "PRESSURE_PER_MINUTE", 1)
    signer(following, ODILE)
    abuse_limits.admit_signing("203.0.113.8", following.id)
    assert press(client, path, address="203.0.113.7").status_code == 303
    assert (rows()[-1].state, rows()[-1].held_reason) == ("held", "no_proof")


def test_busy_site_keeps_what_was_entered_and_asks_to_try_again(app, client, path):
    state = app.extensions[STATE]
    state.set_shared(SurgeLevel.SIGNING_RETRIES)
    for _ in range(MAX_SIGNINGS_AT_ONCE):
        state.begin_signing()
    answer = press(client, path, subscribe="y", name_display="counted")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"])
    assert answer.headers["Cache-Control"] == "no-store"
    sent = dict(
        zip(
            tree(answer).xpath("//form//input/@name"),
            tree(answer).xpath("//form//input/@value"),
            strict=True,
        )
    )
    assert len(rows()) == 1
    state.set_shared(SurgeLevel.NONE)
    [action] = sends_to(answer)
    assert client.post(action, data=sent).status_code == 303
    made = rows()[-1]
    assert (made.state, made.subscribe, made.name_display) == ("confirmed", True, "counted")


def test_database_that_is_away_stores_nothing_and_says_so(client, path, monkeypatch):
    def fail(*_, **__):
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr("campaign.signatures.one_press.routes.write", fail)
    answer = press(client, path)
    assert answer.status_code == 503
    assert alerts(answer) == ["danger"]
    assert len(rows()) == 1


def test_press_from_another_site_is_refused(client, path):
    answer = client.post(path, data={"version": 1}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert len(rows()) == 1


@pytest.mark.parametrize("source", ["next-mine", "m12", "Ünknown code", "x" * 41])
def test_source_code_is_kept_only_if_it_is_one(client, signed, following, source):
    page = client.get(press_path(signed, following), query_string={"source": source})
    [sent] = tree(page).xpath("//input[@name='source']/@value")
    press(client, press_path(signed, following), source=sent)
    assert rows()[-1].source == (source if source in ("next-mine", "m12") else "")

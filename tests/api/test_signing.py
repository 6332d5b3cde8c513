"""Tests of signatures that partners send with an API key."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.accounts.audit import entries
from campaign.api.jobs import MAX_REPEATS, watch_keys
from campaign.api.models import ApiKey, ApiPost
from campaign.api.operations import make_key, note_post, revoke_key
from campaign.extensions import db, write
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures.counting.groups import set_quiet
from campaign.signatures.moderation.rules import create_rule, switch_on
from tests.factories.causes import make_cause
from tests.factories.letters import STORY, letters, make_letter_action, target_ids
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    answer_now,
    confirm,
    hatch_now,
    queued_emails,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

HOME = "/api/v1/petitions/home/signatures"


@pytest.fixture
def key(petition):
    return make(petition.cause_id)


@pytest.fixture
def trusted(petition):
    return make(petition.cause_id, is_trusted=True)


def make(cause_id, *, is_trusted=False):
    """Return (id of a new key, the key)."""
    made, secret = write(
        make_key,
        cause_id=cause_id,
        name="Friends of the Valley",
        is_trusted=is_trusted,
        now=utcnow(),
    )
    return made.id, secret


def send(client, key, values=AMALIA, path=HOME, **options):
    return client.post(path, json=values, headers={"Authorization": f"Bearer {key[1]}"}, **options)


def test_partner_signature_waits_for_confirmation_by_its_supporter(client, key):
    answer = send(
        client,
        key,
        {**AMALIA, "name_display": "full", "subscribe": True, "tell_answer": True, "lang": "es"},
    )
    assert (answer.status_code, answer.json) == (201, {"status": "pending"})
    [signature] = rows()
    assert (signature.state, signature.evidence, signature.source) == (
        "pending",
        "email",
        "api-friends-of-the-valley",
    )
    assert (
        signature.lang,
        signature.name_display,
        signature.subscribe,
        signature.tell_answer,
        signature.address_digest,
    ) == ("es", "full", True, True, None)
    assert queued_emails() == [("signature_confirmation", signature.id, "es")]


def test_trusted_partner_signature_counts_within_a_day_and_supporter_is_told(client, trusted):
    answer = send(client, trusted, {**AMALIA, "source": "street"})
    assert (answer.status_code, answer.json) == (201, {"status": "taken"})
    hatch_now()
    [signature] = rows()
    assert (signature.state, signature.number) == ("confirmed", None)
    hatch_now(now=utcnow() + timedelta(days=1))
    [signature] = rows()
    assert (signature.state, signature.evidence, signature.number, signature.source) == (
        "counted",
        "api",
        1,
        "street",
    )
    assert queued_emails() == [("signature_passed_on", signature.id, "en")]


@pytest.mark.parametrize("stands", ["pending", "counted", "withdrawn"])
def test_repeat_gets_the_same_answer_and_its_supporter_an_email(client, petition, trusted, stands):
    earlier = sign(petition) if stands == "pending" else sign_and_hatch(petition)
    if stands == "withdrawn":
        withdraw(earlier)
    answer = send(client, trusted)
    assert (answer.status_code, answer.json) == (201, {"status": "taken"})
    answer_now()
    hatch_now()
    [signature] = rows()
    assert (signature.id, signature.evidence) == (earlier, "email")
    # After a withdrawal nothing changes until the supporter confirms the new form.
    assert signature.state == stands


def test_count_does_not_reveal_to_a_partner_who_had_signed(client, petition, trusted):
    sign_and_hatch(petition)
    counts = []
    for values in (AMALIA, ODILE, AMALIA):
        assert send(client, trusted, values).json == {"status": "taken"}
        answer_now()
        hatch_now()
        counts.append(client.get("/causes/valley/pulse.json").json["count"])
    assert counts == [1, 1, 1]


def test_supporter_confirms_partner_signatures_of_a_quiet_petition(client, petition, trusted):
    write(set_quiet, petition_id=petition.id, is_quiet=True, now=utcnow())
    assert send(client, trusted).json == {"status": "taken"}
    [signature] = rows()
    assert (signature.state, signature.evidence) == ("pending", "email")
    assert queued_emails() == [("signature_confirmation", signature.id, "en")]


def repeat(key, many, *, at, is_repeat=True):
    for _ in range(many):
        write(note_post, key_id=key[0], is_repeat=is_repeat, now=at)


def test_partner_with_many_repeats_loses_trust_without_noticing(client, petition, trusted):
    now = utcnow()
    repeat(trusted, MAX_REPEATS, at=now)
    assert write(watch_keys, now=now) == 0
    sign_and_hatch(petition)
    send(client, trusted)
    assert write(watch_keys, now=now) == 1
    assert write(watch_keys, now=now) == 0
    assert [entry.action for entry in entries(subject=("api_key", trusted[0]))] == ["keys.doubt"]
    assert send(client, trusted, ODILE).json == {"status": "taken"}
    assert (rows()[-1].state, rows()[-1].evidence) == ("pending", "email")


def test_large_partner_may_send_some_repeats(trusted):
    now = utcnow()
    repeat(trusted, MAX_REPEATS + 1, at=now)
    repeat(trusted, 4 * MAX_REPEATS, at=now, is_repeat=False)
    assert write(watch_keys, now=now) == 0


def test_repeats_are_forgotten_after_a_day(trusted):
    now = utcnow()
    repeat(trusted, 2 * MAX_REPEATS, at=now - timedelta(days=1))
    assert write(watch_keys, now=now) == 0
    assert db.session.scalars(select(ApiPost)).all() == []


def test_moderation_rule_holds_trusted_partner_signatures(client, petition, trusted):
    rule = write(
        create_rule,
        cause_id=petition.cause_id,
        petition_id=None,
        kind="mail_domain",
        pattern="rosales.example",
        note="",
    )
    write(switch_on, rule_id=rule.id, now=utcnow())
    send(client, trusted)
    hatch_now()
    assert [(row.state, row.number) for row in rows()] == [("held", None)]


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", "Basic dm9s", "Bearer vol_ñ", "bearer " + "x" * 9000]
)
def test_signing_without_a_key_is_refused(client, petition, shown):
    answer = client.post(
        HOME, json=AMALIA, headers={"Authorization": shown.encode("utf-8").decode("latin-1")}
    )
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert rows() == []


def test_key_works_for_its_own_cause_until_revoked(client, petition, key):
    make_petition("other", cause_id=make_cause("other").id)
    assert send(client, key, path="/api/v1/petitions/other/signatures").status_code == 403
    assert send(client, key, path="/api/v1/petitions/nothing/signatures").status_code == 404
    write(revoke_key, key_id=key[0], now=utcnow())
    assert send(client, key).status_code == 401
    assert rows() == []


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({}, {"given_name", "email"}),
        ({"given_name": "Amalia", "email": "x"}, {"email"}),
        ({"given_name": 7, "email": ["a@b.example"]}, {"given_name", "email"}),
        ({"given_name": True, "email": True}, {"given_name", "email"}),
        ({**ODILE, "country": "XX"}, {"country"}),
        ({**ODILE, "name_display": "loud"}, {"name_display"}),
    ],
)
def test_invalid_values_are_reported_by_field(client, key, words, fields):
    answer = send(client, key, words)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set(answer.json["errors"]) == fields
    assert rows() == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"answers": 1}', "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_body_that_is_no_json_object_is_refused(client, key, body, kind, status):
    answer = client.post(
        HOME, data=body, content_type=kind, headers={"Authorization": f"Bearer {key[1]}"}
    )
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_custom_questions_are_answered(client, app):
    label = {"en": "How far?"}
    question = {
        "name": "scale",
        "type": "choice",
        "label": label,
        "choices": {"en": ["near", "far"]},
        "required": True,
    }
    petition = make_petition(questions=[question])
    key = make(petition.cause_id)
    assert set(send(client, key).json["errors"]) == {"answers-scale"}
    assert send(client, key, {**AMALIA, "answers": {"scale": "far"}}).status_code == 201
    assert rows()[0].answers == {"scale": "far"}


@pytest.mark.parametrize(("settings", "status"), [({"state": "closed"}, 410)])
def test_petition_that_takes_no_signatures_says_so(client, app, settings, status):
    petition = make_petition(**settings)
    answer = send(client, make(petition.cause_id))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_owner_creates_a_key_sees_it_once_and_revokes_it(client, petition, desk_of):
    desk = desk_of("owner", petition.cause_id)
    page = desk.post(
        "/organize/keys/", {"cause": petition.cause_id, "name": "Friends", "is_trusted": "y"}
    )
    assert page.status_code == 201
    secret = page.text.partition('class="key-secret">')[2].partition("<")[0]
    assert send(client, (0, secret)).json == {"status": "taken"}
    again = desk.get("/organize/keys/").text
    assert "Friends" in again
    shown = again.replace("<wbr>", "")
    assert "/api/v1/petitions/" in shown and "/api/v1/openapi.json" in shown
    assert secret not in again
    db.session.rollback()
    assert desk.post("/organize/keys/1/revoke").status_code == 303
    assert send(client, (0, secret)).status_code == 401
    assert [entry.action for entry in entries(action="keys")] == ["keys.revoke", "keys.create"]


def test_key_is_created_only_for_ones_own_cause(desk_of, petition):
    other = make_cause("other")
    desk = desk_of("owner", petition.cause_id)
    answer = desk.post("/organize/keys/", {"cause": other.id, "name": "Friends"})
    assert answer.status_code == 422


def test_key_use_is_recorded_once_an_hour(client, key, petition):
    def used_at():
        db.session.rollback()
        return db.session.get(ApiKey, key[0]).used_at

    assert used_at() is None
    send(client, key)
    first = used_at()
    assert utcnow() - first < timedelta(minutes=1)
    send(client, key, ODILE)
    assert used_at() == first
    earlier = first - timedelta(minutes=61)
    write(lambda: db.session.query(ApiKey).update({"used_at": earlier}))
    send(client, key, {**ODILE, "email": "wrong"})
    assert used_at() > earlier


@pytest.mark.parametrize(
    ("sent", "kept"), [(1, 1), (2, 2), (None, 2), (9, 2), ("1", 2), (True, 2), (2**70, 2)]
)
def test_partner_may_name_the_version_that_it_showed(client, petition, key, sent, kept):
    new_version(petition)
    assert send(client, key, {**AMALIA, "version": sent}).status_code == 201
    numbers = {version.id: version.number for version in petition_by_id(petition.id).versions}
    assert [numbers[row.version_id] for row in rows()] == [kept]


RIVER = "/api/v1/actions/river/responses"
LETTER = {**AMALIA, "answers": {"answer_1": STORY}, "shares_address": True}


@pytest.mark.parametrize("is_trusted", [False, True])
def test_letter_of_a_partner_waits_for_its_writer_even_with_a_trusted_key(client, app, is_trusted):
    action = make_letter_action(targets=2)
    chosen = target_ids(action)[1:]
    key = make(action.cause_id, is_trusted=is_trusted)
    answer = send(client, key, {**LETTER, "targets": chosen}, RIVER)
    assert (answer.status_code, answer.json) == (201, {"status": "pending"})
    [response] = rows()
    assert (response.state, response.evidence) == ("pending", "email")
    assert response.kind_data == {"targets": chosen, "shares_address": True}
    assert response.answers["answer_1"] == STORY
    hatch_now(now=utcnow() + timedelta(days=2))
    assert letters() == []
    confirm(response.id)
    hatch_now()
    assert [letter.profile_id for letter in letters()] == chosen


@pytest.mark.parametrize("targets", [[], ["nobody"], [987654], "all", [{"id": 1}]])
def test_letter_to_nobody_that_we_know_is_refused_at_the_field(client, app, targets):
    action = make_letter_action(targets=2)
    answer = send(client, make(action.cause_id), {**LETTER, "targets": targets}, RIVER)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["targets"]
    assert rows() == []


def test_letter_is_not_sent_as_a_signature_nor_the_other_way_round(client, petition, key):
    make_letter_action(cause_id=petition.cause_id)
    assert send(client, key, path="/api/v1/petitions/river/signatures").status_code == 404
    assert send(client, key, path="/api/v1/actions/home/responses").status_code == 404

"""Tests of an owner's settings for retention and for counting in groups."""

from campaign.accounts.audit import entries
from campaign.api.models import ApiKey
from campaign.api.operations import make_key
from campaign.extensions import db, write
from campaign.petitions.models import DEFAULT_RETENTION_DAYS
from campaign.petitions.operations import clone_petition
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures.counting.groups import set_quiet
from campaign.signatures.erasure import keeps_by_choice, set_retention
from tests.factories.signatures import confirm, hatch_now, row, sign
from tests.page_parts import alerts, values

RETENTION = "/organize/retention/home"


def now_of(petition):
    db.session.rollback()
    return petition_by_id(petition.id)


def keep_forever(petition):
    write(set_retention, petition_id=petition.id, days=None)


def test_new_petition_erases_data_some_time_after_its_end(desk_of, petition):
    assert now_of(petition).retention_days == DEFAULT_RETENTION_DAYS
    page = desk_of("owner", petition.cause_id).get(RETENTION).text
    assert f'value="{DEFAULT_RETENTION_DAYS}"' in page


def test_owner_is_asked_for_a_retention_until_they_choose(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    assert RETENTION not in desk.get("/organize/").text
    keep_forever(petition)
    assert RETENTION in desk.get("/organize/").text
    assert not keeps_by_choice(now_of(petition))
    assert desk.post(RETENTION, {"version": 2, "keeps": "forever", "days": ""}).status_code == 303
    assert keeps_by_choice(now_of(petition))
    [entry] = entries(action="retention.edit", subject=("petition", petition.id))
    assert entry.details == {"days": None, "before": None}


def test_owner_turns_the_quiet_count_on_and_off(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    assert desk.post(f"{RETENTION}/quiet", {"quiet": "y"}).status_code == 303
    assert now_of(petition).is_quiet
    waits = sign(petition)
    confirm(waits)
    hatch_now()
    assert alerts(desk.get(RETENTION))[-1] == "note"
    assert desk.post(f"{RETENTION}/quiet", {}).status_code == 303
    assert not now_of(petition).is_quiet
    hatch_now()
    assert row(waits).number == 1
    actions = [entry.action for entry in entries(subject=("petition", petition.id))]
    assert actions[:2] == ["petitions.loud", "petitions.quiet"]


def test_editor_cannot_turn_the_quiet_count_off(desk_of, petition):
    write(set_quiet, petition_id=petition.id, is_quiet=True, now=utcnow())
    assert desk_of("editor", petition.cause_id).post(f"{RETENTION}/quiet", {}).status_code == 403
    assert now_of(petition).is_quiet


def test_next_campaign_is_as_quiet_as_the_last(petition):
    write(set_quiet, petition_id=petition.id, is_quiet=True, now=utcnow())
    assert write(
        clone_petition, petition_id=petition.id, slug="next", cause_id=petition.cause_id
    ).is_quiet


def test_suspect_key_is_a_task_for_people_who_make_keys(desk_of, petition):
    key, _ = write(
        make_key, cause_id=petition.cause_id, name="Friends", is_trusted=True, now=utcnow()
    )
    desk = desk_of("owner", petition.cause_id)
    assert "Friends" not in desk.get("/organize/").text
    write(lambda: db.session.query(ApiKey).filter_by(id=key.id).update({"distrusted_at": utcnow()}))
    assert "Friends" in desk.get("/organize/").text
    assert values(desk.get("/organize/keys/"), "data-doubted") == [""]

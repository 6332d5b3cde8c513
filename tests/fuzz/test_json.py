"""Tests of JSON sent by programs: partners with a key, and tablets with their secret."""

from tests.factories.kiosks import AMALIA as AT_THE_TABLE
from tests.factories.kiosks import envelope, seal, signature
from tests.factories.signatures import TEO

SIGNING = {
    **{
        **TEO,
        "email": "teo@lane.example",
        "comment": "x",
        "name_display": "full",
        "subscribe": True,
        "lang": "es",
    },
    **{"source": "x", "version": 1, "answers": {"town": "North", "call": True}},
}
SHIFT = {
    "id": "11111111-1111-4111-8111-111111111111",
    "name": "Odile",
    "started_at": "2026-11-27T10:00:00Z",
    "ended_at": None,
}


def test_no_partner_can_make_the_api_fail(client, site, dice, watcher, unlimited):
    headers = {"Authorization": f"Bearer {site.key}"}
    for turn in range(dice.count):
        sent = {
            "headers": headers | dice.headers(),
            "data": dice.json_body(SIGNING),
            "content_type": "application/json",
        }
        watcher.send(client, "POST", "/api/v1/petitions/home/signatures", **sent)
        if turn % 20 == 0:
            unlimited()


def test_no_tablet_can_make_the_server_fail(client, site, dice, watcher, unlimited):
    tablet = site.tablet
    key = tablet.campaign().json["key"]
    for turn in range(dice.count):
        sealed = [
            seal(tablet.uuid, key, turn * 2 + index, dice.json_body(signature(fields=AT_THE_TABLE)))
            for index in range(2)
        ]
        bodies = {
            "/kiosk/sync": envelope(sealed, shifts=[SHIFT], last_sequence=turn * 2 + 1),
            "/kiosk/numbers": {"ids": [sealed[0]["id"], "x"]},
            "/kiosk/pairings": {"code": "123456", "app": "1"},
        }
        path = dice.choice(["/kiosk/sync", *bodies])
        body = dice.json_body(bodies[path]) if dice.chance(0.8) else None
        options = (
            {"data": body, "content_type": "application/json"}
            if body is not None
            else {"json": bodies[path]}
        )
        watcher.send(client, "POST", path, headers=tablet.headers | dice.headers(), **options)
        if turn % 20 == 0:
            unlimited()

"""Tests of the bundle that a tablet needs for a day offline."""

import json
import re
from datetime import timedelta

from campaign.events.models import EventPetition
from campaign.extensions import db, write
from campaign.kiosk import pairing
from campaign.organisations.operations import change_organisation, create_organisation
from campaign.petitions.deliveries import change_delivered_details
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.kiosks import kiosk_of, make_table, make_tablet
from tests.factories.organisations import DRAWING, add_image, make_organisation
from tests.factories.petitions import make_petition, new_version
from tests.factories.signatures import hatch_now
from tests.page_parts import tree

QUESTION = {
    "name": "town",
    "type": "choice",
    "label": {"en": "Your town", "es": "Tu ciudad"},
    "required": True,
    "choices": {"en": ["North", "South"], "es": ["Norte", "Sur"]},
}


def test_bundle_contains_the_event_its_petitions_and_all_texts(client):
    event, petition = make_table(questions=[QUESTION], required_fields=["postal_code"])
    make_petition("elsewhere", cause_id=petition.cause_id)
    bundle = make_tablet(client, event).campaign().json
    assert bundle["event"]["slug"] == event.slug
    assert bundle["event"]["country"] == event.country
    assert bundle["event"]["places"].keys() == {"en", "es", "fr"}
    assert bundle["kiosk"]["revoked"] is False
    assert bundle["languages"] == ["en", "es", "fr"]
    [one] = bundle["petitions"]
    assert (one["slug"], one["version"], one["phase"]) == ("home", 1, "open")
    assert one["title"] == {"en": "Bring them home", "es": "Que vuelvan", "fr": "Bring them home"}
    assert one["body_html"]["es"].strip() == "<p>Los abajo firmantes <em>pedimos</em>.</p>"
    assert one["targets"]["es"] == ["El Senado del Valle"]
    assert (one["required_fields"], one["questions"]) == (["postal_code"], [QUESTION])
    assert (one["email"], one["confirmation"]) == ("optional", "email_or_witness")
    assert bundle["countries"]["fr"][0] == ["CA", "Canada"]
    assert len(set(bundle["consent"]["words"].values())) == len(bundle["languages"])
    assert bundle["limits"] == {"batch": 50, "body_bytes": 1_000_000, "sealed_bytes": 65_536}


def test_email_address_is_required_where_an_email_confirms(client):
    event, _ = make_table(confirmation="email")
    [one] = make_tablet(client, event).campaign().json["petitions"]
    assert one["email"] == "required"


def test_bundle_describes_the_delivery_as_the_petition_page_does(client):
    event, petition = make_table(
        state="published", delivered_names="full", delivered_details=["country"]
    )
    tablet = make_tablet(client, event)
    before = tablet.campaign()
    [one] = before.json["petitions"]
    assert one["delivered"].keys() == {"en", "es", "fr"}
    for lang, delivered in one["delivered"].items():
        assert delivered in client.get(f"/{lang}/petitions/home").text
    write(
        change_delivered_details,
        petition_id=petition.id,
        names="shown",
        details=["country", "day"],
        now=utcnow(),
    )
    # A tablet gets the change with the version, whose number it sends with each signature.
    after = tablet.campaign(**{"If-None-Match": before.headers["ETag"]})
    [changed] = after.json["petitions"]
    assert (one["version"], changed["version"]) == (1, 2)
    assert all(changed["delivered"][lang] != text for lang, text in one["delivered"].items())


def test_event_without_petitions_offers_all_of_its_cause_with_its_languages_first(client):
    petition = make_petition()
    make_petition("theirs", cause_id=make_cause("theirs").id)
    bundle = (
        make_tablet(
            client, make_event(cause_id=petition.cause_id, languages=["fr", "es", "Nahuatl"])
        )
        .campaign()
        .json
    )
    assert bundle["languages"] == ["fr", "es", "en"]
    assert [item["slug"] for item in bundle["petitions"]] == ["home"]


def test_etag_changes_with_texts_and_not_with_counts(tablet, petition):
    first = tablet.campaign()
    assert "no-store" in first.headers["Cache-Control"]
    tablet.sign()
    hatch_now()
    tag = first.headers["ETag"]
    assert tablet.campaign(**{"If-None-Match": tag}).status_code == 304
    assert tablet.sync().json["campaign"] == tag
    new_version(petition)
    changed = tablet.campaign(**{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json["petitions"][0]["version"] == 2
    assert tablet.sync().json["campaign"] == changed.headers["ETag"]


def test_revoked_kiosk_is_told_so(tablet):
    tag = tablet.sync().json["campaign"]
    write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    # The next sync tells it that something has changed, and then it asks.
    assert tablet.sync().json["campaign"] != tag
    answer = tablet.campaign()
    assert (answer.status_code, answer.json) == (403, {"error": "revoked"})


def test_short_url_of_a_table_opens_a_petition_in_the_readers_language(client, tablet):
    path = tablet.campaign().json["table"]["url"].removeprefix("http://localhost")
    answer = client.get(path.lower(), headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert answer.status_code == 303
    assert answer.location == f"/es/petitions/home?source=t-{path[-6:]}"
    assert "Accept-Language" in answer.headers["Vary"]
    assert client.get("/t/NOSUCH").status_code == 404


def test_table_with_several_petitions_offers_all_that_are_open(client):
    event, petition = make_table()
    for slug, closes_at in (("second", None), ("over", utcnow() - timedelta(minutes=1))):
        other = make_petition(
            slug,
            cause_id=petition.cause_id,
            opens_at=utcnow() - timedelta(days=2),
            closes_at=closes_at,
        )
        write(
            lambda other=other: db.session.add(
                EventPetition(event_id=event.id, petition_id=other.id, position=9)
            )
        )
    path = (
        make_tablet(client, event).campaign().json["table"]["url"].removeprefix("http://localhost")
    )
    answer = client.get(path.lower(), headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.location) == (303, f"/fr{path}")
    page = client.get(answer.location).text
    links = set(re.findall(r'href="(/fr/petitions/\w+\?source=[^"]+)"', page))
    assert links == {f"/fr/petitions/{slug}?source=t-{path[-6:]}" for slug in ("home", "second")}
    assert client.get("/fr/t/NOSUCH").status_code == 404


def test_closed_petition_is_marked_as_closed(client):
    event, _ = make_table(
        closes_at=utcnow() + timedelta(seconds=1), opens_at=utcnow() - timedelta(days=1)
    )
    bundle = make_tablet(client, event).campaign().json["petitions"][0]
    assert bundle["closes_at"].endswith("Z")


def test_bundle_shows_the_organisation_of_the_events_cause(client):
    write(create_organisation, slug="heron", texts={"en": {"name": "Friends of the Heron"}})
    names = {"en": "River Keepers", "es": "Guardianes del río"}
    keepers = write(
        create_organisation,
        slug="keepers",
        texts={lang: {"name": name} for lang, name in names.items()},
        accent="#7a1f5c",
    )
    cause = make_cause(organisation_id=keepers.id)
    make_petition(cause_id=cause.id)
    tablet = make_tablet(client, make_event(cause_id=cause.id, days=0))
    answer = tablet.campaign()
    organisation = answer.json["organisation"]
    assert organisation["name"] == {**names, "fr": "River Keepers"}
    assert organisation["accent"]["day"]["fill"] == "#7a1f5c"
    assert organisation["accent"]["night"].keys() == organisation["accent"]["day"].keys()
    write(change_organisation, organisation_id=keepers.id, part="look", accent="")
    later = tablet.campaign(**{"If-None-Match": answer.headers["ETag"]})
    assert (later.status_code, later.json["organisation"]["accent"]) == (200, None)


def test_bundle_has_the_mark_of_the_organisation_else_its_logo_else_none(client):
    host = make_organisation()
    keepers = make_organisation("keepers", "Keepers", pattern="spots")
    cause = make_cause(organisation_id=keepers.id)
    make_petition(cause_id=cause.id)
    tablet = make_tablet(client, make_event(cause_id=cause.id, days=0))

    def shown():
        return tablet.campaign().json["organisation"]

    add_image(host, "mark", digest="f" * 16)
    assert (shown()["mark"], shown()["pattern"]) == (None, "spots")
    add_image(keepers, "logo", size=(400, 40), digest="a" * 16)
    assert shown()["mark"]["has_name"]
    add_image(keepers, "mark", digest="b" * 16)
    mark = shown()["mark"]
    assert (mark["width"], mark["has_name"]) == (40, False)
    image = client.get(mark["url"])
    assert (image.status_code, image.data) == (200, DRAWING)


def test_app_has_name_and_mark_of_the_host_until_it_is_paired(client):
    add_image(make_organisation("heron", "Friends of the Heron"), "mark", digest="c" * 16)
    [script] = tree(client.get("/kiosk/")).xpath("//script[@id='host']")
    host = json.loads(script.text)
    assert host["name"]["en"] == "Friends of the Heron"
    assert client.get(host["mark"]["url"]).status_code == 200
    manifest = client.get("/kiosk/app.webmanifest").json
    assert (manifest["name"], manifest["short_name"]) == ("Friends of the Heron",) * 2


def test_bundle_of_a_site_without_a_name_has_no_name(client):
    event, _petition = make_table()
    assert make_tablet(client, event).campaign().json["organisation"]["name"] == {}

"""Tests of what happens while something is switched off."""

from datetime import timedelta

import pytest

from campaign.api.operations import make_key
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.switches.operations import switch_off, switch_on
from campaign.switches.queries import switches_off
from campaign.switches.state import forget_switches, switched_off
from campaign.updates import mailing as mailings
from campaign.updates.jobs import send_digests
from campaign.updates.mailing import mailing_sender
from tests.factories.causes import make_cause
from tests.factories.events import make_event, post_registration, registrations
from tests.factories.kiosks import make_table, make_tablet, records
from tests.factories.organisations import make_organisation
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, confirm, hatch_now, post_signature, rows, sign
from tests.factories.subscriptions import subscribe, subscriptions
from tests.factories.updates import make_update
from tests.page_parts import tree

pytestmark = pytest.mark.both_databases

MESSAGES = {"en": "We are moving house.", "es": "Estamos de mudanza."}


def off(name, **more):
    write(switch_off, name=name, now=utcnow(), **more)
    forget_switches()


def on(name, **more):
    write(switch_on, name=name, **more)
    forget_switches()


@pytest.fixture
def other(app):
    """Another organisation than the host, with a cause and a petition."""
    organisation = make_organisation("river")
    cause = make_cause("delta", organisation_id=organisation.id)
    return organisation, make_petition("dam", cause_id=cause.id)


def test_signing_says_that_it_is_paused_and_keeps_what_was_typed(client, petition):
    off("signing", messages=MESSAGES)
    page = client.get("/es/petitions/home")
    assert MESSAGES["es"] in page.text
    refused = post_signature(client, petition, AMALIA)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "300")
    assert MESSAGES["en"] in refused.text
    [typed] = tree(refused).xpath("//input[@name='given_name']/@value")
    assert typed == AMALIA["given_name"]
    json = post_signature(client, petition, AMALIA, headers={"Accept": "application/json"})
    assert json.status_code == 503
    assert rows() == []
    on("signing")
    assert post_signature(client, petition, AMALIA).status_code == 303
    assert MESSAGES["es"] not in client.get("/es/petitions/home?again").text


def test_signature_that_was_sent_before_can_still_be_confirmed(client, petition):
    signature_id = sign(petition)
    off("signing")
    confirm(signature_id)
    hatch_now()
    assert [row.state for row in rows()] == ["counted"]


def test_switch_comes_on_automatically_when_its_time_is_over(petition):
    off("signing", until=utcnow() + timedelta(minutes=2))
    assert 0 < switched_off("signing").retry_seconds <= 120
    off("signing", until=utcnow() - timedelta(seconds=1))
    assert switched_off("signing") is None
    assert list(switches_off(now=utcnow())) == []


def test_switch_of_an_organisation_leaves_the_others_alone(client, petition, other):
    organisation, dam = other
    off("signing", organisation_id=organisation.id)
    assert post_signature(client, dam, AMALIA).status_code == 503
    assert post_signature(client, petition, AMALIA).status_code == 303


def test_some_things_cannot_be_switched_off_for_one_organisation(other):
    with pytest.raises(ValueError, match="api"):
        off("api", organisation_id=other[0].id)
    with pytest.raises(ValueError, match="volcano"):
        off("volcano")


def test_registrations_are_paused(client, app):
    event = make_event(registration="required")
    off("registrations", messages=MESSAGES)
    assert MESSAGES["en"] in client.get(f"/en/events/{event.slug}").text
    refused = post_registration(client, event)
    assert (refused.status_code, registrations()) == (503, [])
    assert MESSAGES["en"] in refused.text
    on("registrations")
    assert post_registration(client, event).status_code == 303


def test_new_subscriptions_are_paused(client, app):
    make_cause("valley")
    off("subscriptions", messages=MESSAGES)
    path = "/en/causes/valley/subscriptions"
    assert MESSAGES["en"] in client.get(path).text
    refused = client.post(path, data={"email": "amalia@example.org"})
    assert (refused.status_code, subscriptions()) == (503, [])
    assert "amalia@example.org" in refused.text
    on("subscriptions")
    assert client.post(path, data={"email": "amalia@example.org"}).status_code == 303


def test_api_answers_with_a_problem(client, petition):
    _key, secret = write(
        make_key, cause_id=petition.cause_id, name="Partner", is_trusted=False, now=utcnow()
    )
    off("api", messages=MESSAGES)
    for answer in (
        client.get("/api/v1/causes"),
        client.post(
            "/api/v1/petitions/home/signatures",
            json=AMALIA,
            headers={"Authorization": f"Bearer {secret}"},
        ),
    ):
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert answer.json["detail"] == MESSAGES["en"]
        assert answer.headers["Retry-After"] == "300"
    assert rows() == []


def test_tablet_keeps_its_signatures_while_signing_is_off(client):
    event, _petition = make_table()
    tablet = make_tablet(client, event)
    off("signing")
    refused = tablet.sync(tablet.seal())
    assert (refused.status_code, refused.headers["Retry-After"], records()) == (503, "300", [])
    # It still hears from the site, and the site from it.
    assert tablet.sync().status_code == 200


def test_mailings_wait(app):
    cause = make_cause()
    subscribe("amalia", cause_id=cause.id, now=utcnow() - timedelta(days=2))
    update = make_update(cause_id=cause.id)
    planned = write(mailings.plan_mailing, update_id=update.id, now=utcnow())
    off("mailings", organisation_id=cause.organisation_id)
    batch = write(mailing_sender.send_batch, row_id=planned.id, now=utcnow())
    assert (batch.readers, batch.next_at > utcnow()) == (0, True)
    on("mailings", organisation_id=cause.organisation_id)
    assert write(mailing_sender.send_batch, row_id=planned.id, now=utcnow()).readers == 1
    off("mailings")
    assert write(send_digests, now=utcnow()) == 0


def test_weekly_emails_of_one_organisation_wait(other):
    organisation, dam = other
    hill = make_organisation("hill")
    ridge = make_cause("ridge", organisation_id=hill.id)
    for name, place in (
        ("river", {"organisation_id": organisation.id}),
        ("dam", {"cause_id": dam.cause_id}),
        ("hill", {"organisation_id": hill.id}),
        ("ridge", {"cause_id": ridge.id}),
    ):
        subscribe(name, frequency="weekly", now=utcnow() - timedelta(days=9), **place)
    for cause_id in (dam.cause_id, ridge.id):
        update = make_update(f"news-{cause_id}", cause_id=cause_id)
        write(mailings.plan_mailing, update_id=update.id, now=utcnow())
    off("mailings", organisation_id=organisation.id)
    assert write(send_digests, now=utcnow()) == 2
    assert write(send_digests, now=utcnow()) == 0
    on("mailings", organisation_id=organisation.id)
    assert write(send_digests, now=utcnow()) == 2


def test_counting_waits_for_one_organisation_or_for_all(petition, other):
    organisation, dam = other
    for each in (petition, dam):
        confirm(sign(each))
    off("hatching")
    assert hatch_now() == 0
    on("hatching")
    off("hatching", organisation_id=organisation.id)
    hatch_now()
    assert sorted((row.petition_id, row.state) for row in rows()) == sorted(
        [(petition.id, "counted"), (dam.id, "confirmed")]
    )
    on("hatching", organisation_id=organisation.id)
    hatch_now()
    assert {row.state for row in rows()} == {"counted"}


def test_messages_of_an_earlier_time_are_not_shown_again(app):
    off("signing", until=utcnow() - timedelta(minutes=1), reason="flood", messages=MESSAGES)
    off("signing")
    [row] = switches_off(now=utcnow())
    assert (row.reason, row.messages) == ("", {})


def test_commands_list_switch_off_and_on(run, app):
    assert "signing\ton" in run("switches", "list").output
    assert run("switches", "off", "signing", "--for", "2h", "--reason", "flood").exit_code == 0
    forget_switches()
    line = next(line for line in run("switches", "list").output.splitlines() if "\toff\t" in line)
    assert line.startswith("signing\toff\t")
    assert line.endswith("\tflood")
    assert switched_off("signing").retry_seconds == 3600
    assert run("switches", "off", "signing", "--message", "es=Vuelve pronto").exit_code == 0
    assert run("switches", "off", "signing", "--for", "4h").exit_code == 0
    [row] = switches_off(now=utcnow())
    assert (row.reason, row.messages) == ("flood", {"es": "Vuelve pronto"})
    assert run("switches", "on", "signing").exit_code == 0
    forget_switches()
    assert switched_off("signing") is None
    for wrong in (
        ("off", "volcano"),
        ("off", "signing", "--for", "soon"),
        ("off", "signing", "--organisation", "nobody"),
        ("off", "api", "--organisation", "nobody"),
        ("off", "signing", "--message", "Back soon"),
        ("off", "signing", "--message", "xx=Back soon"),
        ("off", "signing", "--message", f"en={'n' * 501}"),
        ("off", "signing", "--reason", "n" * 501),
    ):
        assert run("switches", *wrong).exit_code != 0

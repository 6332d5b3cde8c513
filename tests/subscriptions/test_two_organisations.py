"""Tests that a subscription is to one organisation: who sends, what is sent, and what pages say."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from campaign.exports.subscribers import (
    count_subscribers,
    pieces_of_subscribers,
    subscriber_format,
)
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.notices.queries import notice_by_id
from campaign.organisations.queries import host_organisation
from campaign.process.clock import utcnow
from campaign.subscriptions.importing import Subscriber, import_subscribers, outcomes_of
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.operations import CONFIRMATION
from campaign.updates import jobs
from campaign.updates.mailing import DIGEST, EMAIL, plan_mailing
from campaign.updates.recipients import audience
from tests.factories.causes import make_cause
from tests.factories.jobs import run_jobs
from tests.factories.organisations import make_organisation
from tests.factories.subscriptions import (
    consent_of,
    digest,
    link,
    subscribe,
    subscription,
    subscriptions,
)
from tests.factories.updates import make_update
from tests.page_parts import tree

pytestmark = pytest.mark.both_databases

EARLIER = timedelta(days=9)
ASPEN = "news@aspen.example"


@pytest.fixture
def valley(app):
    """A cause of the host."""
    return make_cause()


@pytest.fixture
def aspen(valley):
    """Another organisation, with its own sender."""
    return make_organisation("aspen", "Aspen Watch", sender_address=ASPEN)


@pytest.fixture
def lake(aspen):
    return make_cause("lake", organisation_id=aspen.id)


def emails_of(kind):
    """Return the Messages of all queued emails of a kind, as the worker would send them."""
    db.session.rollback()
    queued = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return [
        renderers_of(current_app)[kind](
            SimpleNamespace(kind=kind, subject_id=row.subject_id, lang=row.lang)
        )
        for row in db.session.scalars(queued).all()
    ]


def consent_on(page):
    [consent] = tree(page).xpath("//*[@data-testid='news-consent']")
    return consent.text_content()


def mail_out(cause, slug):
    """Publish an update of the cause and let the worker queue its emails. Return their readers."""
    update = make_update(slug, cause_id=cause.id)
    write(plan_mailing, update_id=update.id, now=utcnow())
    before = len(emails_of(EMAIL))
    run_jobs("mailing")
    return [message.to for message in emails_of(EMAIL)[before:]]


def exported(**place):
    form = subscriber_format("csv", for_people=False)
    pieces = [*pieces_of_subscribers(form, **place)]
    assert pieces[-1].done == count_subscribers(**place)
    content = b"".join(piece.data for piece in pieces).decode("utf-8-sig")
    return [
        (row["email"].partition("@")[0], row["organisation"], row["cause"])
        for row in csv.DictReader(io.StringIO(content))
    ]


def test_update_reaches_only_readers_of_its_organisation(valley, lake, aspen):
    subscribe("all-of-host", now=utcnow() - EARLIER)
    subscribe("all-of-aspen", organisation_id=aspen.id, now=utcnow() - EARLIER)
    subscribe("lake-only", cause_id=lake.id, now=utcnow() - EARLIER)
    assert sum(audience(lake.id).values()) == 2
    assert sum(audience(valley.id).values()) == 1
    assert sorted(mail_out(lake, "ice")) == [
        "all-of-aspen@rosales.example",
        "lake-only@rosales.example",
    ]
    assert mail_out(valley, "bloom") == ["all-of-host@rosales.example"]


def test_one_address_can_subscribe_to_each_organisation_separately(client, valley, aspen):
    for path in ("/en/subscriptions", "/en/organisations/aspen/subscriptions"):
        for _ in range(2):
            assert client.post(path, data={"email": "amalia@rosales.example"}).status_code == 303
    first, second = subscriptions()
    assert (first.organisation_id, second.organisation_id) == (host_organisation().id, aspen.id)


def test_form_of_an_organisation_names_it_in_page_consent_and_notice(client, aspen):
    path = "/en/organisations/aspen/subscriptions"
    consent = consent_on(client.get("/en/organisations/aspen"))
    assert "Aspen Watch" in consent
    assert consent_on(client.get(path)) == consent
    answer = client.post(path, data={"email": "amalia@rosales.example"})
    assert answer.location == f"{path}/thanks"
    assert ASPEN in client.get(answer.location).text
    [row] = subscriptions()
    assert consent_of(row).shown_text.text == consent
    assert notice_by_id(row.notice_id).organisation_id == aspen.id
    confirmed = client.post(link("confirm", row.id))
    assert confirmed.location == f"{path}/confirmed"
    assert "Aspen Watch" in client.get(confirmed.location).text
    assert client.post("/en/organisations/nowhere/subscriptions").status_code == 404


def test_emails_to_readers_of_all_causes_come_from_their_organisation(lake, aspen):
    subscribe("amalia", organisation_id=aspen.id, now=utcnow() - EARLIER)
    [asking] = emails_of(CONFIRMATION)
    assert asking.sender.address == ASPEN
    mail_out(lake, "ice")
    [message] = emails_of(EMAIL)
    assert message.sender.address == ASPEN
    assert message.list_id.startswith("aspen.")


def test_weekly_email_has_only_news_of_its_organisation(valley, lake, aspen):
    for name, place in (("host", {}), ("aspen", {"organisation_id": aspen.id})):
        subscribe(name, frequency="weekly", now=utcnow() - EARLIER, **place)
    mail_out(lake, "ice")
    write(jobs.send_digests, now=utcnow())
    [message] = emails_of(DIGEST)
    assert message.to == "aspen@rosales.example"
    assert message.sender.address == ASPEN


def test_weekly_reader_of_one_organisation_still_hears_from_a_cause_of_another(valley, lake):
    subscribe("amalia", frequency="weekly", now=utcnow() - EARLIER)
    subscribe("amalia", cause_id=lake.id, frequency="weekly", now=utcnow() - EARLIER)
    mail_out(lake, "ice")
    write(jobs.send_digests, now=utcnow())
    assert [message.sender.address for message in emails_of(DIGEST)] == [ASPEN]


def test_unsubscribing_from_one_organisation_leaves_the_other(client, valley, aspen):
    ours = subscribe("amalia")
    theirs = subscribe("amalia", organisation_id=aspen.id)
    senders = tree(client.get(link("preferences", ours))).xpath("//*[@data-testid='sender']")
    assert len(senders) == 2
    page = client.get(link("end", theirs))
    assert "Aspen Watch" in page.text
    answer = client.post(link("end", theirs))
    assert answer.location == "/en/organisations/aspen/subscriptions/stopped"
    assert "Aspen Watch" in client.get(answer.location).text
    assert [subscription(row_id).state for row_id in (ours, theirs)] == ["active", "ended"]


def test_site_with_one_organisation_names_no_sender(client, valley):
    page = client.get(link("preferences", subscribe("amalia")))
    assert tree(page).xpath("//*[@data-testid='sender']") == []


def test_export_of_an_organisation_has_its_own_subscribers(valley, lake, aspen):
    subscribe("host-all")
    subscribe("aspen-all", organisation_id=aspen.id)
    subscribe("aspen-lake", cause_id=lake.id)
    host = host_organisation()
    assert exported(organisation_id=aspen.id) == [
        ("aspen-all", "aspen", "all"),
        ("aspen-lake", "aspen", "lake"),
    ]
    assert exported(organisation_id=host.id) == [("host-all", host.slug, "all")]
    assert len(exported()) == 3


def test_import_to_one_organisation_knows_nothing_of_the_other(valley, aspen):
    subscribe("amalia")
    person = Subscriber("amalia@rosales.example", digest("amalia"), "en")
    place = {"cause_id": None, "organisation_id": aspen.id}
    assert outcomes_of([person], **place) == ["new"]
    write(import_subscribers, subscribers=[person], asks=True, now=utcnow(), **place)
    assert outcomes_of([person], **place) == ["known"]
    assert [row.organisation_id for row in subscriptions()] == [host_organisation().id, aspen.id]


def test_command_asks_for_the_organisation_where_there_are_several(run, aspen, lake, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("email\namalia@rosales.example\n")
    refused = run("subscriptions", "import", path, "--ask")
    assert refused.exit_code != 0 and "--organisation" in refused.output
    both = ("--organisation", "aspen", "--cause", "lake")
    assert run("subscriptions", "import", path, "--ask", *both).exit_code != 0
    assert subscriptions() == []
    taken = run("subscriptions", "import", path, "--ask", "--organisation", "aspen")
    assert taken.exit_code == 0, taken.output
    assert [row.organisation_id for row in subscriptions()] == [aspen.id]
    unknown = run("subscriptions", "export", "--organisation", "nowhere")
    assert unknown.exit_code != 0


@pytest.mark.parametrize("place", [{}, {"cause": True, "organisation": True}])
def test_database_refuses_a_subscription_to_nothing_or_to_two(valley, aspen, place):
    columns = {
        "cause_id": valley.id if "cause" in place else None,
        "organisation_id": aspen.id if "organisation" in place else None,
    }
    db.session.add(
        Subscription(email="a@b.example", email_digest=b"x", lang="en", source="form", **columns)
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()

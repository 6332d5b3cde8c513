"""Tests that an email has the name, details and sender of its organisation or of the host."""

from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest

from campaign.accounts.operations import make_link
from campaign.events.operations import CALLED_OFF, CHANGED, cancel
from campaign.events.registering import CANCELLED, cancel_registration
from campaign.events.reminders import DAY_REMINDER, HOURS_REMINDER
from campaign.events.seats import SEAT
from campaign.extensions import db, write
from campaign.i18n.countries import country_name
from campaign.i18n.locales import locale_of
from campaign.kiosk.jobs import alert_silent_kiosks
from campaign.mail.composition import to_mime
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.organisations.emails import contact_address, email_identity, sender_address
from campaign.organisations.operations import change_organisation, create_organisation
from campaign.process.clock import utcnow
from campaign.signatures import erasure
from campaign.signatures.jobs import remind
from campaign.updates import mailing as mailings
from tests.factories.causes import make_cause
from tests.factories.events import ask_to_come, come, make_event
from tests.factories.jobs import run_jobs
from tests.factories.kiosks import AMALIA as AT_TABLE
from tests.factories.kiosks import kiosk_of, make_tablet
from tests.factories.organizers import make_organizer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, hatch_now, sign, sign_and_hatch
from tests.factories.subscriptions import ask_for_news, subscribe
from tests.factories.updates import make_update

DAY = timedelta(days=1)
NAMES = {"en": "Friends of the Heron", "es": "Amistades de la Garza", "fr": "Amis du héron"}
KEEPERS = {"en": "River Keepers, Inc.", "es": "Guardianes del río", "fr": "Gardiens de la rivière"}
DETAILS = (
    "River Keepers Society",
    "12 Mill Lane, Halifax",
    "https://keepers.example",
    "/organisations/keepers/imprint",
)


def texts(names):
    return {lang: {"name": name} for lang, name in names.items()}


def test_address_ends_with_the_country_in_the_language_of_the_email(app):
    lines = {"postal_address": "12 Mill Lane\nHalifax", "country": "CR"}
    keepers = write(create_organisation, slug="keepers", texts=texts(KEEPERS), **lines)
    addresses = {lang: email_identity(keepers.id, lang).details[-1] for lang in ("es", "fr")}
    assert addresses == {
        lang: f"12 Mill Lane, Halifax, {country_name('CR', locale_of(lang))}" for lang in addresses
    }


@pytest.fixture
def host(app):
    return write(create_organisation, slug="heron", texts=texts(NAMES))


@pytest.fixture
def keepers(host):
    return write(
        create_organisation,
        slug="keepers",
        texts=texts(KEEPERS),
        legal_name="River Keepers Society",
        postal_address="12 Mill Lane\nHalifax",
        website="https://keepers.example",
        email="office@keepers.example",
        sender_address="post@keepers.example",
        reply_to="team@keepers.example",
    )


@pytest.fixture
def composed(app):
    """Return (kind, message as MIME) of everything queued, in a language."""

    def composed(lang, *more):
        db.session.rollback()
        queued = [(row.kind, row.subject_id) for row in db.session.query(OutboxMessage)]
        for kind, subject_id in (*queued, *more):
            row = SimpleNamespace(kind=kind, subject_id=subject_id, lang=lang, created_at=utcnow())
            message = renderers_of(app)[kind](row)
            if message is not None:
                data = to_mime(message, app.config).data
                yield kind, message_from_bytes(data, policy=policy.default)

    return composed


def body(email, kind):
    return email.get_body([kind]).get_content()


def cause_emails(client, organisation):
    """Cause every kind of email about a cause. Return (kind, subject) of those not queued here."""
    cause = make_cause(organisation_id=organisation.id)
    petition = make_petition(cause_id=cause.id, confirmation="email_or_witness")
    make_organizer("owner", cause.id)
    sign(petition, AMALIA, now=utcnow() - 2 * DAY)
    sign(petition, {**AMALIA, "given_name": "Amy"}, now=utcnow() - 2 * DAY)
    write(remind, now=utcnow())
    sign_and_hatch(petition, ODILE)
    sign(petition, ODILE, now=utcnow() + timedelta(minutes=1))
    write(erasure.set_retention, petition_id=petition.id, days=10)
    event = make_event(cause_id=cause.id, days=0, petition_ids=[petition.id], capacity=9)
    tablet = make_tablet(client, event)
    tablet.sign(fields={**AT_TABLE, "email": "three@rosales.example"})
    hatch_now()
    write(lambda: vars_of_silence(tablet))
    write(alert_silent_kiosks, now=utcnow())
    talk = make_event("later", cause_id=cause.id)
    ask_to_come(talk)
    guest, gone = come(talk, "odile"), come(talk, "ines")
    write(cancel_registration, gone, now=utcnow())
    ask_for_news(cause_id=cause.id)
    subscribe("odile", cause_id=cause.id, now=utcnow() - 3 * DAY)
    news = make_update(cause_id=cause.id)
    write(mailings.plan_mailing, update_id=news.id, now=utcnow())
    run_jobs(mailings.JOB)
    return [
        *((kind, guest) for kind in (SEAT, CHANGED, DAY_REMINDER, HOURS_REMINDER)),
        (CANCELLED, gone),
    ]


def vars_of_silence(tablet):
    kiosk = kiosk_of(tablet)
    kiosk.waiting, kiosk.last_seen_at = 3, utcnow() - DAY


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_every_email_about_a_cause_is_its_organisations(client, keepers, composed, lang):
    kinds = set()
    for kind, email in composed(lang, *cause_emails(client, keepers)):
        kinds.add(kind)
        # News is in the language that its reader chose.
        name = KEEPERS[email["Content-Language"]]
        [sender] = email["From"].addresses
        assert (kind, sender.display_name) == (kind, name)
        assert sender.addr_spec == "post@keepers.example"
        assert email["Reply-To"] == "team@keepers.example"
        for part in ("plain", "html"):
            content = body(email, part)
            assert name in content
            assert "Volante" not in content and NAMES[lang] not in content
            for detail in DETAILS:
                assert detail in content
    assert kinds >= {
        *("signature_confirmation", "signature_reminder", "signature_repeat", "signature_at_table"),
        *("kiosk_silent", "subscription_confirmation", mailings.EMAIL),
        *(SEAT, CHANGED, DAY_REMINDER, HOURS_REMINDER, CANCELLED),
    }


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_emails_about_the_site_and_accounts_are_the_hosts(client, keepers, composed, lang):
    petition = make_petition(cause_id=make_cause(organisation_id=keepers.id).id)
    sign_and_hatch(petition, AMALIA)
    client.post("/en/mine", data={"email": AMALIA["email"]})
    organizer = make_organizer("owner", petition.cause_id)
    link = write(make_link, organizer_id=organizer.id, purpose="reset", now=utcnow())
    emails = dict(composed(lang, ("account_reset", link.id)))
    for kind in ("own_link", "account_reset"):
        [sender] = emails[kind]["From"].addresses
        assert sender.display_name == NAMES[lang]
        assert sender.addr_spec == "names@volante.example"
        assert emails[kind]["Reply-To"] is None
        for part in ("plain", "html"):
            assert NAMES[lang] in body(emails[kind], part)
            assert "Volante" not in body(emails[kind], part)


def test_cancelled_event_is_announced_by_its_organisation(keepers, composed):
    event = make_event(cause_id=make_cause(organisation_id=keepers.id).id)
    guest = come(event)
    write(cancel, event_id=event.id, now=utcnow())
    emails = dict(composed("en", (CALLED_OFF, guest)))
    assert KEEPERS["en"] in body(emails[CALLED_OFF], "plain")


def test_email_is_written_with_the_sender_that_holds_when_it_is_sent(keepers, composed):
    petition = make_petition(cause_id=make_cause(organisation_id=keepers.id).id)
    sign(petition, AMALIA)
    [(_kind, email)] = composed("en")
    write(
        change_organisation,
        organisation_id=keepers.id,
        part="sender",
        sender_name="Keepers’ desk",
        sender_address="",
        reply_to="",
    )
    [(_kind, again)] = composed("en")
    [sender] = again["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Keepers’ desk", "names@volante.example")
    assert again["Reply-To"] is None
    # A bounce proves by it which email it is about.
    assert again["Message-ID"] == email["Message-ID"]


def test_petition_with_neutral_emails_names_nobody_in_an_inbox(keepers, composed, client):
    petition = make_petition(
        cause_id=make_cause(organisation_id=keepers.id).id, neutral_emails=True
    )
    sign(petition, AMALIA)
    [(_kind, email)] = composed("en")
    assert email["From"] == "names@volante.example"
    page = client.get(f"/en/petitions/{petition.slug}/thanks").text
    assert "names@volante.example" in page and "post@keepers.example" not in page


def test_pages_name_the_address_that_emails_come_from(keepers, client):
    cause = make_cause(organisation_id=keepers.id)
    petition = make_petition(cause_id=cause.id)
    event = make_event(cause_id=cause.id)
    for page in (
        f"petitions/{petition.slug}/thanks",
        f"events/{event.slug}/thanks",
        f"causes/{cause.slug}/subscriptions/thanks",
    ):
        assert "post@keepers.example" in client.get(f"/en/{page}").text


def test_addresses_fall_back_to_those_of_the_site(app, host, keepers):
    site = "names@volante.example"
    assert (sender_address(keepers.id), contact_address(keepers.id)) == (
        "post@keepers.example",
        "office@keepers.example",
    )
    assert (sender_address(None), contact_address(None)) == (site, site)
    write(
        change_organisation, organisation_id=host.id, part="sender", reply_to="hello@heron.example"
    )
    assert contact_address(None) == "hello@heron.example"

"""Tests of the button to sign in the email of an update: with one press for people who signed."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from campaign.extensions import db, write
from campaign.mail.renderers import loaders_of, renderers_of
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.signatures.one_press.queries import press_link
from campaign.subscriptions.models import Subscription
from campaign.updates.emails import sample
from campaign.updates.jobs import send_digests
from campaign.updates.mailing import DIGEST, EMAIL, plan_mailing
from campaign.updates.mailing_models import MailingReceipt
from tests.factories.causes import make_cause
from tests.factories.letter_actions import make_letter_action
from tests.factories.one_press import signer
from tests.factories.organisations import make_organisation
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, TEO, sign, withdraw
from tests.factories.subscriptions import subscribe
from tests.factories.updates import make_update, update_now

ONE_PRESS = re.compile(r"http://localhost/en/signatures/next/([\w.-]+)\?source=(m\d+)")
ORDINARY = re.compile(r"http://localhost/en/(?:petitions|actions)/([\w-]+)\?source=m\d+")


@pytest.fixture
def following(petition):
    """The petition that the update is about."""
    return make_petition("law", cause_id=petition.cause_id)


@pytest.fixture
def update(following):
    """A public update about the following petition."""
    return make_update(cause_id=following.cause_id, petition_ids=[following.id])


@pytest.fixture
def reader(following):
    """The id of a subscription with Amalia's address."""
    return subscribe("amalia", cause_id=following.cause_id)


@pytest.fixture
def shared(petition):
    """A petition that two people may sign with one address."""
    return make_petition("shared", cause_id=petition.cause_id, two_per_address=True)


def email_of(app, update, subscription_id, *, is_loaded=True):
    """Return the email of the update to this subscriber, as the worker renders it."""
    mailing = write(plan_mailing, update_id=update.id, now=utcnow())
    digest = db.session.get(Subscription, subscription_id).email_digest

    def queue():
        row = MailingReceipt(
            bulk_email_id=mailing.id,
            reader_id=subscription_id,
            email_digest=digest,
            queued_at=utcnow(),
        )
        db.session.add(row)
        db.session.flush()
        return row.id

    receipt_id = write(queue)
    # As long as a pass of the worker.
    with app.app_context():
        if is_loaded:
            kept = loaders_of(app)[EMAIL]([receipt_id])
            assert kept
        return renderers_of(app)[EMAIL](SimpleNamespace(subject_id=receipt_id, lang="en"))


def one_press_in(email):
    """Return the PressLink in an email, or None. Text and HTML must have the same one."""
    found = ONE_PRESS.findall(email.text)
    assert ONE_PRESS.findall(email.html.replace("&amp;", "&"))[:1] == found
    return press_link(found[0][0]) if found else None


def ordinary_in(email):
    """Return the slug of the action that the email links to, or None."""
    found = ORDINARY.findall(email.text)
    return found[0] if found else None


@pytest.mark.parametrize("is_loaded", [True, False])
def test_reader_who_signed_with_this_address_gets_one_press(
    app, petition, following, update, reader, is_loaded
):
    signed = signer(petition)
    link = one_press_in(email_of(app, update, reader, is_loaded=is_loaded))
    assert (link.source.id, link.petition.id) == (signed, following.id)


def test_source_code_names_the_mailing(app, petition, update, reader):
    signer(petition)
    email = email_of(app, update, reader)
    [(_, source)] = ONE_PRESS.findall(email.text)
    mailing = db.session.scalars(db.session.query(MailingReceipt.bulk_email_id).statement).one()
    assert source == f"m{mailing}"


def test_reader_who_never_signed_gets_the_ordinary_link(app, update, reader):
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) == "law"


def test_unconfirmed_withdrawn_or_misspelled_signature_gives_the_ordinary_link(
    app, petition, update, reader
):
    withdraw(signer(petition))
    sign(make_petition("air", cause_id=petition.cause_id))
    sign(make_petition("sea", cause_id=petition.cause_id), email="Amalia.x@rosales.example")
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) == "law"


def test_signature_for_another_organisation_gives_the_ordinary_link(app, update, reader):
    cause = make_cause("b", organisation_id=make_organisation().id)
    signer(make_petition("abroad", cause_id=cause.id))
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) == "law"


def test_reader_who_signed_that_petition_is_not_asked_again(app, following, update, reader):
    signer(following)
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) is None


def test_next_related_petition_is_asked_for_if_the_first_is_signed(
    app, petition, following, reader
):
    update = make_update(cause_id=petition.cause_id, petition_ids=[petition.id, following.id])
    signer(petition)
    assert one_press_in(email_of(app, update, reader)).petition.id == following.id


def test_closed_petition_is_not_asked_for(app, petition, following, update, reader):
    signer(petition)
    write(petition_life_cycle.close, row_id=following.id, now=utcnow())
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) is None


def test_update_without_petitions_has_no_button(app, petition, reader):
    signer(petition)
    update = make_update("quiet", cause_id=petition.cause_id)
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) is None


def test_two_people_of_one_address_get_the_ordinary_link(app, shared, update, reader):
    signer(shared)
    signer(shared, TEO)
    email = email_of(app, update, reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) == "law"


def test_of_two_people_the_one_who_subscribed_by_signing_gets_one_press(
    app, shared, update, reader
):
    signer(shared)
    teo = signer(shared, TEO)

    def link():
        db.session.get(Subscription, reader).signature_id = teo

    write(link)
    assert one_press_in(email_of(app, update, reader)).source.id == teo


def test_letter_gets_the_ordinary_link_to_its_form(app):
    letter = make_letter_action()
    signer(make_petition(cause_id=letter.cause_id))
    reader = subscribe("amalia", cause_id=letter.cause_id)
    email = email_of(app, make_update(cause_id=letter.cause_id, petition_ids=[letter.id]), reader)
    assert one_press_in(email) is None
    assert ordinary_in(email) == "letters"


@pytest.fixture
def weekly(following):
    """The id of a weekly subscription with Amalia's address."""
    old = utcnow() - timedelta(days=10)
    return subscribe("amalia", cause_id=following.cause_id, now=old, frequency="weekly")


def digest_of(app, subscription_id):
    """Return the weekly email to this subscriber, as the worker renders it."""
    write(send_digests, now=utcnow() + timedelta(minutes=1))
    with app.app_context():
        loaders_of(app)[DIGEST]([subscription_id])
        return renderers_of(app)[DIGEST](SimpleNamespace(subject_id=subscription_id, lang="en"))


def mail_about(slug, petition, **fields):
    """Mail a new public update about a petition. Return the id of its mailing."""
    update = make_update(slug, cause_id=petition.cause_id, petition_ids=[petition.id], **fields)
    return write(plan_mailing, update_id=update.id, now=utcnow()).id


def test_weekly_email_asks_once_below_the_newest_update_that_fits(app, petition, following, weekly):
    signed = signer(petition)
    mail_about("oldest", following, title="Oldest", days=3)
    newer = mail_about("newer", following, title="Newer", days=2)
    mail_about("newest", petition, title="Newest", days=1)
    email = digest_of(app, weekly)
    link = one_press_in(email)
    assert (link.source.id, link.petition.id) == (signed, following.id)
    [(_, source)] = ONE_PRESS.findall(email.text)
    assert source == f"m{newer}"
    places = [email.text.index(part) for part in ("Newer", "/signatures/next/", "Oldest")]
    assert places == sorted(places)


def test_weekly_email_to_a_reader_who_never_signed_has_the_ordinary_link(app, following, weekly):
    mail_about("news", following)
    email = digest_of(app, weekly)
    assert one_press_in(email) is None
    assert ordinary_in(email) == "law"


def test_weekly_email_asks_for_nothing_that_the_reader_signed(app, following, weekly):
    signer(following)
    mail_about("news", following)
    email = digest_of(app, weekly)
    assert one_press_in(email) is None
    assert ordinary_in(email) is None


def test_preview_shows_the_button_but_signs_for_nobody(app, update):
    email = sample(update_now(), "en")
    assert "http://localhost/en/petitions/law\n" in email.text
    assert "/signatures/next/" not in email.text + email.html
    assert AMALIA["email"] not in email.text


def test_one_pass_reads_the_signatures_of_all_readers_at_once(
    app, petition, update, statements, reader
):
    signer(petition)
    mailing = write(plan_mailing, update_id=update.id, now=utcnow())
    readers = [reader, *(subscribe(f"reader{n}", cause_id=petition.cause_id) for n in range(3))]
    receipts = []

    def queue():
        for subscription_id in readers:
            found = db.session.get(Subscription, subscription_id)
            row = MailingReceipt(
                bulk_email_id=mailing.id,
                reader_id=subscription_id,
                email_digest=found.email_digest,
                queued_at=utcnow(),
            )
            db.session.add(row)
            receipts.append(row)
        db.session.flush()
        return [row.id for row in receipts]

    ids = write(queue)
    with app.app_context():
        statements.clear()
        kept = loaders_of(app)[EMAIL](ids)
        emails = [
            renderers_of(app)[EMAIL](SimpleNamespace(subject_id=item, lang="en")) for item in ids
        ]
        assert all(emails) and kept
        read = [line for line in statements if re.search(r"signature\.email_digest IN", line)]
        assert len(read) == 1


def test_update_about_a_neutral_petition_does_not_name_it_in_an_inbox(app, petition, reader):
    neutral = make_petition("quiet-lake", cause_id=petition.cause_id, neutral_emails=True)
    update = make_update(cause_id=petition.cause_id, petition_ids=[neutral.id])
    email = email_of(app, update, reader)
    title = neutral.current_version.text("en", "en").title
    assert title in email.text
    preview = email.html.partition("mso-hide:all")[2].partition("</div>")[0]
    for seen in (email.subject, email.list_id, preview, email.sender.name):
        assert title not in seen and neutral.slug not in seen

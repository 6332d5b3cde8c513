"""Tests that rejected and merged supporters get no news, and that reader counts exclude them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from campaign.extensions import db, write
from campaign.mail.renderers import renderers_of
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.signatures.moderation import decisions
from campaign.updates import jobs
from campaign.updates import mailing as mailings
from campaign.updates.mailing_models import MailingReceipt
from campaign.updates.recipients import audience
from tests.factories.jobs import run_jobs
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, hatch_now, row, sign_and_hatch
from tests.factories.subscriptions import email_states, subscribe, subscriptions
from tests.factories.updates import make_update

DAY = timedelta(days=1)


@pytest.fixture
def signer(petition):
    """The id of a counted signature that caused a subscription."""
    return sign_and_hatch(petition, AMALIA, subscribe=True, now=utcnow() - 2 * DAY)


def reject(signature_id):
    write(decisions.reject, ids=[signature_id], cause_ids=None, now=utcnow())
    hatch_now()


def merge(signature_id):
    kept_id = sign_and_hatch(petition_by_id(row(signature_id).petition_id), ODILE)
    write(decisions.merge, kept_id=kept_id, other_id=signature_id, now=utcnow())
    hatch_now()


def mail(cause_id):
    """Plan a mailing and enqueue its emails. Return how many."""
    update = make_update(cause_id=cause_id)
    write(mailings.plan_mailing, update_id=update.id, now=utcnow())
    run_jobs(mailings.JOB, now=utcnow() + timedelta(minutes=1))
    return len(email_states(mailings.EMAIL))


def readers(cause_id):
    return sum(audience(cause_id).values())


@pytest.mark.parametrize("reject_or_merge", [reject, merge])
def test_rejected_supporter_gets_no_update_and_is_not_counted(petition, signer, reject_or_merge):
    assert readers(petition.cause_id) == 1
    reject_or_merge(signer)
    assert readers(petition.cause_id) == 0
    assert mail(petition.cause_id) == 0


def test_rejected_supporter_gets_no_weekly_email(petition, signer):
    reject(signer)
    assert write(jobs.send_digests, now=utcnow() + 8 * DAY) == 0


@pytest.mark.parametrize("waits", [True, False])
def test_undoing_a_rejection_restores_the_news(petition, signer, waits):
    write(decisions.reject, ids=[signer], cause_ids=None, now=utcnow())
    if waits:
        hatch_now()
    write(decisions.approve, ids=[signer], cause_ids=None, now=utcnow())
    hatch_now()
    assert readers(petition.cause_id) == 1
    assert mail(petition.cause_id) == 1


def test_waiting_email_is_dropped_for_a_supporter_rejected_in_between(app, petition, signer):
    assert mail(petition.cause_id) == 1
    [receipt_id] = db.session.scalars(select(MailingReceipt.id)).all()
    receipt = SimpleNamespace(subject_id=receipt_id, lang="en", kind=mailings.EMAIL)
    assert renderers_of(app)[mailings.EMAIL](receipt) is not None
    reject(signer)
    assert renderers_of(app)[mailings.EMAIL](receipt) is None


def test_another_signature_of_the_address_still_gets_the_news(petition, signer):
    law = make_petition("law", cause_id=petition.cause_id)
    sign_and_hatch(law, AMALIA, subscribe=True)
    reject(signer)
    assert readers(petition.cause_id) == 1


def test_subscriber_by_the_form_continues_to_get_news(petition, signer):
    reject(signer)
    subscribe("odile", cause_id=petition.cause_id)
    assert readers(petition.cause_id) == 1
    assert len(subscriptions()) == 2
